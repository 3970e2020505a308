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

/// A small image in a layout of its own, to be signed and spoilt. TEST ONLY.
final class SignedImage {
    /// Within the validity of every certificate made here.
    static let now = Timestamp(seconds: 1_795_392_000)

    let box: Box
    let target: Descriptor
    let layer: Descriptor
    private var entries: [Descriptor]

    init() throws {
        let box = try Box()
        self.box = box
        try box.write(Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8), to: "l/oci-layout")
        let config = try box.blob(Array("{}".utf8), MediaType.imageConfig)
        layer = try box.blob([1, 2, 3], MediaType.layer)
        let manifest: JSON = [
            "schemaVersion": 2, "mediaType": .string(MediaType.imageManifest),
            "config": config.json, "layers": [layer.json],
        ]
        target = try box.blob(manifest.serialized(), MediaType.imageManifest)
        entries = [target]
        try writeIndex()
    }

    /// Signs the image and lists the signature.
    ///
    /// - Returns: the envelope's blob and the signature manifest.
    @discardableResult
    func sign(
        _ signer: SoftwareSigner, over payload: Descriptor? = nil, expiry: Timestamp? = nil,
        metadata: [(name: String, value: String)] = []
    ) throws -> (envelope: Descriptor, manifest: Descriptor) {
        let request = SignatureRequest(
            payload: try SignaturePayload(payload ?? target, annotations: metadata),
            format: .jws, signingTime: Self.now.adding(seconds: -1000), expiry: expiry,
            signingAgent: "test")
        guard case .signed(let bytes, let verified) = try request.signed(by: signer) else {
            throw Unsigned()
        }
        let envelope = try box.blob(bytes, SignatureFormat.jws.mediaType)
        _ = try box.blob(SignatureManifest.configBytes, SignatureManifest.artifactType)
        let manifest = try box.blob(
            SignatureManifest.bytes(
                .legacy, envelope: envelope, verified: verified, subject: target),
            MediaType.imageManifest)
        entries.append(manifest)
        try writeIndex()
        return (envelope, manifest)
    }

    struct Unsigned: Error {}

    func verify(
        _ trust: TrustConfiguration, at time: Timestamp = SignedImage.now,
        _ options: VerificationOptions = VerificationOptions()
    ) throws -> VerificationOutcome {
        try Verifier(at: VerificationTime(time, from: .clock), options: options).verify(
            artifact(), as: RegistryScope("registry.test/app"), trust: trust)
    }

    func artifact() throws -> ArtifactInLayout<Layout> {
        let layout = try Layout(at: box.path("l"))
        return ArtifactInLayout(
            reference: "l:v1", target: target, content: layout, graph: try LayoutGraph(layout))
    }

    /// Lists manifests in the fallback index of the image.
    func listInFallback(_ manifests: [Descriptor]) throws {
        var list = try box.blob(
            ImageIndex(manifests: manifests).serialized(), MediaType.imageIndex)
        list.referenceName = ReferenceName(fallbackFor: target.digest).description
        entries.append(list)
        try writeIndex()
    }

    private func writeIndex() throws {
        let index: JSON = ["schemaVersion": 2, "manifests": .array(entries.map(\.json))]
        try box.write(index.serialized(), to: "l/index.json")
    }
}

extension Box {
    fileprivate func blob(_ bytes: [UInt8], _ mediaType: String) throws -> Descriptor {
        let digest = try BlobHasher.digest(of: bytes)
        try write(bytes, to: "l/blobs/sha256/\(digest.hex)")
        return Descriptor(mediaType: mediaType, digest: digest, size: Int64(bytes.count))
    }
}

/// A policy of one statement with the given roots in its stores.
enum TestTrust {
    static func configuration(
        level: String = "strict", roots: [Certificate], stores: [String] = ["ca:main"],
        identities: [String] = ["*"], scope: String = "registry.test/app"
    ) throws -> TrustConfiguration {
        var statement: JSONObject = [
            "name": "images", "registryScopes": [.string(scope)],
            "signatureVerification": ["level": .string(level)],
        ]
        if level != "skip" {
            statement["trustStores"] = .array(stores.map { .string($0) })
            statement["trustedIdentities"] = .array(identities.map { .string($0) })
        }
        let document: JSON = ["version": "1.0", "trustPolicies": [.object(statement)]]
        let policy = try TrustPolicyDocument(parsing: document.serialized(), as: .oci)
        let main = try #require(TrustStoreName("ca:main"))
        let trusted = try TrustedCertificates(roots, for: .ca)
        return try TrustConfiguration(
            policy: policy, stores: [main: .usable(trusted, ignored: [])])
    }
}
