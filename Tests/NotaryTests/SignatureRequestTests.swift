import Cryptography
import Encodings
import Notary
import OCI
import Subprocess
import SystemPackage
import TestSupport
import Testing
import X509

/// What every test here signs.
enum Sample {
    static let now = Timestamp(seconds: 1_790_000_000, nanoseconds: 500_000_000)
    static let digest = Digest(.sha256, bytes: [UInt8](repeating: 7, count: 32))
    static let target = Descriptor(
        mediaType: MediaType.imageManifest, digest: digest, size: 451)

    static func request(
        _ format: SignatureFormat, signingTime: Timestamp = now, expiry: Timestamp? = nil,
        annotations: [(name: String, value: String)] = []
    ) throws -> SignatureRequest {
        SignatureRequest(
            payload: try SignaturePayload(target, annotations: annotations), format: format,
            signingTime: signingTime, expiry: expiry, signingAgent: "airseal/test")
    }

    static func signed(
        _ format: SignatureFormat, by signer: SoftwareSigner, expiry: Timestamp? = nil,
        annotations: [(name: String, value: String)] = []
    ) throws -> (bytes: [UInt8], verified: VerifiedEnvelope) {
        let request = try request(format, expiry: expiry, annotations: annotations)
        guard case .signed(let bytes, let verified) = try request.signed(by: signer) else {
            throw TestFiles.Missing(path: "a signature")
        }
        return (bytes, verified)
    }
}

/// A signer that must not be asked.
struct UntouchedSigner: Signer {
    struct Touched: Error {}
    let chain: CertificateChain
    func signature(over message: [UInt8]) throws -> [UInt8] { throw Touched() }
}

@Suite struct `Requests for a signature` {
    static func refusal(_ request: SignatureRequest, _ signer: some Signer) throws
        -> SigningRefusal?
    {
        guard case .refused(let refusal) = try request.signed(by: signer) else { return nil }
        return refusal
    }

    @Test(arguments: SignatureFormat.allCases)
    func `are refused when the key does not belong to the chain`(_ format: SignatureFormat) throws {
        let chain = try SoftwareSigner(.ec256).chain
        let signer = try SoftwareSigner(.ec256, TestKey(.ec256), chain)
        #expect(
            try Self.refusal(Sample.request(format), signer) == .signatureDoesNotMatchCertificate)
    }

    @Test(arguments: SignatureFormat.allCases)
    func `are refused when the signature is of another length (J15, C13)`(
        _ format: SignatureFormat
    ) throws {
        let chain = try SoftwareSigner(.ec256).chain
        let signer = try SoftwareSigner(.ec384, TestKey(.ec384), chain)
        #expect(
            try Self.refusal(Sample.request(format), signer) == .signatureDoesNotMatchCertificate)
    }

    @Test(arguments: [
        TestCertificate.notBefore.adding(seconds: -1), TestCertificate.notAfter.adding(seconds: 1),
    ]) func `are refused outside a certificate's validity (X15), the key untouched`(
        _ time: Timestamp
    ) throws {
        let signer = UntouchedSigner(chain: try SoftwareSigner(.ec256).chain)
        let expected = SigningRefusal.outsideValidity(
            position: 0, notBefore: TestCertificate.notBefore, notAfter: TestCertificate.notAfter)
        #expect(try Self.refusal(Sample.request(.jws, signingTime: time), signer) == expected)
    }

    @Test(arguments: [0, -1]) func `are refused when they expire at once (J11)`(
        _ seconds: Int64
    ) throws {
        let signer = UntouchedSigner(chain: try SoftwareSigner(.ec256).chain)
        let request = try Sample.request(.cose, expiry: Sample.now.adding(seconds: seconds))
        #expect(try Self.refusal(request, signer) == .expiryNotAfterSigningTime)
    }

    @Test func `are refused under a chain that breaks the profile (X3)`() throws {
        let chain = try CertificateChain([SoftwareSigner(.ec256).chain.leaf])
        let expected = SigningRefusal.profile(.init(rule: .singleIsSelfSigned, position: 0))
        #expect(
            try Self.refusal(Sample.request(.jws), UntouchedSigner(chain: chain)) == expected)
    }

    @Test func `let the signer's own error through`() throws {
        let signer = UntouchedSigner(chain: try SoftwareSigner(.ec256).chain)
        #expect(throws: UntouchedSigner.Touched.self) {
            try Sample.request(.jws).signed(by: signer)
        }
    }

    @Test(arguments: KeySpec.allCases, SignatureFormat.allCases)
    func `give an envelope that verifies`(_ spec: KeySpec, _ format: SignatureFormat) throws {
        let signer = try SoftwareSigner(spec)
        let expiry = Sample.now.adding(seconds: 86_400)
        let made = try Sample.signed(
            format, by: signer, expiry: expiry, annotations: [("io.test.team", "blue & <green>")])
        guard
            case .verified(let verified) = try SignatureEnvelope.verify(made.bytes, format: format)
        else {
            Issue.record("not verified")
            return
        }
        #expect(verified.keySpec == spec)
        #expect(verified.chain == signer.chain)
        #expect(verified.attributes.scheme == .x509)
        #expect(verified.attributes.signingTime == Sample.now.wholeSeconds)
        #expect(verified.attributes.expiry == expiry.wholeSeconds)
        #expect(verified.envelope.signingAgent == "airseal/test")
        #expect(verified.payload.speaks(of: Sample.target))
        #expect(
            verified.payload.targetArtifact[annotation: "io.test.team"] == "blue & <green>")
    }

    @Test(arguments: SignatureFormat.allCases)
    func `give an envelope that no changed byte survives`(_ format: SignatureFormat) throws {
        let signer = try SoftwareSigner(.ec256)
        let bytes = try Sample.signed(format, by: signer).bytes
        // The agent is not signed, and a spare bit of base64 is refused by another rule.
        let agent = Array("airseal/test".utf8)
        let free = bytes.indices.first { bytes[$0...].starts(with: agent) } ?? 0
        for index in bytes.indices where !(free..<free + agent.count).contains(index) {
            var spoilt = bytes
            spoilt[index] ^= 1
            guard
                case .verified(let verified) = try SignatureEnvelope.verify(spoilt, format: format)
            else { continue }
            // What is left are names of unsigned members that nobody reads (rule J14).
            #expect(verified.envelope.signingAgent == nil, "byte \(index)")
        }
    }

    @Test func `give a JWS that openssl verifies (J3, A1)`() async throws {
        let signer = try SoftwareSigner(.rsa2048)
        let bytes = try Sample.signed(.jws, by: signer).bytes
        let document = JSONPlace(try JSON(parsing: bytes))
        let protected = try document.member("protected").string()
        let payload = try document.member("payload").string()
        let signature = Base64.decode(try document.member("signature").string(), .url)
        let folder = try TemporaryFolder()
        try folder.write("message", Array("\(protected).\(payload)".utf8))
        try folder.write("signature", #require(signature))
        try folder.write("key.der", signer.publicKey.spki)
        let result = try await run(
            .name("openssl"),
            arguments: [
                "dgst", "-sha256", "-verify", folder.path + "/key.der", "-keyform", "DER",
                "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32",
                "-signature", folder.path + "/signature", folder.path + "/message",
            ], output: .string(limit: 4096), error: .string(limit: 4096))
        #expect(result.standardOutput == "Verified OK\n")
        #expect(result.terminationStatus.isSuccess)
    }
}

@Suite struct `Payloads` {
    @Test func `take no reserved annotation (U2, M12)`() {
        #expect(throws: PayloadFailure.reservedAnnotation("io.cncf.notary.x")) {
            try SignaturePayload(Sample.target, annotations: [("io.cncf.notary.x", "y")])
        }
    }

    @Test func `leave the target's own remarks behind (P3, U6)`() throws {
        var target = Descriptor(
            mediaType: MediaType.imageManifest, digest: Sample.digest, size: 451,
            artifactType: "application/x")
        target.referenceName = "v1"
        let payload = try SignaturePayload(target)
        let text = """
            {"targetArtifact":{"mediaType":"\(MediaType.imageManifest)",\
            "digest":"\(Sample.digest)","size":451}}
            """
        #expect(payload.bytes == Array(text.utf8))
        #expect(try SignaturePayload(parsing: payload.bytes) == payload)
    }
}
