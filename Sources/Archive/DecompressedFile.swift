private import CArchive
public import Files

/// The bytes of a file as they were before gzip or zstd, which are recognised by content; those of
/// any other file as they are.
///
/// Reads from front to back, files and pipes alike, in constant memory.
@safe public final class DecompressedFile {
    /// How the bytes of the file were compressed.
    public enum Compression: Sendable, Equatable {
        /// Not at all.
        case none
        /// RFC 1952.
        case gzip
        /// RFC 8878.
        case zstd
    }

    /// The path as the operator gave it, for messages only.
    public let path: String
    /// Bytes handed out so far.
    public private(set) var byteCount: Int64 = 0
    private let handle: OpaquePointer
    private let source: Source
    private let limits: ArchiveLimits
    private var isAtEnd: Bool
    private var block: UnsafeRawBufferPointer

    /// Begins to read `file`.
    ///
    /// - Throws: `.damaged` when the compression's own header is wrong.
    public init(_ file: ReadableFile, limits: ArchiveLimits = ArchiveLimits())
        throws(ArchiveError)
    {
        guard let handle = unsafe archive_read_new() else {
            throw .library(call: "archive_read_new", code: ARCHIVE_FATAL)
        }
        let source = Source(file)
        do throws(ArchiveError) {
            isAtEnd = try unsafe Self.open(handle, source)
        } catch {
            unsafe archive_read_free(handle)
            throw error
        }
        unsafe self.handle = handle
        self.source = source
        self.limits = limits
        path = file.path
        unsafe block = UnsafeRawBufferPointer(start: nil, count: 0)
    }

    deinit { unsafe archive_read_free(handle) }

    /// Sets the handle up and returns whether the file is empty.
    private static func open(_ handle: OpaquePointer, _ source: Source) throws(ArchiveError)
        -> Bool
    {
        try check(
            "archive_read_support_filter_gzip", unsafe archive_read_support_filter_gzip(handle))
        try check(
            "archive_read_support_filter_zstd", unsafe archive_read_support_filter_zstd(handle))
        try check("archive_read_support_format_raw", unsafe archive_read_support_format_raw(handle))
        try check(
            "archive_read_support_format_empty", unsafe archive_read_support_format_empty(handle))
        let client = unsafe Unmanaged.passUnretained(source).toOpaque()
        let opened = unsafe archive_read_open(
            handle, client, nil,
            { _, client, block in
                guard let client = unsafe client, let block = unsafe block else { return -1 }
                return unsafe Unmanaged<Source>.fromOpaque(client).takeUnretainedValue()
                    .next(block)
            }, nil)
        guard opened == ARCHIVE_OK else { throw unsafe failure(handle, source) }
        var entry: OpaquePointer?
        switch unsafe archive_read_next_header(handle, &entry) {
        case ARCHIVE_OK: return false
        case ARCHIVE_EOF: return true
        default: throw unsafe failure(handle, source)
        }
    }

    /// What was found by content. Of compressions within each other, the outermost.
    public var compression: Compression {
        let count = unsafe archive_filter_count(handle)
        // The last filter is the one that reads the file itself.
        guard count > 1 else { return .none }
        switch unsafe archive_filter_code(handle, count - 2) {
        case ARCHIVE_FILTER_GZIP: return .gzip
        case ARCHIVE_FILTER_ZSTD: return .zstd
        default: return .none
        }
    }

    /// Reads up to `buffer.count` bytes to its front and returns their number: 0 at the end only.
    ///
    /// - Throws: `.truncated` and `.damaged` for the compressed bytes, `.tooLarge` and
    ///   `.expandsTooFar` beyond the limits.
    public func read(into buffer: inout [UInt8]) throws(ArchiveError) -> Int {
        if unsafe block.isEmpty { unsafe block = try nextBlock() }
        let count = unsafe min(block.count, buffer.count)
        let chunk = unsafe UnsafeRawBufferPointer(rebasing: block[..<count])
        unsafe buffer.withUnsafeMutableBytes { unsafe $0.copyMemory(from: chunk) }
        unsafe block = UnsafeRawBufferPointer(rebasing: block[count...])
        return count
    }

    /// The next bytes, valid until the next call; empty at the end.
    func nextBlock() throws(ArchiveError) -> UnsafeRawBufferPointer {
        guard !isAtEnd else { return unsafe UnsafeRawBufferPointer(start: nil, count: 0) }
        var start: UnsafeRawPointer?
        var count = 0
        var offset: Int64 = 0
        while count == 0 {
            switch unsafe archive_read_data_block(handle, &start, &count, &offset) {
            case ARCHIVE_OK: break
            case ARCHIVE_EOF:
                isAtEnd = true
                return unsafe UnsafeRawBufferPointer(start: nil, count: 0)
            default: throw unsafe Self.failure(handle, source)
            }
        }
        byteCount += Int64(count)
        guard byteCount <= limits.byteCountMax else {
            throw .tooLarge(limit: limits.byteCountMax)
        }
        if byteCount > limits.expansionFreeByteCount,
            byteCount / limits.expansionRatioMax > source.byteCount
        {
            throw .expandsTooFar(ratio: limits.expansionRatioMax)
        }
        return unsafe UnsafeRawBufferPointer(start: start, count: count)
    }

    private static func check(_ call: String, _ code: Int32) throws(ArchiveError) {
        guard code == ARCHIVE_OK else { throw .library(call: call, code: code) }
    }

    private static func failure(_ handle: OpaquePointer, _ source: Source) -> ArchiveError {
        if let error = source.error { return .file(error) }
        let reason = unsafe LibraryMessage.text(handle)
        // The library has one number for all damage, and tells truncation in words only.
        guard !reason.lowercased().contains("truncated"), !source.isAtEnd else {
            return .truncated(path: source.file.path)
        }
        return .damaged(path: source.file.path, reason: reason)
    }
}

/// Feeds the library from a file.
@safe final class Source {
    let file: ReadableFile
    /// Bytes read from the file.
    private(set) var byteCount: Int64 = 0
    /// Whether the library asked for more when there was no more.
    private(set) var isAtEnd = false
    /// What the file system said; the library only learns that something failed.
    private(set) var error: FileError?
    private let buffer: UnsafeMutableRawBufferPointer

    init(_ file: ReadableFile) {
        self.file = file
        unsafe buffer = .allocate(byteCount: 1 << 20, alignment: 4096)
    }

    deinit { unsafe buffer.deallocate() }

    func next(_ block: UnsafeMutablePointer<UnsafeRawPointer?>) -> Int {
        do throws(FileError) {
            let count = try unsafe file.read(into: buffer)
            byteCount += Int64(count)
            isAtEnd = count == 0
            unsafe block.pointee = UnsafeRawPointer(buffer.baseAddress)
            return count
        } catch {
            self.error = error
            return -1
        }
    }
}

/// What the library says of its last failure.
enum LibraryMessage {
    static func text(_ handle: OpaquePointer) -> String {
        guard let message = unsafe archive_error_string(handle) else { return "" }
        return unsafe String(cString: message)
    }
}
