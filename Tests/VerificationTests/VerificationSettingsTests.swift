import Cryptography
import Encodings
import TestSupport
import Testing
import Trust
import Verification
import X509

@Suite struct `What a site asks beyond its policy` {
    let image: SignedImage
    let root: TestCertificate

    init() throws {
        image = try SignedImage()
        root = try TestCertificate("root")
    }

    private func signer(_ name: String) throws -> SoftwareSigner {
        let leaf = try TestCertificate(
            name, issuer: root, extensions: TestCertificate.leaf)
        let chain = try CertificateChain([leaf.certificate, root.certificate])
        return try SoftwareSigner(.ec256, leaf.key, chain)
    }

    private func trust(
        level: String = "strict", roots: [Certificate]? = nil,
        _ settings: VerificationSettings
    ) throws -> TrustConfiguration {
        let plain = try TestTrust.configuration(
            level: level, roots: roots ?? [root.certificate])
        return try TrustConfiguration(
            policy: plain.policy, stores: plain.stores, settings: settings)
    }

    private func required(_ threshold: Int, _ names: String...) throws -> VerificationSettings {
        let signers = try names.map { name in
            try RequiredSignatures.Signer(
                name: name, identities: ["x509.subject: C=US, ST=Test, O=TEST ONLY, CN=\(name)"])
        }
        return VerificationSettings(requiredSignatures: [
            try RequiredSignatures(policies: ["images"], threshold: threshold, signers: signers)
        ])
    }

    @Test func `refuses where too few of the signers have signed`() throws {
        let trust = try trust(required(2, "build", "release", "safety"))
        try image.sign(signer("build"))
        try image.sign(signer("build"))
        try image.sign(signer("visitor"))
        let report = try image.verify(trust).report
        #expect(report.verdict == .refused)
        #expect(report.refusals == [.requiredSignatures(count: 1, threshold: 2)])
        #expect(report.signatures.map(\.verdict) == [.verified, .verified, .verified])
        try image.sign(signer("safety"))
        let enough = try image.verify(trust).report
        #expect(enough.verdict == .verified)
        #expect(enough.requiredSignatures?.signers.map(\.name) == ["build", "release", "safety"])
        #expect(
            enough.requiredSignatures?.signers.map { $0.signature != nil } == [true, false, true])
    }

    @Test func `does not count a signature for whose chain no store vouches`() throws {
        // At level audit it passes all the same.
        try image.sign(signer("build"))
        let stranger = try TestCertificate("stranger")
        let open = try trust(level: "audit", roots: [stranger.certificate], .none)
        #expect(try image.verify(open).report.verdict == .verified)
        let counted = try trust(
            level: "audit", roots: [stranger.certificate], required(1, "build"))
        #expect(try image.verify(counted).report.verdict == .refused)
        let known = try trust(level: "audit", required(1, "build"))
        #expect(try image.verify(known).report.verdict == .verified)
    }

    @Test func `lapses when too few are left`() throws {
        let soon = SignedImage.now.adding(seconds: 60)
        let later = SignedImage.now.adding(seconds: 600)
        try image.sign(signer("build"), expiry: later)
        try image.sign(signer("release"), expiry: soon)
        let one = try image.verify(trust(required(1, "build", "release"))).report
        #expect(one.validUntil == later)
        let both = try image.verify(trust(required(2, "build", "release"))).report
        #expect(both.validUntil == soon)
        #expect(
            try image.verify(trust(required(2, "build", "release")), at: soon).report.verdict
                == .refused)
    }

    @Test func `stops at the first only when enough have signed`() throws {
        try image.sign(signer("visitor"))
        try image.sign(signer("build"))
        try image.sign(signer("release"))
        let options = VerificationOptions(stopsAtFirst: true)
        let any = try image.verify(trust(.none), at: SignedImage.now, options).report
        #expect(any.signatures.count == 1)
        let build = try image.verify(trust(required(1, "build")), at: SignedImage.now, options)
            .report
        #expect(build.signatures.count == 2)
        #expect(build.verdict == .verified)
    }

    @Test func `takes only the keys that it lists`() throws {
        try image.sign(signer("build"))
        let report = try image.verify(trust(VerificationSettings(keySpecs: [.ec384]))).report
        #expect(report.verdict == .refused)
        let last = try #require(report.signatures.first?.validations.last)
        #expect(last.validation == .integrity)
        #expect(last.finding == .keySpecNotAllowed(.ec256))
        let listed = VerificationSettings(keySpecs: [.ec256])
        #expect(try image.verify(trust(listed)).report.verdict == .verified)
    }

    @Test func `may want every signature to expire, as strictly as the policy takes expiry`() throws
    {
        try image.sign(signer("build"))
        let settings = VerificationSettings(requiresExpiry: true)
        let report = try image.verify(trust(settings)).report
        #expect(report.verdict == .refused)
        #expect(report.signatures.first?.validations.last?.finding == .expiryMissing)
        let logged = try image.verify(trust(level: "permissive", settings)).report
        #expect(logged.verdict == .verified)
        try image.sign(signer("build"), expiry: SignedImage.now.adding(seconds: 60))
        #expect(try image.verify(trust(settings)).report.verdict == .verified)
    }
}
