import Encodings
import Glibc

/// Who holds a lock that somebody waits for, as far as the system tells.
///
/// - SeeAlso: proc(5), `/proc/locks`. It names no process of another namespace, and some file
///   systems number their devices differently there.
public struct LockHolder: Sendable, Equatable {
    /// The process.
    public let processID: Int32
    /// The name of its program; chosen by the program, so foreign text.
    public let program: String

    /// A process and its program.
    public init(processID: Int32, program: String) {
        self.processID = processID
        self.program = program
    }

    /// Longest `/proc/locks` that is read, in bytes: some thousand locks.
    private static let listByteCountMax: Int64 = 1 << 20

    /// Who has locked the open file `descriptor`; nil where that cannot be known.
    static func of(descriptor: Int32) -> LockHolder? {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0,
            let list = try? FileSystem.real.file(at: "/proc/locks")
                .readAll(limit: listByteCountMax)
        else { return nil }
        let file = Self.fileName(status)
        for line in list.split(separator: UInt8(ascii: "\n")) {
            // `7: FLOCK  ADVISORY  WRITE 4711 fe:01:131 0 EOF`; who waits has `->` behind the number.
            let fields = line.split(separator: UInt8(ascii: " "))
                .map { String(decoding: $0, as: UTF8.self) }
            guard fields.count >= 6, fields[1] == "FLOCK", fields[5] == file,
                let processID = Int32(fields[4]), processID > 0
            else { continue }
            return LockHolder(processID: processID, program: Self.program(of: processID))
        }
        return nil
    }

    /// Device and inode as `/proc/locks` writes them.
    private static func fileName(_ status: stat) -> String {
        let device = UInt64(status.st_dev)
        let major = (device >> 8) & 0xFFF | (device >> 32) & ~0xFFF
        let minor = device & 0xFF | (device >> 12) & ~0xFF
        return "\(hex(major)):\(hex(minor)):\(status.st_ino)"
    }

    private static func hex(_ number: UInt64) -> String {
        let text = String(number, radix: 16)
        return text.utf8.count < 2 ? "0\(text)" : text
    }

    private static func program(of processID: Int32) -> String {
        let bytes = try? FileSystem.real.file(at: "/proc/\(processID)/comm").readAll(limit: 256)
        let name = bytes?.prefix { $0 != UInt8(ascii: "\n") } ?? []
        return name.isEmpty ? "unknown" : String(decoding: name, as: UTF8.self)
    }
}
