import Cryptography
import TestSupport
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
        _ signatures: [(key: Int, subject: [SubjectAttribute])]
    ) throws -> [Int?] {
        let spkis = try (0..<3).map { _ in try TestKey(.ec("P-256")).spki }
        let counted = try signatures.map { signature in
            let spki = spkis[abs(signature.key)]
            return CountedSignature(
                key: try PublicKey(spki: signature.key < 0 ? compressed(spki) : spki),
                subject: signature.subject)
        }
        return try RequiredSignatures(policies: ["images"], threshold: 1, signers: signers)
            .assignment(of: counted)
    }

    /// The same P-256 key with its point in the short form.
    private static func compressed(_ spki: [UInt8]) -> [UInt8] {
        let (x, y) = (spki[27..<59], spki[59...])
        return [0x30, 0x39] + spki[2..<23] + [0x03, 0x22, 0, 2 + (y.last ?? 0) % 2] + x
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
            (key: 1, subject: Self.subject("build")),
            (key: 1, subject: Self.subject("release")),
        ]
        #expect(try Self.count(signers, both) == [0, nil])
        let two = [both[0], (key: 2, subject: Self.subject("release"))]
        #expect(try Self.count(signers, two) == [0, 1])
    }

    @Test func `do not count one whom nobody named`() throws {
        let signers = [try Self.signer("build", "CN=build")]
        #expect(try Self.count(signers, [(1, Self.subject("Build"))]) == [nil])
        #expect(try Self.count(signers, []) == [nil])
    }

    @Test func `count a key once, however it is spelt`() throws {
        let signers = [
            try Self.signer("build", "CN=build"), try Self.signer("release", "CN=release"),
        ]
        let one = [(key: 1, subject: Self.subject("build")), (-1, Self.subject("release"))]
        #expect(try Self.count(signers, one) == [0, nil])
        let two = [(key: 1, subject: Self.subject("build")), (-2, Self.subject("release"))]
        #expect(try Self.count(signers, two) == [0, 1])
    }

    @Test func `refuse signers of whom one certificate could be two`() throws {
        let build = try Self.signer("build", "CN=build")
        let unit = try Self.signer("unit", "OU=x")
        #expect(throws: RequiredSignaturesError.overlap("build", "unit")) {
            try RequiredSignatures(policies: ["images"], threshold: 2, signers: [build, unit])
        }
    }

    @Test func `count a subject of two signers for neither`() throws {
        let signers = [
            try Self.signer("build", "CN=build"), try Self.signer("release", "CN=release"),
        ]
        let both = Self.subject("build") + Self.subject("release")
        #expect(try Self.count(signers, [(1, both), (2, both)]) == [nil, nil])
    }

    @Test func `give up a key that another needs more`() throws {
        let signers = [
            try Self.signer("build", "CN=build"), try Self.signer("release", "CN=release"),
        ]
        let signatures = [
            (key: 1, subject: Self.subject("build")), (key: 1, subject: Self.subject("release")),
            (key: 2, subject: Self.subject("build")),
        ]
        #expect(try Self.count(signers, signatures) == [2, 1])
    }
}
