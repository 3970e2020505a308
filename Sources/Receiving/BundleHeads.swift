import BundleFormat
import Cryptography
import Encodings
import Notary
import OCI
import OCILayout
import Trust

/// The first parts of a bundle: everything that decides whether the rest is read. Read and whole,
/// and nothing of it proven.
struct BundleHeads {
    /// The bundle manifest.
    let bundle: Descriptor
    let manifest: BundleManifest
    let inventory: Inventory
    /// The signature manifests of the bundle.
    let signatures: [Descriptor]
    /// The trust capsule as it came.
    let capsuleBytes: [UInt8]
    /// Every blob of the bundle itself.
    let content: HeadContent
    /// `oci-layout` and `index.json` as they came.
    let documents: [(name: String, bytes: [UInt8])]

    /// Reads them from the front of `source`.
    init(_ source: BundleSource) throws(Stop) {
        let layoutFile = try source.part(LayoutFile.name, limit: Limits.layoutFileSizeMax)
        do throws(DocumentError) { try LayoutFile.check(layoutFile) } catch {
            throw .malformed(.document(LayoutFile.name, error))
        }
        let indexBytes = try source.part(LayoutIndex.name, limit: Limits.indexSizeMax)
        documents = [(LayoutFile.name, layoutFile), (LayoutIndex.name, indexBytes)]
        let index: LayoutIndex
        do throws(DocumentError) { index = try LayoutIndex(parsing: indexBytes) } catch {
            throw .malformed(.document(LayoutIndex.name, error))
        }
        let places = index.entries.indices.filter { place in
            index.entries[place].artifactType?.utf8
                .elementsEqual(BundleManifest.artifactType.utf8) ?? false
        }
        guard places.count == 1 else { throw .refused(.notABundle(manifestCount: places.count)) }
        bundle = index.entries[places[0]].plain
        signatures = index.entries[(places[0] + 1)...].map(\.plain)
        guard signatures.count <= Limits.signatureCountMax else {
            throw .malformed(.tooManySignatures(limit: Limits.signatureCountMax))
        }
        var content = HeadContent(listing: [bundle] + signatures)
        let bytes = try content.take(bundle, from: source, limit: Limits.manifestSizeMax)
        do throws(BundleFormatError) { manifest = try BundleManifest(parsing: bytes) } catch {
            throw .malformed(.format(error))
        }
        var envelopes: [Descriptor] = []
        for signature in signatures {
            let bytes = try content.take(signature, from: source, limit: Limits.manifestSizeMax)
            guard case .signature(let read) = SignatureManifest.read(bytes), read.isAbout(bundle)
            else { throw .malformed(.notASignature(signature.digest)) }
            envelopes.append(read.envelope)
        }
        for envelope in envelopes {
            _ = try content.take(envelope, from: source, limit: Limits.envelopeSizeMax)
        }
        _ = try content.take(manifest.config, from: source, limit: manifest.config.size)
        let text = try content.take(manifest.inventory, from: source, limit: Inventory.sizeMax)
        inventory = try Self.inventory(text)
        capsuleBytes = try content.take(
            manifest.capsule, from: source, limit: Int64(TrustCapsule.byteCountMax))
        self.content = content
    }

    private static func inventory(_ bytes: [UInt8]) throws(Stop) -> Inventory {
        do throws(BundleFormatError) { return try Inventory(parsing: bytes) } catch {
            switch error {
            case .unsupportedVersion(let version): throw .refused(.unsupportedVersion(version))
            case .unknownCriticalMember(let name): throw .refused(.unknownCriticalMember(name))
            case .json, .shape, .inconsistent: throw .malformed(.format(error))
            }
        }
    }

    /// The trust capsule; that of a site without any trust where it cannot be read, for nothing in it
    /// is believed that does not prove itself.
    var capsule: TrustCapsule {
        capsuleBytes == TrustCapsule.empty.bytes
            ? .empty : (try? TrustCapsule(parsing: capsuleBytes)) ?? .empty
    }

    /// What the bundle says of itself.
    var summary: ReceivedBundle {
        ReceivedBundle(
            bundle: bundle.digest, origin: inventory.origin, destination: inventory.destination,
            stream: inventory.stream, sequence: inventory.sequence, created: inventory.created,
            useBy: inventory.useBy)
    }
}

/// The bundle's own blobs, held in memory, as the layout that its signature is verified in.
struct HeadContent: LayoutContent {
    let path = "bundle"
    let index: LayoutIndex
    /// The blobs, each hashed when it was read.
    private(set) var held: [Digest: [UInt8]] = [:]

    init(listing entries: [Descriptor]) {
        var index = LayoutIndex()
        index.list(entries)
        self.index = index
    }

    /// The bytes of `descriptor`: those that are held, or the next part of `source`.
    mutating func take(_ descriptor: Descriptor, from source: BundleSource, limit: Int64)
        throws(Stop) -> [UInt8]
    {
        let digest = descriptor.digest
        guard descriptor.size <= limit else {
            throw .malformed(.tooLarge(digest.description, limit: limit))
        }
        let bytes: [UInt8]
        if let known = held[digest] {
            bytes = known
        } else {
            bytes = try source.part(digest.memberName, limit: limit)
            let actual: Digest
            do throws(CryptographyError) {
                actual = try BlobHasher.digest(of: bytes, digest.algorithm)
            } catch { throw .failed(.cryptography(error)) }
            guard actual == digest else {
                throw .content(.blob(digest, .digest(actual: actual)))
            }
            held[digest] = bytes
        }
        let size = Int64(bytes.count)
        guard size == descriptor.size else {
            throw .content(.blob(digest, .size(expected: descriptor.size, actual: size)))
        }
        return bytes
    }

    func read(_ descriptor: Descriptor, limit: Int64) throws(LayoutError) -> [UInt8] {
        guard descriptor.size <= limit else {
            throw .tooLarge(descriptor.digest, size: descriptor.size, limit: limit)
        }
        if let fault = check(descriptor) { throw .damaged(descriptor.digest, fault) }
        return held[descriptor.digest] ?? []
    }

    func check(_ descriptor: Descriptor) -> BlobFault? {
        guard let bytes = held[descriptor.digest] else { return .missing }
        let size = Int64(bytes.count)
        return size == descriptor.size ? nil : .size(expected: descriptor.size, actual: size)
    }

    func blobs() -> [StoredBlob] { [] }

    func strays() -> [String] { [] }
}
