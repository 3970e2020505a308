import BundleFormat
import Encodings
import Files
import OCI
import OCILayout

/// What a bundle carries that waits in quarantine: its blobs there, or among those of the layout
/// where an earlier run had begun to move them.
final class HeldContent: BundleContent {
    let path: String
    let index: LayoutIndex
    private let inventory: Inventory
    private let held: Layout
    private let destination: Layout
    private var expected: ExpectedBlobs
    /// What was found whole: its size, and whether it is among the blobs of the layout already.
    private var found: [Digest: (size: Int64, isMoved: Bool)] = [:]

    init(_ inventory: Inventory, in held: Layout, beside destination: Layout) {
        self.inventory = inventory
        self.held = held
        self.destination = destination
        expected = ExpectedBlobs(in: destination)
        path = destination.path
        index = inventory.layoutIndex
    }

    /// Hashes every blob where it is.
    func check(progress: (Int64) -> Void) throws(Stop) {
        var byteCount: Int64 = 0
        for blob in inventory.blobs {
            var isMoved = false
            var fault = try Self.fault(of: blob, in: held)
            if fault == .missing {
                isMoved = true
                fault = try Self.fault(of: blob, in: destination)
            }
            if let fault { throw .content(.blob(blob.digest, fault)) }
            found[blob.digest] = (blob.size, isMoved)
            byteCount += blob.size
            progress(byteCount)
        }
        try expected.check(inventory)
    }

    private static func fault(of blob: Inventory.Blob, in layout: Layout) throws(Stop) -> BlobFault?
    {
        try onLayout { () throws(LayoutError) in try layout.check(blob.descriptor) }
    }

    func checkAgain() throws(Stop) {
        for blob in inventory.blobs {
            let place = home(of: blob.digest)
            if try Self.fault(of: blob, in: place) != nil { throw .failed(.touched(blob.digest)) }
        }
        try expected.checkAgain()
    }

    func link(_ blob: Digest, to folder: Folder) throws(LayoutError) {
        guard found[blob] != nil else { return try expected.link(blob, to: folder) }
        try home(of: blob).link(blob, to: folder)
    }

    private func home(of blob: Digest) -> Layout {
        found[blob]?.isMoved ?? false ? destination : held
    }

    // MARK: Content

    func read(_ descriptor: Descriptor, limit: Int64) throws(LayoutError) -> [UInt8] {
        let digest = descriptor.digest
        guard descriptor.size <= limit else {
            throw .tooLarge(digest, size: descriptor.size, limit: limit)
        }
        if let fault = check(descriptor) { throw .damaged(digest, fault) }
        guard found[digest] != nil else { return try expected.read(descriptor, limit: limit) }
        return try home(of: digest).read(descriptor, limit: limit)
    }

    func check(_ descriptor: Descriptor) -> BlobFault? {
        guard let size = found[descriptor.digest]?.size ?? expected.size(of: descriptor.digest)
        else { return .missing }
        return size == descriptor.size ? nil : .size(expected: descriptor.size, actual: size)
    }

    func blobs() throws(LayoutError) -> [StoredBlob] { try held.blobs() }

    func strays() -> [String] { [] }
}
