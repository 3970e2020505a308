import Archive
import BundleFormat
import Cryptography
import Encodings
import Files
import Notary
import OCI
import OCILayout
import TestSupport
import Trust

/// Changes of a bundle on its medium. TEST ONLY.
extension Gap {
    /// Rewrites the tar `name` with other members.
    func rewrite(
        _ name: String, _ change: (inout [(name: String, bytes: [UInt8])]) -> Void
    ) throws {
        let reader = try ArchiveReader(FileSystem.real.file(at: box.path(name)))
        var members: [(name: String, bytes: [UInt8])] = []
        while let entry = try reader.next() {
            members.append((entry.name, try reader.readAll(limit: 1 << 30)))
        }
        change(&members)
        try box.remove(name)
        let slash = name.lastIndex(of: "/") ?? name.startIndex
        let file = try box.folder(String(name[..<slash]))
            .create(String(name[name.index(after: slash)...]))
        let writer = try ArchiveWriter(file)
        for member in members { try writer.add(member.name, member.bytes) }
        try writer.finish()
    }

    /// Replaces the inventory of the bundle in the folder `name` by what `change` makes of it, and
    /// signs the bundle anew: what a sender could do whom the receiver trusts.
    func remake(
        _ name: String, purpose: String? = BundleManifest.purpose, by signer: SoftwareSigner? = nil,
        signatureCount: Int = 1, capsule: [UInt8] = TrustCapsule.empty.bytes,
        _ change: (inout JSONObject) -> Void = { _ in }
    ) throws {
        let index = try LayoutIndex(parsing: box.read("\(name)/index.json"))
        guard
            let place = index.entries.firstIndex(where: {
                $0.artifactType == BundleManifest.artifactType
            })
        else { throw Unexpected(what: "no bundle") }
        let manifest = try BundleManifest(
            parsing: box.read("\(name)/\(Self.path(index.entries[place].digest))"))
        let text = try box.read("\(name)/\(Self.path(manifest.inventory.digest))")
        guard case .object(var object) = try JSON(parsing: text) else { return }
        change(&object)
        for old in [manifest.inventory, manifest.capsule] + index.entries[place...] {
            try box.remove("\(name)/\(Self.path(old.digest))")
        }
        let signature = index.entries[place + 1]
        let made = BundleManifest(
            inventory: try put(
                JSON.object(object).serialized(), BundleManifest.inventoryMediaType, name),
            capsule: try put(capsule, BundleManifest.capsuleMediaType, name),
            config: try put(SignatureManifest.configBytes, MediaType.empty, name))
        let bundle = try put(made.bytes, MediaType.imageManifest, name)
        try removeEnvelope(of: signature, name, text: text)
        var entries = Array(index.entries[..<place])
        entries.append(
            Descriptor(
                mediaType: bundle.mediaType, digest: bundle.digest, size: bundle.size,
                artifactType: BundleManifest.artifactType))
        for _ in 0..<signatureCount {
            entries.append(try sign(bundle, purpose, signer ?? bundler, name))
        }
        var changed = index
        changed.list(entries)
        try box.write(changed.serialized(), to: "\(name)/index.json")
    }

    private func sign(
        _ bundle: Descriptor, _ purpose: String?, _ signer: SoftwareSigner, _ name: String
    ) throws -> Descriptor {
        let request = SignatureRequest(
            payload: try SignaturePayload(
                bundle, annotations: purpose.map { [(BundleManifest.purposeKey, $0)] } ?? []),
            format: .jws, signingTime: Self.now, signingAgent: "test")
        guard case .signed(let bytes, let verified) = try request.signed(by: signer) else {
            throw Unsigned()
        }
        let envelope = try put(bytes, SignatureFormat.jws.mediaType, name)
        return try put(
            SignatureManifest.bytes(
                .oci11, envelope: envelope, verified: verified, subject: bundle),
            MediaType.imageManifest, name)
    }

    /// The envelope of the signature that went: the blob that nothing lists any more.
    private func removeEnvelope(of signature: Descriptor, _ name: String, text: [UInt8]) throws {
        let inventory = try Inventory(parsing: text)
        let listed = Set(inventory.blobs.map(\.digest))
        for blob in try Layout(at: box.path(name)).blobs() where !listed.contains(blob.digest) {
            let bytes = try box.read("\(name)/\(Self.path(blob.digest))")
            if (try? SignatureEnvelope(bytes, format: .jws)) != nil {
                try box.remove("\(name)/\(Self.path(blob.digest))")
            }
        }
    }

    @discardableResult
    func put(_ bytes: [UInt8], _ mediaType: String, _ name: String) throws -> Descriptor {
        let digest = try BlobHasher.digest(of: bytes)
        try box.write(bytes, to: "\(name)/\(Self.path(digest))")
        return Descriptor(mediaType: mediaType, digest: digest, size: Int64(bytes.count))
    }

    static func path(_ digest: Digest) -> String { "blobs/\(digest.algorithm)/\(digest.hex)" }
}
