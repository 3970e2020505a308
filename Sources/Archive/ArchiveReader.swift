private import CArchive
public import Files
private import Glibc

/// Reads a tar (ustar, pax, GNU), plain or compressed, from front to back.
///
/// The end mark is asked for and everything behind it is read, so neither a tar cut between two
/// members nor a cut compression passes for a whole one.
@safe public final class ArchiveReader {
    /// The path as the operator gave it, for messages only.
    public let path: String
    private let handle: OpaquePointer
    private let source: TarSource
    private let limits: ArchiveLimits
    private let locale: UTF8Locale
    private var entryCount = 0
    private var remaining: Int64 = 0
    private var bodyByteCount: Int64 = 0

    /// Begins to read `file`.
    ///
    /// - Throws: `.notAnArchive` when it is neither a tar nor a compressed one.
    public init(_ file: ReadableFile, limits: ArchiveLimits = ArchiveLimits())
        throws(ArchiveError)
    {
        let bytes = try DecompressedFile(file, limits: limits)
        guard let handle = unsafe archive_read_new() else {
            throw .library(call: "archive_read_new", code: ARCHIVE_FATAL)
        }
        let source = TarSource(bytes)
        do throws(ArchiveError) {
            try unsafe Self.open(handle, source)
            locale = try UTF8Locale()
        } catch {
            unsafe archive_read_free(handle)
            throw error
        }
        unsafe self.handle = handle
        self.source = source
        self.limits = limits
        path = file.path
    }

    deinit { unsafe archive_read_free(handle) }

    private static func open(_ handle: OpaquePointer, _ source: TarSource) throws(ArchiveError) {
        let supported = unsafe archive_read_support_format_tar(handle)
        guard supported == ARCHIVE_OK else {
            throw .library(call: "archive_read_support_format_tar", code: supported)
        }
        let client = unsafe Unmanaged.passUnretained(source).toOpaque()
        let opened = unsafe archive_read_open(
            handle, client, nil,
            { _, client, block in
                guard let client = unsafe client, let block = unsafe block else { return -1 }
                return unsafe Unmanaged<TarSource>.fromOpaque(client).takeUnretainedValue()
                    .next(block)
            }, nil)
        guard opened == ARCHIVE_OK else {
            if let error = source.error { throw error }
            throw .notAnArchive(path: source.bytes.path)
        }
    }

    /// The next member; nil once the archive has ended as it should. What was not read of the body
    /// before is passed over.
    ///
    /// - Throws: `.unsafeName`, `.truncated`, `.damaged`, and beyond the limits.
    public func next() throws(ArchiveError) -> ArchiveEntry? {
        while true {
            var entry: OpaquePointer?
            let code = locale.run { unsafe archive_read_next_header(handle, &entry) }
            if code == ARCHIVE_EOF {
                try finish()
                return nil
            }
            guard code == ARCHIVE_OK, let entry = unsafe entry else { throw failure() }
            entryCount += 1
            guard entryCount <= limits.entryCountMax else {
                throw .tooManyEntries(limit: limits.entryCountMax)
            }
            guard let found = try unsafe read(entry) else { continue }
            remaining = found.size
            return found
        }
    }

    private func read(_ entry: OpaquePointer) throws(ArchiveError) -> ArchiveEntry? {
        let name = locale.run { unsafe Self.bytes(archive_entry_pathname(entry)) }
        guard let name else { throw .unsafeName("") }
        guard let normal = try ArchiveEntry.normalise(name, lengthMax: limits.nameLengthMax)
        else { return nil }
        let kind = try unsafe kind(of: entry, name)
        let size = kind == .file ? unsafe archive_entry_size(entry) : 0
        guard size >= 0 else { throw .damaged(path: path, reason: "negative size") }
        return ArchiveEntry(name: normal, kind: kind, size: size)
    }

    private func kind(of entry: OpaquePointer, _ name: [UInt8]) throws(ArchiveError)
        -> ArchiveEntry.Kind
    {
        let target = locale.run { unsafe Self.bytes(archive_entry_hardlink(entry)) }
        if let target {
            guard let normal = try ArchiveEntry.normalise(target, lengthMax: limits.nameLengthMax)
            else { throw .unsafeName(ArchiveEntry.escape(target[...])) }
            // A body of its own could differ from the member that it claims to be.
            return unsafe archive_entry_size(entry) == 0 ? .hardLink(normal) : .other
        }
        switch unsafe UInt32(archive_entry_filetype(entry)) {
        case airseal_ae_ifreg():
            return unsafe archive_entry_sparse_count(entry) == 0 ? .file : .other
        case airseal_ae_ifdir(): return .folder
        case airseal_ae_iflnk():
            let target = locale.run { unsafe Self.bytes(archive_entry_symlink(entry)) }
            guard let target, let text = String(validating: target, as: UTF8.self) else {
                throw .unsafeName(ArchiveEntry.escape(name[...]))
            }
            return .link(text)
        default: return .other
        }
    }

    /// Where in the file the body begins of the member that `next` has just given; nil in a compressed
    /// archive, where it cannot be found again without what is before it.
    public var bodyOffset: Int64? {
        guard source.bytes.compression == .none else { return nil }
        return unsafe archive_filter_bytes(handle, 0)
    }

    /// Reads up to `buffer.count` bytes of the current member's body to the front of `buffer` and
    /// returns their number: 0 at the body's end only.
    public func read(into buffer: inout [UInt8]) throws(ArchiveError) -> Int {
        guard remaining > 0 else { return 0 }
        let count = unsafe buffer.withUnsafeMutableBytes {
            unsafe archive_read_data(handle, $0.baseAddress, $0.count)
        }
        guard count > 0, count <= remaining else { throw failure() }
        remaining -= Int64(count)
        bodyByteCount += Int64(count)
        // A sparse file that is all hole does not look like one: the library makes up its zeros.
        guard bodyByteCount <= source.byteCount else {
            throw .damaged(path: path, reason: "a body that is larger than the archive")
        }
        return count
    }

    /// The whole body of the current member.
    ///
    /// - Throws: `.tooLarge` when it has more than `limit` bytes.
    public func readAll(limit: Int64) throws(ArchiveError) -> [UInt8] {
        guard remaining <= limit else { throw .tooLarge(limit: limit) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(remaining))
        var buffer = [UInt8](repeating: 0, count: min(Int(remaining), 64 << 10))
        while true {
            let count = try read(into: &buffer)
            if count == 0 { return bytes }
            bytes.append(contentsOf: buffer[..<count])
        }
    }

    /// Looks for the end mark, and reads on: a cut compression shows at its end only.
    private func finish() throws(ArchiveError) {
        guard source.byteCount > 0 else { throw .notAnArchive(path: path) }
        let end = unsafe archive_read_header_position(handle)
        let isClean = try source.drain(from: end, limit: limits.paddingMax)
        guard source.byteCount - end >= 512 else { throw .truncated(path: path) }
        guard isClean else { throw .damaged(path: path, reason: "bytes after the end mark") }
    }

    private func failure() -> ArchiveError {
        if let error = source.error { return error }
        // The library knows the format from the first header on, be the rest what it may.
        guard unsafe archive_format(handle) != 0 else { return .notAnArchive(path: path) }
        guard !source.isAtEnd else { return .truncated(path: path) }
        return .damaged(path: path, reason: unsafe LibraryMessage.text(handle))
    }

    private static func bytes(_ text: UnsafePointer<CChar>?) -> [UInt8]? {
        guard let text = unsafe text else { return nil }
        return unsafe Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
    }
}

/// Feeds the tar reader with uncompressed bytes.
@safe final class TarSource {
    let bytes: DecompressedFile
    /// Bytes handed to the reader, and passed over by `drain`.
    var byteCount: Int64 { bytes.byteCount }
    /// Whether the reader asked for more when there was no more.
    private(set) var isAtEnd = false
    /// Why there are no more bytes; the library only learns that something failed.
    private(set) var error: ArchiveError?
    private var last: UnsafeRawBufferPointer

    init(_ bytes: DecompressedFile) {
        self.bytes = bytes
        unsafe last = UnsafeRawBufferPointer(start: nil, count: 0)
    }

    func next(_ block: UnsafeMutablePointer<UnsafeRawPointer?>) -> Int {
        do throws(ArchiveError) {
            let next = try unsafe bytes.nextBlock()
            isAtEnd = unsafe next.isEmpty
            unsafe block.pointee = next.baseAddress
            unsafe last = next
            return next.count
        } catch {
            self.error = error
            return -1
        }
    }

    /// Reads to the end and returns whether nothing but zeros stands from `offset` on.
    ///
    /// - Throws: `.damaged` where that is more than `limit` bytes.
    func drain(from offset: Int64, limit: Int64) throws(ArchiveError) -> Bool {
        // The reader stops within the block that it got last.
        let known = unsafe min(last.count, max(0, Int(byteCount - offset)))
        var isClean = unsafe last.suffix(known).allSatisfy { $0 == 0 }
        while true {
            guard byteCount - offset <= limit else { throw .padding(path: bytes.path, limit) }
            let next = try unsafe bytes.nextBlock()
            if unsafe next.isEmpty { return isClean }
            if unsafe !next.allSatisfy({ $0 == 0 }) { isClean = false }
        }
    }
}

/// UTF-8 for the calls that convert names, in this thread only.
///
/// libarchive ends the process at a non-ASCII name when the locale is plain `C`, and changing the
/// locale of the whole process is not a library's business.
@safe final class UTF8Locale {
    private let locale: locale_t

    init() throws(ArchiveError) {
        guard let made = unsafe newlocale(LC_CTYPE_MASK, "C.UTF-8", nil) else {
            throw .library(call: "newlocale", code: errno)
        }
        unsafe locale = made
    }

    deinit { unsafe freelocale(locale) }

    func run<T>(_ body: () -> T) -> T {
        let before = unsafe uselocale(locale)
        defer { unsafe uselocale(before) }
        return body()
    }
}
