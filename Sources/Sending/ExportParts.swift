import BundleFormat
import Cryptography
import Encodings
import Files
import Notary
import OCI
import OCILayout

/// The bundle's own blobs and its `index.json`: everything in it that is not the images'. Stored
/// with the number, so that an interrupted export is finished with these very bytes.
struct ExportParts {
    /// A blob of the bundle itself.
    struct Blob {
        let descriptor: Descriptor
        let bytes: [UInt8]

        init(_ bytes: [UInt8], _ mediaType: String) throws(SendingError) {
            let digest: Digest
            do throws(CryptographyError) { digest = try BlobHasher.digest(of: bytes) } catch {
                throw .cryptography(error)
            }
            descriptor = Descriptor(
                mediaType: mediaType, digest: digest, size: Int64(bytes.count))
            self.bytes = bytes
        }
    }

    /// One signature of the bundle.
    struct Signature {
        let manifest: Blob
        let envelope: Blob
        /// Those of its entry in `index.json`.
        let annotations: JSONObject
    }

    let inventory: Inventory
    /// Names the export over every try to carry it out.
    let log: ExportLog
    let index: [UInt8]
    /// In their order in the tar: manifest, signature manifests, envelopes, `{}`, inventory, capsule.
    let heads: [Blob]

    /// The digest of the bundle manifest.
    var bundle: Digest { heads[0].descriptor.digest }
    /// The digest of the inventory.
    var inventoryDigest: Digest { heads[heads.count - 2].descriptor.digest }
    /// Whether the capsule says nothing.
    let capsuleIsEmpty: Bool

    /// How many heads there are besides signature manifests and envelopes.
    private static let otherCount = 4

    /// The names of the heads where there are so many signatures.
    private static func names(signatureCount: Int) -> [String] {
        let numbers = 1...max(1, signatureCount)
        return ["manifest"] + numbers.map { "signature-\($0)" } + numbers.map { "envelope-\($0)" }
            + ["config", "inventory", "capsule"]
    }

    /// The parts of a bundle that was signed.
    init(
        _ inventory: Inventory, manifest: Blob, inventoryBlob: Blob, capsule: Blob, config: Blob,
        signatures: [Signature], log: ExportLog, capsuleIsEmpty: Bool
    ) {
        self.inventory = inventory
        self.log = log
        self.capsuleIsEmpty = capsuleIsEmpty
        heads =
            [manifest] + signatures.map(\.manifest) + signatures.map(\.envelope)
            + [config, inventoryBlob, capsule]
        index = Self.index(of: inventory, manifest, signatures)
    }

    /// The order of docs/formats/bundle.md.
    private static func index(
        of inventory: Inventory, _ manifest: Blob, _ signatures: [Signature]
    ) -> [UInt8] {
        var index = LayoutIndex()
        for root in inventory.roots {
            var entry = root.descriptor
            entry.referenceName = root.name
            index.append(entry)
        }
        inventory.referrers.forEach { index.append($0) }
        index.append(
            Descriptor(
                mediaType: manifest.descriptor.mediaType, digest: manifest.descriptor.digest,
                size: manifest.descriptor.size, artifactType: BundleManifest.artifactType))
        for signature in signatures {
            var entry = signature.manifest.descriptor
            for member in signature.annotations.members {
                if case .string(let value) = member.value {
                    entry[annotation: member.name] = value
                }
            }
            index.append(entry)
        }
        return index.serialized()
    }

    // MARK: Storage

    /// As `SendingStore.bind` takes them.
    var stored: [(name: String, bytes: [UInt8])] {
        [("export", log.bytes), ("index", index)]
            + zip(Self.names(signatureCount: (heads.count - Self.otherCount) / 2), heads)
            .map { (name: $0, bytes: $1.bytes) }
    }

    /// Reads what `stored` gave.
    init(stored parts: [(name: String, bytes: [UInt8])], emptyCapsule: [UInt8])
        throws(SendingError)
    {
        let names = Self.names(signatureCount: (parts.count - 2 - Self.otherCount) / 2)
        guard parts.map(\.name) == ["export", "index"] + names,
            let log = ExportLog(parts[0].bytes)
        else { throw .pendingDamaged(nil) }
        self.log = log
        index = parts[1].bytes
        var heads: [Blob] = []
        // The media types are in the index and in the manifests; here only the bytes count.
        for part in parts.dropFirst(2) { heads.append(try Blob(part.bytes, part.name)) }
        self.heads = heads
        do throws(BundleFormatError) {
            inventory = try Inventory(parsing: heads[heads.count - 2].bytes)
        } catch {
            throw .pendingDamaged(error)
        }
        capsuleIsEmpty = heads[heads.count - 1].bytes == emptyCapsule
    }
}
