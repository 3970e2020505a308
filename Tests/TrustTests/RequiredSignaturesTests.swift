import Testing
import Trust

@Suite struct `Required signatures` {
    private static func subject(_ name: String, _ unit: String = "x") -> [SubjectAttribute] {
        [
            SubjectAttribute(type: .country, value: "DE"),
            SubjectAttribute(type: .state, value: "BE"),
            SubjectAttribute(type: .organization, value: "Example"),
            SubjectAttribute(type: .organizationalUnit, value: unit),
            SubjectAttribute(type: .commonName, value: name),
        ]
    }

    private static func signer(_ name: String, _ own: String...) throws -> RequiredSignatures.Signer
    {
        try RequiredSignatures.Signer(
            name: name, identities: own.map { "x509.subject: C=DE, ST=BE, O=Example, \($0)" })
    }

    private static func count(
        _ signers: [RequiredSignatures.Signer],
        _ signatures: [(key: UInt8, subject: [SubjectAttribute])]
    ) throws -> [Int?] {
        try RequiredSignatures(policies: ["images"], threshold: 1, signers: signers).assignment(
            of: signatures.map { CountedSignature(key: [$0.key], subject: $0.subject) })
    }

    @Test func `are refused where nobody could meet them, or everybody does`() throws {
        let build = try Self.signer("build", "CN=build")
        func failure(
            policies: [String] = ["images"], threshold: Int = 1,
            signers: [RequiredSignatures.Signer]
        ) -> RequiredSignaturesError? {
            do throws(RequiredSignaturesError) {
                _ = try RequiredSignatures(
                    policies: policies, threshold: threshold, signers: signers)
                return nil
            } catch { return error }
        }
        #expect(failure(policies: [], signers: [build]) == .noPolicies)
        #expect(failure(threshold: 0, signers: [build]) == .threshold(0, signers: 1))
        #expect(failure(threshold: 2, signers: [build]) == .threshold(2, signers: 1))
        #expect(failure(signers: []) == .threshold(1, signers: 0))
        #expect(failure(signers: [build, build]) == .duplicateSigner("build"))
        #expect(
            failure(signers: Array(repeating: build, count: 101)) == .tooManySigners(limit: 100))
        #expect(failure(signers: [build]) == nil)
    }

    @Test func `name signers by their subjects only`() {
        func failure(_ name: String, _ identities: [String]) -> RequiredSignaturesError? {
            do throws(RequiredSignaturesError) {
                _ = try RequiredSignatures.Signer(name: name, identities: identities)
                return nil
            } catch { return error }
        }
        #expect(failure("", ["*"]) == .unnamedSigner)
        #expect(failure("a", ["*"]) == .anySubject(signer: "a"))
        #expect(failure("a", ["did:a"]) == .foreignIdentity(signer: "a", "did:a"))
        #expect(failure("a", []) == .identities(signer: "a", .none))
        #expect(failure("a", ["x509.subject: C=DE, ST=BE, O=Example"]) == nil)
    }

    @Test func `count a key once, however many signatures and certificates it has`() throws {
        let signers = [
            try Self.signer("build", "CN=build"), try Self.signer("release", "CN=release"),
        ]
        let both = [
            (key: UInt8(1), subject: Self.subject("build")),
            (key: UInt8(1), subject: Self.subject("release")),
        ]
        #expect(try Self.count(signers, both) == [0, nil])
        let two = [both[0], (key: UInt8(2), subject: Self.subject("release"))]
        #expect(try Self.count(signers, two) == [0, 1])
    }

    @Test func `do not count one whom nobody named`() throws {
        let signers = [try Self.signer("build", "CN=build")]
        #expect(try Self.count(signers, [(1, Self.subject("Build"))]) == [nil])
        #expect(try Self.count(signers, []) == [nil])
    }

    @Test func `give up a signature that another needs more`() throws {
        // The first could take either; the second only the first one.
        let signers = [
            try Self.signer("unit", "OU=x"), try Self.signer("build", "CN=build"),
        ]
        let signatures = [
            (key: UInt8(1), subject: Self.subject("build")),
            (key: UInt8(2), subject: Self.subject("release")),
        ]
        #expect(try Self.count(signers, signatures) == [1, 0])
    }
}
