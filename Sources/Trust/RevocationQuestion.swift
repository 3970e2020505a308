import Encodings
import X509

/// One certificate about which is asked.
struct RevocationQuestion {
    let certificate: Certificate
    let issuer: Certificate
    let time: Timestamp
    let reference: Timestamp?
    /// How far ahead of `time` evidence may be made, in seconds: what clocks of two rooms differ.
    let clockTolerance: Int64

    /// Whether something made at `moment` is yet to come.
    func isAhead(_ moment: Timestamp) -> Bool {
        moment > time.adding(seconds: clockTolerance)
    }

    /// Whether the signature was proven to be made before the certificate went bad.
    func isExcused(by invalidityDate: Timestamp?) -> Bool {
        guard let reference, let invalidityDate else { return false }
        return reference < invalidityDate
    }
}
