import Cryptography
import Encodings
import TestSupport
import Testing
import X509

@Suite struct `The lint of a chain` {
    typealias Extension = TestCertificate.Extension

    static let now = Timestamp(seconds: 1_795_392_000)
    static let signs = Extension("keyUsage", "critical,digitalSignature")
    let root: TestCertificate

    init() throws { root = try TestCertificate("root") }

    func lint(_ certificates: [TestCertificate], at time: Timestamp = now) throws
        -> CertificateLint
    {
        CertificateLint(try CertificateChain(certificates.map(\.certificate)), at: time)
    }

    /// The answers that are no pass, or that stock notation would give otherwise.
    func odd(_ lint: CertificateLint) -> [String] {
        lint.answers.filter { !$0.isKept || !$0.notationPasses }.map { answer in
            let suspects = answer.suspects.map { "\($0.position): \($0.faults)" }
            return "\(answer.question.number) \(suspects) \(answer.notationPasses)"
        }
    }

    @Test func `asks every rule from X1 to X15, in their order`() throws {
        let leaf = try TestCertificate("leaf", issuer: root, extensions: TestCertificate.leaf)
        let lint = try lint([leaf, root])
        #expect(lint.passes)
        #expect(odd(lint).isEmpty)
        #expect(lint.properOrder == nil)
        #expect(
            lint.answers.map(\.question.number) == [
                "X1", "X2", "X3", "X4", "X5", "X6", "X7", "X8", "X9", "X10", "X11", "X12", "X14",
                "X14", "X15",
            ])
    }

    struct Spoilt: Sendable, CustomTestStringConvertible {
        let number: String
        let flaws: [CertificateFlaw]
        /// Whether stock notation takes it all the same.
        let passesNotation: Bool
        var authority = TestCertificate.authority
        var authorityKind = TestKey.Kind.ec("P-256")
        var leaf = TestCertificate.leaf
        var leafKind = TestKey.Kind.ec("P-256")
        var testDescription: String { "\(number): \(flaws)" }

        static let all = [
            Spoilt(
                number: "X7", flaws: [.notCritical(.basicConstraints)], passesNotation: true,
                authority: [
                    Extension("basicConstraints", "CA:TRUE"),
                    Extension("keyUsage", "critical,keyCertSign"),
                ]),
            Spoilt(
                number: "X9", flaws: [.notCritical(.keyUsage)], passesNotation: false,
                authority: [
                    Extension("basicConstraints", "critical,CA:TRUE"),
                    Extension("keyUsage", "keyCertSign"),
                ]),
            Spoilt(
                number: "X9", flaws: [.missing(.keyUsage)], passesNotation: false,
                authority: [Extension("basicConstraints", "critical,CA:TRUE")]),
            Spoilt(
                number: "X10", flaws: [.authority], passesNotation: false,
                leaf: [signs, Extension("basicConstraints", "critical,CA:TRUE")]),
            Spoilt(
                number: "X11", flaws: [.notCritical(.keyUsage)], passesNotation: false,
                leaf: [Extension("keyUsage", "digitalSignature")]),
            Spoilt(
                number: "X11",
                flaws: [.lacksPurpose(.digitalSignature), .forbiddenPurposes([.keyAgreement])],
                passesNotation: false, leaf: [Extension("keyUsage", "critical,keyAgreement")]),
            Spoilt(
                number: "X12", flaws: [.forbiddenUsages([ExtendedKeyUsage.any])],
                passesNotation: true,
                leaf: [signs, Extension("extendedKeyUsage", "codeSigning,anyExtendedKeyUsage")]),
            Spoilt(
                number: "X12",
                flaws: [.forbiddenUsages([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.any])],
                passesNotation: false,
                leaf: [signs, Extension("extendedKeyUsage", "serverAuth,anyExtendedKeyUsage")]),
            Spoilt(
                number: "X14", flaws: [.weakKey(.rsa(bitCount: 1024))], passesNotation: true,
                authorityKind: .rsa(1024)),
            Spoilt(
                number: "X14", flaws: [.weakKey(.rsa(bitCount: 2047))], passesNotation: false,
                leafKind: .rsa(2047)),
        ]
    }

    @Test(arguments: Spoilt.all)
    func `finds what is wrong, and says whether stock notation minds`(_ spoilt: Spoilt) throws {
        let authority = try TestCertificate(
            "authority", spoilt.authorityKind, issuer: root, extensions: spoilt.authority)
        let leaf = try TestCertificate(
            "leaf", spoilt.leafKind, issuer: authority, extensions: spoilt.leaf)
        let lint = try lint([leaf, authority, root])
        #expect(!lint.passes)
        let found = lint.answers.filter { !$0.isKept }
        #expect(found.map(\.question.number) == [spoilt.number])
        #expect(found.first?.notationPasses == spoilt.passesNotation)
        let faults = found.first?.suspects.first?.faults
        #expect(faults == spoilt.flaws.map { .flaw($0) })
    }

    @Test func `X14: says where stock notation refuses what passes here`() throws {
        let authority = try TestCertificate("authority", .ec("secp256k1"), issuer: root)
        let leaf = try TestCertificate("leaf", issuer: authority, extensions: TestCertificate.leaf)
        let lint = try lint([leaf, authority, root])
        #expect(lint.passes)
        #expect(odd(lint) == ["X14 [] false"])
    }

    @Test func `X5: says the proper order of a chain that stands in another`() throws {
        let authority = try TestCertificate("authority", issuer: root)
        let leaf = try TestCertificate("leaf", issuer: authority, extensions: TestCertificate.leaf)
        let stranger = try TestCertificate("stranger")
        #expect(try lint([root, authority, leaf]).properOrder == [2, 1, 0])
        #expect(try lint([leaf, root, authority]).properOrder == [0, 2, 1])
        #expect(try !lint([leaf, root, authority]).passes)
        #expect(try lint([leaf, authority, root]).properOrder == nil)
        #expect(try lint([leaf, authority, stranger]).properOrder == nil)
    }

    @Test func `X15: asks the validity of every certificate at the time`() throws {
        let leaf = try TestCertificate("leaf", issuer: root, extensions: TestCertificate.leaf)
        let late = try lint([leaf, root], at: TestCertificate.notAfter.adding(seconds: 1))
        #expect(late.answers.filter { !$0.isKept }.map(\.question) == [.validity])
        #expect(late.answers.last?.suspects.map(\.position) == [0, 1])
        #expect(try lint([leaf, root], at: TestCertificate.notAfter).passes)
        #expect(try lint([leaf, root], at: TestCertificate.notBefore).passes)
        #expect(
            try !lint([leaf, root], at: TestCertificate.notBefore.adding(seconds: -1)).passes)
    }

    @Test func `X13, X18: asks other things of chains for time stamps`() throws {
        let stamps = [
            TestCertificate.Extension("keyUsage", "digitalSignature"),
            TestCertificate.Extension("extendedKeyUsage", "critical,timeStamping"),
        ]
        func broken(_ extensions: [TestCertificate.Extension]) throws -> [CertificateLint.Answer] {
            let leaf = try TestCertificate("leaf", issuer: root, extensions: extensions)
            let chain = try CertificateChain([leaf.certificate, root.certificate])
            let lint = CertificateLint(chain, at: TestCertificate.notBefore, for: .timeStamping)
            #expect(lint.identityTraps == nil)
            return lint.answers.filter { !$0.isKept }
        }
        #expect(try broken(stamps).isEmpty)
        #expect(
            try broken(TestCertificate.leaf).map(\.question)
                == [.profile(.timeStampingExtendedKeyUsage)])
        let unknown = try broken(
            stamps + [TestCertificate.Extension("1.2.3.4.5", "critical,DER:0500")])
        #expect(unknown.map(\.question) == [.path])
        #expect(
            unknown.first?.suspects.map(\.faults) == [[.path(.criticalExtension)]])
        #expect(unknown.first?.notationPasses == false)
    }

    static let subjects: [([(type: String, value: String)], [IdentityTrap])] = [
        ([("C", "US"), ("ST", "WA"), ("O", "x"), ("CN", "y")], []),
        ([("C", "US"), ("ST", "WA"), ("O", "x"), ("emailAddress", "a@b")], []),
        ([("DC", "a"), ("DC", "b"), ("C", "US"), ("ST", "WA"), ("O", "x")], []),
        ([("C", "US"), ("ST", "WA"), ("O", "x"), ("OU", "1"), ("OU", "2")], [.repeated("OU")]),
        ([("C", "US"), ("O", "x")], [.missing("ST")]),
        ([("CN", "y")], [.missing("C"), .missing("ST"), .missing("O")]),
    ]

    @Test(arguments: subjects.indices)
    func `Y11: knows the subjects that stock notation cannot match`(_ place: Int) throws {
        let (subject, traps) = Self.subjects[place]
        let leaf = try TestCertificate(
            "leaf", issuer: root, extensions: TestCertificate.leaf, subject: subject)
        let lint = try lint([leaf, root])
        #expect(lint.identityTraps == traps)
        #expect(lint.passes)
    }
}
