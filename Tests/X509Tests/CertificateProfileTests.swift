import Cryptography
import TestSupport
import Testing
import X509

/// A chain of leaf, intermediate and root that breaks one rule, or none.
struct ProfileCase: Sendable, CustomTestStringConvertible {
    typealias Extension = TestCertificate.Extension

    let violation: CertificateViolation?
    let note: String
    var leafKind = TestKey.Kind.ec("P-256")
    var leaf = TestCertificate.leaf
    var intermediateKind = TestKey.Kind.ec("P-256")
    var intermediate = TestCertificate.authority
    var hash = "SHA256"
    var testDescription: String { "\(violation.map { $0.rule.rawValue } ?? "kept"): \(note)" }

    init(
        _ rule: CertificateRule?, at position: Int = 0, _ note: String,
        _ change: (inout ProfileCase) -> Void
    ) {
        violation = rule.map { CertificateViolation(rule: $0, position: position) }
        self.note = note
        change(&self)
    }

    private static let signs = Extension("keyUsage", "critical,digitalSignature")
    private static let isAuthority = Extension("basicConstraints", "critical,CA:TRUE")
    private static let certifies = Extension("keyUsage", "critical,keyCertSign")

    static let all: [ProfileCase] =
        [
            ProfileCase(nil, "as it should be") { _ in },
            ProfileCase(nil, "no extended key usage") { $0.leaf = [signs] },
            ProfileCase(nil, "contentCommitment too") {
                $0.leaf = [Extension("keyUsage", "critical,digitalSignature,nonRepudiation")]
            },
            ProfileCase(nil, "a leaf that says not to be an authority") {
                $0.leaf.append(Extension("basicConstraints", "CA:FALSE"))
            },
            ProfileCase(nil, "an intermediate for leaves only") {
                $0.intermediate = [
                    Extension("basicConstraints", "critical,CA:TRUE,pathlen:0"), certifies,
                ]
            },
            ProfileCase(.authorityBasicConstraints, at: 1, "not critical") {
                $0.intermediate = [Extension("basicConstraints", "CA:TRUE"), certifies]
            },
            ProfileCase(.authorityBasicConstraints, at: 1, "not there") {
                $0.intermediate = [certifies]
            },
            ProfileCase(.authorityKeyUsage, at: 1, "not critical") {
                $0.intermediate = [isAuthority, Extension("keyUsage", "keyCertSign")]
            },
            ProfileCase(.authorityKeyUsage, at: 1, "for CRLs only") {
                $0.intermediate = [isAuthority, Extension("keyUsage", "critical,cRLSign")]
            },
            ProfileCase(.authorityKey, at: 1, "RSA with 1024 bits") {
                $0.intermediateKind = .rsa(1024)
            },
            ProfileCase(.authorityKey, at: 1, "P-224") { $0.intermediateKind = .ec("P-224") },
            ProfileCase(.strongSignatures, "SHA-1") { $0.hash = "SHA1" },
            ProfileCase(.leafBasicConstraints, "an authority as a leaf") {
                $0.leaf.append(isAuthority)
            },
            ProfileCase(.leafKeyUsage, "not critical") {
                $0.leaf = [Extension("keyUsage", "digitalSignature")]
            },
            ProfileCase(.leafKeyUsage, "not there") { $0.leaf = [] },
            ProfileCase(.leafKeyUsage, "contentCommitment alone") {
                $0.leaf = [Extension("keyUsage", "critical,nonRepudiation")]
            },
        ] + leafUsages + leafKeys

    private static let leafUsages =
        [
            "keyEncipherment", "dataEncipherment", "keyAgreement", "keyCertSign", "cRLSign",
            "encipherOnly", "decipherOnly",
        ].map { usage in
            ProfileCase(.leafKeyUsage, usage) {
                $0.leaf = [Extension("keyUsage", "critical,digitalSignature,\(usage)")]
            }
        }
        + [
            "serverAuth", "clientAuth", "emailProtection", "timeStamping", "OCSPSigning",
            "anyExtendedKeyUsage",
        ].map { usage in
            ProfileCase(.leafExtendedKeyUsage, usage) {
                $0.leaf = [signs, Extension("extendedKeyUsage", "codeSigning,\(usage)")]
            }
        }

    private static let leafKeys: [ProfileCase] = [
        ProfileCase(.leafKey, "RSA with 2047 bits (A2)") { $0.leafKind = .rsa(2047) },
        ProfileCase(.leafKey, "RSA with 2560 bits (A2)") { $0.leafKind = .rsa(2560) },
        ProfileCase(.leafKey, "RSA bound to PSS (A3)") { $0.leafKind = .rsaPSS(2048) },
        ProfileCase(.leafKey, "P-224 (A2)") { $0.leafKind = .ec("P-224") },
        ProfileCase(.leafKey, "P-256 with its parameters spelled out (A2)") {
            $0.leafKind = .explicitEC("P-256")
        },
        ProfileCase(.leafKey, "secp256k1 (A2)") { $0.leafKind = .ec("secp256k1") },
        ProfileCase(.leafKey, "Ed25519 (A2)") { $0.leafKind = .ed25519 },
    ]
}

@Suite struct `The code signing profile` {
    @Test(arguments: ProfileCase.all) func `finds the one rule that is broken`(
        _ example: ProfileCase
    ) throws {
        let root = try TestCertificate("root")
        let intermediate = try TestCertificate(
            "intermediate", example.intermediateKind, issuer: root,
            extensions: example.intermediate)
        let leaf = try TestCertificate(
            "leaf", example.leafKind, issuer: intermediate, extensions: example.leaf,
            hash: example.hash)
        let chain = try CertificateChain(
            [leaf.certificate, intermediate.certificate, root.certificate])
        let broken = CertificateProfile.codeSigning.findings(in: chain).filter { !$0.isKept }
            .flatMap { finding in
                finding.positions.map { CertificateViolation(rule: finding.rule, position: $0) }
            }
        #expect(broken == example.violation.map { [$0] } ?? [])
        #expect(CertificateProfile.codeSigning.firstViolation(in: chain) == example.violation)
    }

    @Test func `wants every certificate issued by the next (X2, X3, X4, X5)`() throws {
        let root = try TestCertificate("root")
        let twin = try TestCertificate("root")
        let leaf = try TestCertificate("leaf", issuer: root, extensions: TestCertificate.leaf)
        let alone = try TestCertificate("alone", extensions: TestCertificate.leaf)
        func violation(_ chain: [TestCertificate]) throws -> CertificateViolation? {
            try CertificateProfile.codeSigning.firstViolation(
                in: CertificateChain(chain.map(\.certificate)))
        }
        #expect(try violation([leaf, root]) == nil)
        #expect(try violation([alone]) == nil)
        #expect(try violation([leaf]) == .init(rule: .singleIsSelfSigned, position: 0))
        #expect(try violation([leaf, twin]) == .init(rule: .eachIsIssuedByNext, position: 0))
        #expect(try violation([leaf, leaf]) == .init(rule: .eachIsIssuedByNext, position: 0))
        #expect(
            try violation([leaf, root, root]) == .init(rule: .onlyLastIsSelfSigned, position: 1))
        #expect(try violation([root, leaf]) == .init(rule: .onlyLastIsSelfSigned, position: 0))
    }

    @Test func `counts the authorities below a path length (X8)`() throws {
        let root = try TestCertificate(
            "root",
            extensions: [
                .init("basicConstraints", "critical,CA:TRUE,pathlen:0"),
                .init("keyUsage", "critical,keyCertSign"),
            ])
        let intermediate = try TestCertificate("intermediate", issuer: root)
        let leaf = try TestCertificate(
            "leaf", issuer: intermediate, extensions: TestCertificate.leaf)
        let chain = try CertificateChain([leaf, intermediate, root].map(\.certificate))
        #expect(
            CertificateProfile.codeSigning.firstViolation(in: chain)
                == .init(rule: .pathLength, position: 2))
    }

    @Test func `is asked of chains that are neither empty nor endless (X1)`() throws {
        let root = try TestCertificate("root").certificate
        #expect(throws: CertificateError.noCertificate) { try CertificateChain([]) }
        #expect(throws: CertificateError.tooMany(count: 17)) {
            try CertificateChain(Array(repeating: root, count: 17))
        }
    }
}
