private import CArchive
public import Files

/// Writes a tar in one canonical form: the same members in the same order give the same bytes, on
/// any machine at any time.
///
/// Regular files only: owner 0, mode 0644, time 0, no names of users; ustar headers, and pax ones
/// where a name or a size does not fit.
@safe public final class ArchiveWriter {
    private let handle: OpaquePointer
    private let sink: Sink
    private var remaining: Int64 = 0

    /// Begins an archive in `file`.
    public init(_ file: WritableFile) throws(ArchiveError) {
        guard let handle = unsafe archive_write_new() else {
            throw .library(call: "archive_write_new", code: ARCHIVE_FATAL)
        }
        let sink = Sink(file)
        let client = unsafe Unmanaged.passUnretained(sink).toOpaque()
        do throws(ArchiveError) {
            try Self.check(
                "archive_write_set_format_pax_restricted",
                unsafe archive_write_set_format_pax_restricted(handle))
            try Self.check(
                "archive_write_set_bytes_per_block",
                unsafe archive_write_set_bytes_per_block(handle, 1 << 20))
            // No padding after the end mark.
            try Self.check(
                "archive_write_set_bytes_in_last_block",
                unsafe archive_write_set_bytes_in_last_block(handle, 1))
            try Self.check(
                "archive_write_open",
                unsafe archive_write_open(
                    handle, client, nil,
                    { _, client, start, count in
                        guard let client = unsafe client, let start = unsafe start else {
                            return -1
                        }
                        return unsafe Unmanaged<Sink>.fromOpaque(client).takeUnretainedValue()
                            .take(UnsafeRawBufferPointer(start: start, count: count))
                    }, nil))
        } catch {
            unsafe archive_write_free(handle)
            throw error
        }
        unsafe self.handle = handle
        self.sink = sink
    }

    deinit {
        // Without `finish` the archive is not to be used, so nothing more may be written to it.
        sink.isClosed = true
        unsafe archive_write_free(handle)
    }

    /// Begins the member called `name`, whose body of exactly `size` bytes follows by `write`.
    public func begin(_ name: String, size: Int64) throws(ArchiveError) {
        precondition(remaining == 0, "the body before is complete")
        guard let entry = unsafe archive_entry_new() else {
            throw .library(call: "archive_entry_new", code: ARCHIVE_FATAL)
        }
        defer { unsafe archive_entry_free(entry) }
        unsafe archive_entry_set_pathname(entry, name)
        unsafe archive_entry_set_filetype(entry, airseal_ae_ifreg())
        unsafe archive_entry_set_perm(entry, 0o644)
        unsafe archive_entry_set_size(entry, size)
        unsafe archive_entry_set_mtime(entry, 0, 0)
        try check("archive_write_header", unsafe archive_write_header(handle, entry))
        remaining = size
    }

    /// Appends to the body of the current member.
    public func write(_ bytes: Span<UInt8>) throws(ArchiveError) {
        precondition(Int64(bytes.count) <= remaining, "the body is as long as was said")
        let count = unsafe bytes.withUnsafeBufferPointer {
            unsafe archive_write_data(handle, $0.baseAddress, $0.count)
        }
        guard count == bytes.count else {
            if let error = sink.error { throw .file(error) }
            throw .library(call: "archive_write_data", code: ARCHIVE_FATAL)
        }
        remaining -= Int64(count)
    }

    /// Adds a member whose bytes are at hand.
    public func add(_ name: String, _ bytes: [UInt8]) throws(ArchiveError) {
        try begin(name, size: Int64(bytes.count))
        if !bytes.isEmpty { try write(bytes.span) }
    }

    /// Writes the end mark. The caller brings the file onto the medium.
    public func finish() throws(ArchiveError) {
        precondition(remaining == 0, "the body before is complete")
        try check("archive_write_close", unsafe archive_write_close(handle))
    }

    private func check(_ call: String, _ code: Int32) throws(ArchiveError) {
        if let error = sink.error { throw .file(error) }
        try Self.check(call, code)
    }

    private static func check(_ call: String, _ code: Int32) throws(ArchiveError) {
        guard code == ARCHIVE_OK else { throw .library(call: call, code: code) }
    }
}

/// Takes what the library writes.
final class Sink {
    let file: WritableFile
    var isClosed = false
    /// What the file system said; the library only learns that something failed.
    private(set) var error: FileError?

    init(_ file: WritableFile) {
        self.file = file
    }

    func take(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard !isClosed else { return bytes.count }
        do throws(FileError) {
            try unsafe file.write(bytes)
            return bytes.count
        } catch {
            self.error = error
            return -1
        }
    }
}
