import BundleFormat
import Encodings
import Files
import OCI
import OCILayout

/// What a bundle carries, each blob hashed in this run: it reads as the layout that the signed
/// inventory describes.
protocol BundleContent: LayoutContent {
    /// Hashes every blob once more, after others could have reached it.
    ///
    /// - Throws: `.failed(.touched)` for one that is another now.
    func checkAgain() throws(Stop)

    /// Gives a blob's file a second name in `folder`: that of its digest.
    func link(_ blob: Digest, to folder: Folder) throws(LayoutError)
}

extension Inventory {
    /// The entries of a layout that holds what the inventory lists: what `index.json` of the bundle
    /// says does not count.
    var layoutIndex: LayoutIndex {
        var index = LayoutIndex()
        rootEntries.forEach { index.append($0) }
        referrers.map(\.withoutRemarks).forEach { index.append($0) }
        return index
    }

    /// The images as they are to be listed, with their names.
    var rootEntries: [Descriptor] { roots.map(\.entry) }
}

extension Inventory.Root {
    /// The image as it is to be listed, with its name.
    var entry: Descriptor {
        var entry = descriptor.withoutRemarks
        entry.referenceName = name
        return entry
    }
}

extension JudgedRoot {
    /// The image as it is to be listed.
    var entry: Descriptor { root.entry }
}

extension Inventory.Blob {
    /// The blob as something of no type in particular.
    var descriptor: Descriptor {
        Descriptor(mediaType: MediaType.layer, digest: digest, size: size)
    }
}

extension Descriptor {
    /// The same content without annotations, which could say another name to other tools.
    var withoutRemarks: Descriptor {
        Descriptor(
            mediaType: mediaType, digest: digest, size: size, artifactType: artifactType)
    }
}

/// Blobs that the destination should hold already, each hashed where it is.
struct ExpectedBlobs {
    private let destination: Layout
    private var sizes: [Digest: Int64] = [:]

    init(in destination: Layout) { self.destination = destination }

    /// Hashes what `inventory` expects.
    mutating func check(_ inventory: Inventory) throws(Stop) {
        for blob in inventory.expected {
            if let fault = try fault(of: blob) { throw .content(.expected(blob.digest, fault)) }
            sizes[blob.digest] = blob.size
        }
    }

    /// Hashes them again.
    func checkAgain() throws(Stop) {
        for (digest, size) in sizes where try fault(of: .init(digest: digest, size: size)) != nil {
            throw .failed(.touched(digest))
        }
    }

    private func fault(of blob: Inventory.Blob) throws(Stop) -> BlobFault? {
        try onLayout { () throws(LayoutError) in try destination.check(blob.descriptor) }
    }

    /// The size of one that was found whole; nil if it was not.
    func size(of digest: Digest) -> Int64? { sizes[digest] }

    /// The bytes of one.
    func read(_ descriptor: Descriptor, limit: Int64) throws(LayoutError) -> [UInt8] {
        try destination.read(descriptor, limit: limit)
    }

    /// Gives one's file a second name in `folder`.
    func link(_ blob: Digest, to folder: Folder) throws(LayoutError) {
        try destination.link(blob, to: folder)
    }
}
