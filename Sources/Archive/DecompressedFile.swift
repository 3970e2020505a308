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

    /// Whether bytes begin as compressed ones do.
    public static func isCompressed(_ beginning: some Collection<UInt8>) -> Bool {
        beginning.starts(with: [0x1F, 0x8B]) || beginning.starts(with: [0x28, 0xB5, 0x2F, 0xFD])
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
    public convenience init(_ file: ReadableFile, limits: ArchiveLimits = ArchiveLimits())
        throws(ArchiveError)
    {
        try self.init(reading: file.path, limits: limits) { buffer throws(ArchiveError) in
            do throws(FileError) { return try file.read(into: &buffer) } catch {
                throw .file(error)
            }
        }
    }

    /// Begins to read what `next` gives, such as a member of an archive while it passes.
    ///
    /// - Parameters:
    ///   - path: for messages only.
    ///   - limits: how far it may expand.
    ///   - next: fills the front of the buffer and returns how far; 0 at the end only.
    /// - Throws: `.damaged` when the compression's own header is wrong, and what `next` throws.
    public init(
        reading path: String, limits: ArchiveLimits = ArchiveLimits(),
        _ next: @escaping (inout [UInt8]) throws(ArchiveError) -> Int
    ) throws(ArchiveError) {
        guard let handle = unsafe archive_read_new() else {
            throw .library(call: "archive_read_new", code: ARCHIVE_FATAL)
        }
        let source = Source(path, next)
        do throws(ArchiveError) {
            isAtEnd = try unsafe Self.open(handle, source)
        } catch {
            unsafe archive_read_free(handle)
            throw error
        }
        unsafe self.handle = handle
        self.source = source
        self.limits = limits
        self.path = path
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
        // Nobody else takes off more than one coat, so the content would not be theirs.
        guard unsafe archive_filter_count(handle) <= 2 else {
            throw .damaged(path: source.path, reason: "compressed more than once")
        }
        var entry: OpaquePointer?
        switch unsafe archive_read_next_header(handle, &entry) {
        case ARCHIVE_OK: return false
        case ARCHIVE_EOF: return true
        default: throw unsafe failure(handle, source)
        }
    }

    /// What was found by content.
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
                try checkEnd()
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

    /// Refuses anything but zeros behind the compressed bytes. The library stops reading at the
    /// first byte that begins no further gzip member, and says nothing.
    private func checkEnd() throws(ArchiveError) {
        guard compression == .gzip else { return }
        let consumed = unsafe archive_filter_bytes(handle, -1)
        try source.drain(limit: consumed + limits.paddingMax)
        guard source.lastNonzeroEnd <= consumed else {
            throw .damaged(path: path, reason: "bytes after the end of the compression")
        }
    }

    private static func check(_ call: String, _ code: Int32) throws(ArchiveError) {
        guard code == ARCHIVE_OK else { throw .library(call: call, code: code) }
    }

    private static func failure(_ handle: OpaquePointer, _ source: Source) -> ArchiveError {
        if let error = source.error { return error }
        let reason = unsafe LibraryMessage.text(handle)
        // The library has one number for all damage, and tells truncation in words only.
        guard !reason.lowercased().contains("truncated"), !source.isAtEnd else {
            return .truncated(path: source.path)
        }
        return .damaged(path: source.path, reason: reason)
    }
}

/// Feeds the library.
@safe final class Source {
    let path: String
    /// Bytes handed to the library.
    private(set) var byteCount: Int64 = 0
    /// Where the last byte of a gzip file ends that is not zero. Elsewhere nobody asks, and looking
    /// for it in gigabytes of zeros would take its time.
    private(set) var lastNonzeroEnd: Int64 = 0
    private var isGzip = false
    /// Whether the library asked for more when there was no more.
    private(set) var isAtEnd = false
    /// Why there are no more bytes; the library only learns that something failed.
    private(set) var error: ArchiveError?
    private let read: (inout [UInt8]) throws(ArchiveError) -> Int
    private var bytes: [UInt8]
    private let buffer: UnsafeMutableRawBufferPointer

    init(_ path: String, _ read: @escaping (inout [UInt8]) throws(ArchiveError) -> Int) {
        self.path = path
        self.read = read
        bytes = [UInt8](repeating: 0, count: 256 << 10)
        // The library keeps the address of what it is given until it asks for more.
        unsafe buffer = .allocate(byteCount: bytes.count, alignment: 4096)
    }

    deinit { unsafe buffer.deallocate() }

    func next(_ block: UnsafeMutablePointer<UnsafeRawPointer?>) -> Int {
        do throws(ArchiveError) {
            let count = try fill()
            unsafe bytes.withUnsafeBytes { read in
                unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: read[..<count]))
            }
            unsafe block.pointee = UnsafeRawPointer(buffer.baseAddress)
            return count
        } catch {
            self.error = error
            return -1
        }
    }

    /// Reads on to the end, for nobody.
    func drain(limit: Int64) throws(ArchiveError) {
        while try fill() > 0 {
            guard byteCount <= limit else { throw .padding(path: path, ArchiveLimits().paddingMax) }
        }
    }

    private func fill() throws(ArchiveError) -> Int {
        let count = try read(&bytes)
        if byteCount == 0 { isGzip = bytes[..<count].starts(with: [0x1F, 0x8B]) }
        if isGzip, let last = bytes[..<count].lastIndex(where: { $0 != 0 }) {
            lastNonzeroEnd = byteCount + Int64(last) + 1
        }
        byteCount += Int64(count)
        isAtEnd = count == 0
        return count
    }
}

/// What the library says of its last failure.
enum LibraryMessage {
    static func text(_ handle: OpaquePointer) -> String {
        guard let message = unsafe archive_error_string(handle) else { return "" }
        return unsafe String(cString: message)
    }
}
