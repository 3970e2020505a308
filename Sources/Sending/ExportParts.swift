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

    let inventory: Inventory
    /// Names the export over every try to carry it out.
    let log: ExportLog
    let index: [UInt8]
    /// In their order in the tar: manifest, signature manifest, envelope, `{}`, inventory, capsule.
    let heads: [Blob]

    /// The digest of the bundle manifest.
    var bundle: Digest { heads[0].descriptor.digest }
    /// The digest of the inventory.
    var inventoryDigest: Digest { heads[4].descriptor.digest }
    /// Whether the capsule says nothing.
    let capsuleIsEmpty: Bool

    private static let names = [
        "manifest", "signature", "envelope", "config", "inventory", "capsule",
    ]

    /// The parts of a bundle that was signed.
    init(
        _ inventory: Inventory, manifest: Blob, inventoryBlob: Blob, capsule: Blob, config: Blob,
        signature: Blob, envelope: Blob, annotations: JSONObject, log: ExportLog,
        capsuleIsEmpty: Bool
    ) {
        self.inventory = inventory
        self.log = log
        self.capsuleIsEmpty = capsuleIsEmpty
        heads = [manifest, signature, envelope, config, inventoryBlob, capsule]
        index = Self.index(of: inventory, manifest, signature, annotations)
    }

    /// The order of docs/formats/bundle.md.
    private static func index(
        of inventory: Inventory, _ manifest: Blob, _ signature: Blob, _ annotations: JSONObject
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
        var entry = signature.descriptor
        for member in annotations.members {
            if case .string(let value) = member.value { entry[annotation: member.name] = value }
        }
        index.append(entry)
        return index.serialized()
    }

    // MARK: Storage

    /// As `SendingStore.bind` takes them.
    var stored: [(name: String, bytes: [UInt8])] {
        [("export", log.bytes), ("index", index)]
            + zip(Self.names, heads).map { (name: $0, bytes: $1.bytes) }
    }

    /// Reads what `stored` gave.
    init(stored parts: [(name: String, bytes: [UInt8])], emptyCapsule: [UInt8])
        throws(SendingError)
    {
        guard parts.map(\.name) == ["export", "index"] + Self.names,
            let log = ExportLog(parts[0].bytes)
        else { throw .pendingDamaged(nil) }
        self.log = log
        index = parts[1].bytes
        var heads: [Blob] = []
        // The media types are in the index and in the manifests; here only the bytes count.
        for part in parts.dropFirst(2) { heads.append(try Blob(part.bytes, part.name)) }
        self.heads = heads
        do throws(BundleFormatError) { inventory = try Inventory(parsing: heads[4].bytes) } catch {
            throw .pendingDamaged(error)
        }
        capsuleIsEmpty = heads[5].bytes == emptyCapsule
    }
}
