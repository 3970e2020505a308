import Cryptography
import TestSupport
import Testing
import X509

/// A chain for time stamps that breaks one rule, or none.
struct TimeStampingCase: Sendable, CustomTestStringConvertible {
    typealias Extension = TestCertificate.Extension

    let violation: CertificateViolation?
    let note: String
    var leafKind = TestKey.Kind.ec("P-256")
    var leaf = [signs, stamps]
    var intermediate = TestCertificate.authority
    var testDescription: String { "\(violation.map { $0.rule.rawValue } ?? "kept"): \(note)" }

    init(
        _ rule: CertificateRule?, at position: Int = 0, _ note: String,
        _ change: (inout TimeStampingCase) -> Void
    ) {
        violation = rule.map { CertificateViolation(rule: $0, position: position) }
        self.note = note
        change(&self)
    }

    private static let signs = Extension("keyUsage", "critical,digitalSignature")
    private static let stamps = Extension("extendedKeyUsage", "critical,timeStamping")
    private static let isAuthority = Extension("basicConstraints", "critical,CA:TRUE")

    static let all: [TimeStampingCase] =
        [
            TimeStampingCase(nil, "as it should be") { _ in },
            TimeStampingCase(nil, "keyUsage of the leaf that is not critical") {
                $0.leaf = [Extension("keyUsage", "digitalSignature"), stamps]
            },
            TimeStampingCase(nil, "keyUsage of an authority that is not critical") {
                $0.intermediate = [isAuthority, Extension("keyUsage", "keyCertSign")]
            },
            TimeStampingCase(.timeStampingAuthorityKeyUsage, at: 1, "for CRLs only") {
                $0.intermediate = [isAuthority, Extension("keyUsage", "critical,cRLSign")]
            },
            TimeStampingCase(.timeStampingAuthorityKeyUsage, at: 1, "not there") {
                $0.intermediate = [isAuthority]
            },
            TimeStampingCase(.authorityBasicConstraints, at: 1, "not critical") {
                $0.intermediate = [
                    Extension("basicConstraints", "CA:TRUE"),
                    Extension("keyUsage", "critical,keyCertSign"),
                ]
            },
            TimeStampingCase(.timeStampingKeyUsage, "not there") { $0.leaf = [stamps] },
            TimeStampingCase(.timeStampingKeyUsage, "for enciphering keys, too") {
                $0.leaf = [Extension("keyUsage", "digitalSignature,keyEncipherment"), stamps]
            },
            TimeStampingCase(.timeStampingExtendedKeyUsage, "not there") { $0.leaf = [signs] },
            TimeStampingCase(.timeStampingExtendedKeyUsage, "not critical") {
                $0.leaf = [signs, Extension("extendedKeyUsage", "timeStamping")]
            },
            TimeStampingCase(.leafBasicConstraints, "an authority as a leaf") {
                $0.leaf.append(isAuthority)
            },
            TimeStampingCase(.leafKey, "RSA with 1024 bits") { $0.leafKind = .rsa(1024) },
        ]
        + ["codeSigning", "timeStamping,codeSigning", "timeStamping,1.2.3.4"].map { usages in
            TimeStampingCase(.timeStampingExtendedKeyUsage, usages) {
                $0.leaf = [signs, Extension("extendedKeyUsage", "critical,\(usages)")]
            }
        }
}

@Suite struct `The profile for time stamps` {
    @Test(arguments: TimeStampingCase.all) func `finds the one rule that is broken`(
        _ example: TimeStampingCase
    ) throws {
        let root = try TestCertificate("root")
        let intermediate = try TestCertificate(
            "intermediate", issuer: root, extensions: example.intermediate)
        let leaf = try TestCertificate(
            "leaf", example.leafKind, issuer: intermediate, extensions: example.leaf)
        let chain = try CertificateChain(
            [leaf, intermediate, root].map(\.certificate))
        let broken = CertificateProfile.timeStamping.findings(in: chain).filter { !$0.isKept }
            .flatMap { finding in
                finding.positions.map { CertificateViolation(rule: finding.rule, position: $0) }
            }
        #expect(broken == example.violation.map { [$0] } ?? [])
    }
}
