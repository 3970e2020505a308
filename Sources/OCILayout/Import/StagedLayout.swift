import Encodings
public import OCI

/// A layout folder that is on its way into another: its index, and its blobs in a staging folder.
///
/// Each blob leaves the source once, hashed on its way, and is read from our own copy ever after:
/// what was judged is what will be published, whatever the medium gives next time.
public final class StagedLayout: LayoutContent {
    /// The path of the source, for messages only.
    public let path: String
    /// The source's `index.json`.
    public let index: LayoutIndex
    /// Where the blobs are.
    public let staging: Staging
    private let source: Layout
    private var faults: [Digest: BlobFault] = [:]

    /// The layout in the folder `source`, whose blobs arrive when they are first asked for.
    ///
    /// - Parameters:
    ///   - source: the folder.
    ///   - staging: where the blobs go.
    public init(_ source: Layout, in staging: Staging) {
        path = source.path
        index = source.index
        self.staging = staging
        self.source = source
    }

    /// The blob that `descriptor` names, its size and digest checked.
    public func read(_ descriptor: Descriptor, limit: Int64) throws(LayoutError) -> [UInt8] {
        let digest = descriptor.digest
        guard descriptor.size <= limit else {
            throw .tooLarge(digest, size: descriptor.size, limit: limit)
        }
        if let fault = try check(descriptor) { throw .damaged(digest, fault) }
        guard let bytes = try staging.read(digest, limit: limit) else {
            throw .damaged(digest, .missing)
        }
        return bytes
    }

    /// What was found when the blob arrived; nil if it is whole. It arrives now, if it has not.
    public func check(_ descriptor: Descriptor) throws(LayoutError) -> BlobFault? {
        if let size = staging.size(of: descriptor.digest) {
            return size == descriptor.size
                ? nil : .size(expected: descriptor.size, actual: size)
        }
        if let fault = faults[descriptor.digest] { return fault }
        do throws(LayoutError) { try staging.copy(descriptor, from: source) } catch {
            guard case .damaged(_, let fault) = error else { throw error }
            // Another descriptor may name the size that the blob has.
            if case .size = fault { return fault }
            faults[descriptor.digest] = fault
            return fault
        }
        return nil
    }

    /// Everything that has arrived, in the order of digests.
    public func blobs() -> [StoredBlob] { staging.blobs }

    /// Nothing: what belongs to no layout does not arrive.
    public func strays() -> [String] { [] }
}
