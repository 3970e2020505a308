/// How much of an archive is taken before it is refused. An archive says little of what it expands
/// to, so nothing in it is trusted.
public struct ArchiveLimits: Sendable {
    /// Entries. A layout with 300,000 images has fewer.
    public var entryCountMax = 1_000_000
    /// The length of a name, in bytes: the kernel's own limit for a path.
    public var nameLengthMax = 4 << 10
    /// All bytes, uncompressed. One tebibyte is more than any medium in use.
    public var byteCountMax: Int64 = 1 << 40
    /// How many times its size a compressed file may expand to. Root file systems stay below 20;
    /// only files of nothing but zeros come near deflate's own limit of 1032.
    public var expansionRatioMax: Int64 = 500
    /// Expansion below this size is harmless at any ratio, in bytes.
    public var expansionFreeByteCount: Int64 = 64 << 20

    /// Zeros behind the end mark, or behind the compression. Tapes are padded to a block, of 1 MiB at
    /// most.
    public var paddingMax: Int64 = 4 << 20

    /// The limits as they stand here.
    public init() {}
}
