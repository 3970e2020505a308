import Cryptography
import Encodings
import Files
import Notary
import OCI
import OCILayout
import TestSupport
import Testing
import Trust
import Verification
import X509

/// A signed layout, whole and trusted, that mutation tests spoil. TEST ONLY.
struct MutationSubject {
    let original: LayoutBytes
    /// What the signatures of the layout are about: `sha256:…`.
    let signed: Set<String>
    let root: Certificate
    let time: Timestamp

    /// Within the validity of every certificate made here.
    static let now = Timestamp(seconds: 1_795_392_000)

    /// The layout that `box` has at `l`, with every named image signed in the first format that is
    /// left over from the one before.
    init(signing box: Box) throws {
        let signer = try SoftwareSigner(.ec256)
        var signed: Set<String> = []
        let writer = try LayoutWriter(Layout(at: box.path("l")))
        let images = writer.layout.index.entries.filter { $0.referenceName != nil }
        for (number, image) in images.enumerated() {
            let format: SignatureFormat = number.isMultiple(of: 2) ? .jws : .cose
            try Self.sign(image.plain, by: signer, format, writer)
            signed.insert(image.digest.description)
        }
        original = try LayoutBytes(reading: box.folder("l"))
        self.signed = signed
        root = try #require(signer.chain.certificates.last)
        time = Self.now
    }

    /// A layout that somebody else signed.
    init(_ original: LayoutBytes, signed: Set<String>, root: Certificate, time: Timestamp) {
        (self.original, self.signed) = (original, signed)
        (self.root, self.time) = (root, time)
    }

    private static func sign(
        _ image: Descriptor, by signer: SoftwareSigner, _ format: SignatureFormat,
        _ writer: LayoutWriter
    ) throws {
        let request = SignatureRequest(
            payload: try SignaturePayload(image), format: format,
            signingTime: now.adding(seconds: -1000), signingAgent: "test")
        guard case .signed(let bytes, let verified) = try request.signed(by: signer) else {
            throw Unsigned()
        }
        _ = try writer.add(SignatureManifest.configBytes, mediaType: MediaType.empty)
        let envelope = try writer.add(bytes, mediaType: format.mediaType)
        let manifest = try writer.add(
            SignatureManifest.bytes(
                .legacy, envelope: envelope, verified: verified, subject: image),
            mediaType: MediaType.imageManifest)
        let addition = try ReferrerAddition(
            [.init(descriptor: manifest, subject: image)], to: writer.layout)
        for blob in addition.fallbacks {
            _ = try writer.add(blob.bytes, mediaType: blob.descriptor.mediaType)
        }
        try writer.replaceIndex(with: addition.index)
    }

    struct Unsigned: Error {}

    /// A policy that trusts the one root, for every repository.
    func trust() throws -> TrustConfiguration {
        let document: JSON = [
            "version": "1.0",
            "trustPolicies": [
                [
                    "name": "all", "registryScopes": ["*"],
                    "signatureVerification": ["level": "strict"], "trustStores": ["ca:main"],
                    "trustedIdentities": ["*"],
                ]
            ],
        ]
        let policy = try TrustPolicyDocument(parsing: document.serialized(), as: .oci)
        let store = try #require(TrustStoreName("ca:main"))
        return try TrustConfiguration(
            policy: policy,
            stores: [store: .usable(try TrustedCertificates([root], for: .ca), ignored: [])])
    }

    /// The target that passes as `v1` in the layout at `path`; nil where it is refused.
    func verify(_ path: String, _ trust: TrustConfiguration) throws -> Descriptor? {
        do {
            let layout = try Layout(at: path)
            let name = try #require(ReferenceName("v1"))
            let artifact = ArtifactInLayout(
                reference: "l:v1", target: try layout.resolve(.name(name)), content: layout,
                graph: try LayoutGraph(layout))
            return try Verifier(at: VerificationTime(time, from: .clock))
                .verify(artifact, as: RegistryScope("registry.test/app"), trust: trust)
                .artifact?.target
        } catch let error as LayoutError {
            try Self.expectNoFailure(error)
            return nil
        } catch VerificationError.layout(let error) {
            try Self.expectNoFailure(error)
            return nil
        }
    }

    /// Whether the layout at `source` was taken into a new one at `target`.
    func `import`(_ source: String, into target: String) throws -> Bool {
        do throws(LayoutError) {
            let layout = try Layout(at: source)
            let outcome = try LayoutImport.run(.folder(layout), into: Layout.create(at: target))
            if case .imported = outcome { return true }
        } catch { try Self.expectNoFailure(error) }
        return false
    }

    /// Content may be refused for what it is; nothing in it may make a library or a call fail.
    private static func expectNoFailure(_ error: LayoutError) throws {
        switch error {
        case .cryptography, .readOnly, .archive, .notHeld, .destination: throw error
        case .file(.wrongKind), .file(.tooLarge): return
        case .file: throw error
        default: return
        }
    }
}
