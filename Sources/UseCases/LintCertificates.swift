public import Encodings
internal import Files
public import X509

/// What became of one file that was to be looked at.
public struct CertificateLintReport: Sendable {
    /// The file, as it was named.
    public let path: String
    /// What its chain should be for.
    public let purpose: CertificatePurpose
    /// What was found, or why nothing could be: the file cannot be read, or holds no certificates.
    public let result: Result<CertificateLint, any Error>
}

extension Site {
    /// Holds the chain in each file, leaf first, against every rule of the certificate profile for
    /// `purpose`, as of `time` or now.
    public func lintCertificates(
        _ paths: [String], at time: Timestamp?, for purpose: CertificatePurpose
    ) -> [CertificateLintReport] {
        let time = time ?? clock.now
        return paths.map { path in
            CertificateLintReport(
                path: path, purpose: purpose,
                result: Result {
                    let bytes = try files.file(at: path).readAll(
                        limit: Int64(X509Limits.fileSizeMax))
                    let chain = try CertificateChain(file: bytes)
                    return CertificateLint(chain, at: time, for: purpose)
                })
        }
    }
}
