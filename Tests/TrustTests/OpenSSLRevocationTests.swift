import Encodings
import Glibc
import Subprocess
import SystemPackage
import TestSupport
import Testing
import Trust
import X509

/// Lists and responses by openssl, which is asked for its own judgement of each.
@Suite struct `Revocation by openssl's authority` {
    /// How an authority signs: openssl's arguments for its key, the hash, and the signature.
    struct Way: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let arguments: [String]
    }

    static let ways = [
        Way(
            testDescription: "ECDSA",
            arguments: ["ec -pkeyopt ec_paramgen_curve:P-384", "sha384"]),
        Way(testDescription: "RSA", arguments: ["rsa:2048", "sha512"]),
        Way(
            testDescription: "RSA-PSS",
            arguments: ["rsa:2048", "sha256", "-sigopt rsa_padding_mode:pss"]),
        Way(testDescription: "Ed25519", arguments: ["ed25519", "default"]),
    ]

    static let now = Timestamp(seconds: Int64(time(nil)))

    /// Runs openssl in a folder; what it said on both streams, and whether it was content.
    static func openssl(in folder: TemporaryFolder, _ arguments: String...) async throws -> (
        text: String, isContent: Bool
    ) {
        let result = try await run(
            .name("openssl"), arguments: Arguments(arguments),
            workingDirectory: FilePath(folder.path), output: .string(limit: 65536),
            error: .string(limit: 65536))
        let text = result.standardOutput + result.standardError
        return (text, result.terminationStatus.isSuccess)
    }

    @Test(arguments: ways) func `is judged as openssl judges it`(_ way: Way) async throws {
        let folder = try TemporaryFolder()
        let script = try #require(TestFiles.matching("Tests/Vectors/revocation/authority").first)
        let made = try await run(
            .path(FilePath(script)), arguments: Arguments(way.arguments),
            workingDirectory: FilePath(folder.path), output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20))
        try #require(made.terminationStatus.isSuccess, "\(made.standardError)")

        let lists = try RevocationList.list(TestFiles.bytes("\(folder.path)/list.pem"))
        let response = try OCSPResponse(der: TestFiles.bytes("\(folder.path)/response"))
        let check = RevocationCheck(
            evidence: RevocationEvidence(
                lists: lists.map { .init(list: $0) }, responses: [response]),
            rules: .standard, floors: RevocationFloors())
        func status(_ name: String) throws -> CertificateRevocation? {
            let files = try ["\(name).pem", "ca.pem"].map { name in
                try TestFiles.bytes("\(folder.path)/\(name)")
            }
            let chain = try CertificateChain(files.flatMap(Certificate.list))
            return check.status(of: chain, at: Self.now, reference: nil).certificates.first
        }

        for name in ["good", "revoked", "held", "compromised"] {
            let verdict = try await Self.openssl(
                in: folder, "verify", "-crl_check", "-CAfile", "ca.pem", "-CRLfile", "list.pem",
                "\(name).pem")
            #expect(verdict.isContent == (name == "good"), "\(verdict.text)")
            #expect(try status(name)?.isGood == verdict.isContent)
        }
        #expect(try status("revoked")?.revoked?.reason == .superseded)
        #expect(try status("held")?.revoked?.reason == .certificateHold)
        let compromised = try #require(try status("compromised")?.revoked)
        #expect(compromised.reason == .keyCompromise)
        #expect(compromised.invalidityDate == Timestamp(rfc3339: "2026-01-01T00:00:00Z"))

        let verdict = try await Self.openssl(
            in: folder, "ocsp", "-respin", "response", "-issuer", "ca.pem", "-CAfile", "ca.pem",
            "-cert", "asked.pem", "-cert", "answered.pem")
        #expect(verdict.text.contains("Response verify OK"))
        #expect(verdict.text.contains("asked.pem: good"))
        #expect(verdict.text.contains("answered.pem: revoked"))
        #expect(try status("asked")?.isGood == true)
        #expect(try status("answered")?.revoked?.reason == .cessationOfOperation)
    }
}
