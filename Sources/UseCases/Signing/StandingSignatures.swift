internal import Cryptography
internal import Encodings
internal import Notary
internal import OCI
internal import OCILayout
internal import X509

/// The signatures by one certificate that a layout lists, each read and verified before it counts: a
/// signature that somebody says is there keeps no image from being signed.
struct StandingSignatures {
    private let layout: Layout
    private let graph: LayoutGraph
    private let leaf: Certificate
    private let chains = ChainMemory()

    init(in layout: Layout, by leaf: Certificate) throws(LayoutError) {
        self.layout = layout
        self.leaf = leaf
        graph = try LayoutGraph(layout)
    }

    /// The signature over `payload` of which `suffices` holds, with all its manifests; nil if there
    /// is none.
    func signature(
        over payload: SignaturePayload, where suffices: (VerifiedEnvelope) -> Bool
    ) throws -> ListedSignature? {
        for referrer in graph.referrers(of: payload.targetArtifact.plain) {
            guard let (envelope, bytes) = try envelope(of: referrer),
                envelope.payload.says(payload), suffices(envelope)
            else { continue }
            let manifests = try graph.referrers(of: payload.targetArtifact.plain).filter { other in
                try self.manifest(of: other)?.envelope.digest == bytes
            }
            return ListedSignature(envelope, manifests: manifests.map(\.descriptor.digest))
        }
        return nil
    }

    /// What `referrer` holds, with the digest of its envelope; nil for anything but a whole signature
    /// by the certificate.
    private func envelope(of referrer: Referrer) throws -> (VerifiedEnvelope, Digest)? {
        guard let manifest = try manifest(of: referrer), let format = manifest.format,
            // Rule M5: the configuration's two bytes must be there, too.
            try manifest.config.map({ try read($0, limit: $0.size) != nil }) ?? true,
            let bytes = try read(manifest.envelope, limit: Limits.envelopeSizeMax),
            let envelope = try? SignatureEnvelope(bytes, format: format),
            // Others' signatures are not worth the verifying.
            envelope.certificates.first == leaf.der,
            case .verified(let verified) = try envelope.verified(chains: chains)
        else { return nil }
        return (verified, manifest.envelope.digest)
    }

    private func manifest(of referrer: Referrer) throws -> SignatureManifest? {
        guard let bytes = try read(referrer.descriptor, limit: Limits.manifestSizeMax),
            case .signature(let manifest) = SignatureManifest.read(bytes)
        else { return nil }
        return manifest
    }

    /// Nil for what is damaged or missing: it is no signature then.
    private func read(_ descriptor: Descriptor, limit: Int64) throws -> [UInt8]? {
        do throws(LayoutError) { return try layout.read(descriptor, limit: limit) } catch {
            guard error.isDamage else { throw error }
            return nil
        }
    }
}

extension SignaturePayload {
    /// Whether it says the same as `other` of the same artifact: the same remarks, in any order.
    fileprivate func says(_ other: SignaturePayload) -> Bool {
        func remarks(_ payload: SignaturePayload) -> JSONObject {
            JSONObject(
                sorting: payload.targetArtifact.annotations.map { ($0.name, .string($0.value)) })
        }
        return speaks(of: other.targetArtifact) && remarks(self) == remarks(other)
    }
}
