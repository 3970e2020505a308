import Cryptography
import Encodings
import Notary
import OCI
import OCILayout
import TestSupport
import Testing
import Trust
import Verification
import X509

@Suite struct `Verification of an image` {
    let image: SignedImage
    let signer: SoftwareSigner
    let trust: TrustConfiguration

    init() throws {
        image = try SignedImage()
        signer = try SoftwareSigner(.ec256)
        trust = try TestTrust.configuration(roots: [signer.chain.root])
    }

    @Test func `V3: refuses an image without a signature`() throws {
        let outcome = try image.verify(trust)
        #expect(outcome.report.verdict == .refused)
        #expect(outcome.report.refusals == [.noSignature])
        #expect(outcome.artifact == nil)
    }

    @Test func `Y16: has no verdict without a statement for the repository`() throws {
        let other = try TestTrust.configuration(
            roots: [signer.chain.root], scope: "registry.test/other")
        let scope = try RegistryScope("registry.test/app")
        #expect(throws: VerificationError.noApplicableStatement(scope)) {
            try image.verify(other)
        }
    }

    @Test func `R11: refuses a signer whom no trust store vouches for`() throws {
        try image.sign(SoftwareSigner(.ec256))
        let report = try image.verify(trust).report
        #expect(report.verdict == .refused)
        #expect(report.refusals == [.noSignaturePasses])
        let last = try #require(report.signatures.first?.validations.last)
        #expect(last.validation == .authenticity)
        #expect(last.finding.rule == "R11")
    }

    @Test func `T28: refuses where the policy asks for a timestamp and there is none`() throws {
        try image.sign(signer)
        let trust = try TestTrust.configuration(
            roots: [signer.chain.root], stores: ["ca:main", "tsa:times"])
        let report = try image.verify(trust).report
        #expect(report.signatures.first?.validations.last?.finding == .timestampMissing)
    }

    @Test func `X15: refuses a certificate outside its validity`() throws {
        try image.sign(signer)
        let notAfter = signer.chain.leaf.notAfter
        #expect(try image.verify(trust, at: notAfter).report.verdict == .verified)
        let later = try image.verify(trust, at: notAfter.adding(seconds: 1)).report
        #expect(later.verdict == .refused)
        #expect(later.signatures.first?.validations.last?.validation == .authenticTimestamp)
    }

    @Test func `J11: refuses from the second of the expiry on, and tells it before`() throws {
        let expiry = SignedImage.now.adding(seconds: 60)
        try image.sign(signer, expiry: expiry)
        let before = try image.verify(trust, at: expiry.adding(seconds: -1)).report
        #expect(before.verdict == .verified)
        #expect(before.validUntil == expiry)
        let after = try image.verify(trust, at: expiry).report
        #expect(after.verdict == .refused)
        #expect(after.signatures.first?.validations.last?.finding == .expired(expiry))
    }

    @Test func `P4: refuses a signature over another image`() throws {
        let other = Descriptor(
            mediaType: image.target.mediaType, digest: image.layer.digest, size: 3)
        try image.sign(signer, over: other)
        let last = try image.verify(trust).report.signatures.first?.validations.last
        #expect(last?.validation == .payload)
        #expect(last?.isRefusal == true)
    }

    @Test func `O4: is undecided where a certificate names a CRL and none is at hand`() throws {
        let root = try TestCertificate("CN=root")
        let leaf = try TestCertificate(
            "CN=leaf", issuer: root,
            extensions: TestCertificate.leaf + [
                TestCertificate.Extension("crlDistributionPoints", "URI:http://crl.test/a.crl")
            ])
        let chain = try CertificateChain([leaf.certificate, root.certificate])
        try image.sign(SoftwareSigner(.ec256, leaf.key, chain))
        let outcome = try image.verify(
            TestTrust.configuration(roots: [root.certificate]))
        #expect(outcome.report.verdict == .undecided)
        #expect(outcome.artifact == nil)
        let unknown = outcome.report.signatures.first?.validations.first(where: \.isUndecided)
        #expect(unknown?.validation == .revocation)
        #expect(unknown?.finding.rule == "O4")
        let logged = try image.verify(
            TestTrust.configuration(level: "permissive", roots: [root.certificate]))
        #expect(logged.report.verdict == .verified)
    }

    @Test func `V5: a damaged signature is told and hides no good one`() throws {
        let bad = try image.sign(signer)
        try image.sign(signer)
        try image.box.write([0], to: "l/blobs/sha256/\(bad.envelope.digest.hex)")
        let report = try image.verify(trust).report
        #expect(report.verdict == .verified)
        #expect(report.signatures.map(\.verdict) == [.refused, .verified])
    }

    @Test func `V5: a listed signature that cannot be read is told and hides no good one`()
        throws
    {
        let bad = try image.sign(signer).manifest
        var listed = bad
        listed[annotation: SignatureManifest.thumbprintAnnotation] = "[]"
        try image.listInFallback([listed])
        try image.box.write([0], to: "l/blobs/sha256/\(bad.digest.hex)")
        let alone = try image.verify(trust).report
        #expect(alone.verdict == .refused)
        #expect(alone.refusals == [.noSignaturePasses])
        #expect(alone.signatures.map(\.manifest.digest) == [bad.digest])
        #expect(alone.signatures.first?.validations.map(\.validation) == [.integrity])
        try image.sign(signer)
        let both = try image.verify(trust, at: SignedImage.now, .init(signatureCountMax: 1)).report
        #expect(both.verdict == .verified)
        let all = try image.verify(trust).report
        #expect(all.signatures.map(\.verdict) == [.verified, .refused])
    }

    @Test func `names the limit that left signatures unexamined`() throws {
        for _ in 0..<3 { try image.sign(SoftwareSigner(.ec256)) }
        let options = VerificationOptions(signatureCountMax: 2)
        let report = try image.verify(trust, options).report
        #expect(report.refusals == [.signatureLimit(2)])
        #expect(report.signatures.count == 2)
    }

    @Test func `refuses damaged content under any level, and not when it is left unread`() throws {
        try image.sign(signer)
        try image.box.write([1, 2, 4], to: "l/blobs/sha256/\(image.layer.digest.hex)")
        let skip = try TestTrust.configuration(level: "skip", roots: [signer.chain.root])
        for trust in [trust, skip] {
            let outcome = try image.verify(trust)
            #expect(outcome.report.verdict == .refused)
            #expect(outcome.report.refusals == [.content])
            #expect(outcome.report.content.failures.map(\.descriptor) == [image.layer])
            #expect(outcome.artifact == nil)
        }
        let options = VerificationOptions(signaturesOnly: true)
        let outcome = try image.verify(trust, options)
        #expect(outcome.report.verdict == .verified)
        #expect(outcome.artifact?.isContentChecked == false)
    }

    @Test func `passes a good signature and says what it rests on`() throws {
        let signature = try image.sign(signer)
        let outcome = try image.verify(trust)
        let report = outcome.report
        #expect(report.verdict == .verified)
        #expect(report.content.blobCount == 3)
        #expect(report.validUntil == signer.chain.leaf.notAfter.adding(seconds: 1))
        #expect(report.policyDigest == trust.policyDigest)
        guard case .signatures(let passing)? = outcome.artifact?.basis else {
            Issue.record("no verified artifact")
            return
        }
        #expect(passing.map(\.digest) == [signature.manifest.digest])
    }

    @Test func `U5: by anchors asks for each name and value of the metadata`() throws {
        try image.sign(signer, metadata: [("io.airseal.purpose", "bundle")])
        let anchors = try TrustedCertificates([signer.chain.root], for: .ca)
        func verdict(_ metadata: [(name: String, value: String)]) throws -> Verdict {
            let options = VerificationOptions(metadata: metadata)
            return try Verifier(
                at: VerificationTime(SignedImage.now, from: .clock), options: options
            ).verify(image.artifact(), anchors: anchors, identities: .everyone).report.verdict
        }
        #expect(try verdict([("io.airseal.purpose", "bundle")]) == .verified)
        #expect(try verdict([("io.airseal.purpose", "receipt")]) == .refused)
        #expect(try verdict([("io.airseal.Purpose", "bundle")]) == .refused)
    }

    @Test func `reports have the members of their documentation, in its order`() throws {
        try image.sign(signer)
        let report = try image.verify(trust).report
        let document = JSONPlace(
            VerificationReport.json(
                of: [report], in: ReportWords(finding: { "\($0)" }, content: { "\($0)" })))
        let object = try #require(try document.array().first)
        #expect(
            try object.object().members.map(\.name) == [
                "reference", "digest", "mediaType", "scope", "policy", "verdict", "time",
                "policyDigest", "trustDigest", "settingsDigest", "revocationDigest", "validUntil",
                "content", "signatures", "requiredSignatures", "manifests",
            ])
        let signature = try #require(try object.member("signatures").array().first)
        #expect(
            try signature.object().members.map(\.name) == [
                "digest", "mediaType", "format", "signer", "scheme", "signingTime", "expiry",
                "timestamp", "verdict", "validations",
            ])
        for validation in try signature.member("validations").array() {
            #expect(
                try validation.object().members.map(\.name) == [
                    "type", "action", "result", "rule", "reason",
                ])
        }
    }
}
