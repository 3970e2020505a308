public import Encodings
import X509

/// A list of revoked certificates, as good or as bad as a test wants it. TEST ONLY.
public struct TestRevocationList {
    /// One entry.
    public struct Entry: Sendable {
        /// The serial number, big-endian.
        public var serialNumber: [UInt8]
        /// When it was revoked.
        public var revocationDate: Timestamp
        /// The CRLReason; nil for none.
        public var reason: UInt8?
        /// Since when it is no good; nil for unsaid.
        public var invalidityDate: Timestamp?
        /// More extensions, in DER.
        public var extensions: [UInt8] = []

        /// An entry with a reason, or none.
        public init(
            _ serialNumber: [UInt8], reason: UInt8? = nil,
            at revocationDate: Timestamp = TestRevocationList.start, invalidSince: Timestamp? = nil
        ) {
            self.serialNumber = serialNumber
            self.reason = reason
            self.revocationDate = revocationDate
            invalidityDate = invalidSince
        }

        var der: [UInt8] {
            var parts = extensions
            if let reason { parts += TestDER.part("2.5.29.21", TestDER.element(0x0A, [reason])) }
            if let invalidityDate {
                parts += TestDER.part("2.5.29.24", TestDER.generalizedTime(invalidityDate))
            }
            return TestDER.sequence(
                TestDER.integer(serialNumber), TestDER.utcTime(revocationDate),
                parts.isEmpty ? [] : TestDER.sequence(parts))
        }
    }

    /// 2026-01-01, when every list is made unless told otherwise.
    public static let start = Timestamp(seconds: 1_767_225_600)
    /// 2026-02-01, when the next one is due.
    public static let end = Timestamp(seconds: 1_769_904_000)

    /// Who signs.
    public var issuer: TestCertificate
    /// The name of the issuer, in DER.
    public var issuerName: [UInt8]
    /// When it was made.
    public var thisUpdate = start
    /// When the next one is due; nil for unsaid.
    public var nextUpdate: Timestamp? = end
    /// Its number; nil for none.
    public var number: [UInt8]? = [7]
    /// The number to which it adds; nil for a complete list.
    public var baseNumber: [UInt8]?
    /// What it lists.
    public var entries: [Entry]
    /// More extensions, in DER.
    public var extensions: [UInt8] = []
    /// The hash of the signature.
    public var hash = "SHA256"
    /// What stands for version 2; empty for version 1, which has no extensions.
    public var version: [UInt8] = TestDER.integer([1])

    /// A sound list.
    public init(by issuer: TestCertificate, _ entries: [Entry] = []) {
        self.issuer = issuer
        issuerName = issuer.certificate.subject.der
        self.entries = entries
    }

    /// The same list with something changed.
    public func with(_ change: (inout TestRevocationList) -> Void) -> TestRevocationList {
        var list = self
        change(&list)
        return list
    }

    /// An issuing distribution point with these fields.
    public static func scope(_ fields: [UInt8]) -> [UInt8] {
        TestDER.part("2.5.29.28", isCritical: true, TestDER.sequence(fields))
    }

    /// The name of a distribution point by its URI, as the field of a scope.
    public static func name(_ url: String) -> [UInt8] {
        TestDER.element(0xA0, TestDER.element(0xA0, TestDER.element(0x86, Array(url.utf8))))
    }

    /// The signed bytes.
    public var der: [UInt8] {
        get throws {
            var parts = extensions
            if let number { parts += TestDER.part("2.5.29.20", TestDER.integer(number)) }
            if let baseNumber {
                parts += TestDER.part(
                    "2.5.29.27", isCritical: true, TestDER.integer(baseNumber))
            }
            let listed = TestDER.sequence(entries.flatMap(\.der))
            let content = TestDER.sequence(
                version, TestDER.algorithm(hash), issuerName, TestDER.utcTime(thisUpdate),
                nextUpdate.map(TestDER.utcTime) ?? [], entries.isEmpty ? [] : listed,
                version.isEmpty || parts.isEmpty
                    ? [] : TestDER.element(0xA0, TestDER.sequence(parts)))
            return try TestDER.signed(content, by: issuer.key, hash: hash)
        }
    }
}
