public import Encodings
import Glibc

/// Files that tests read.
public enum TestFiles {
    /// The package's own folder: this file lies three levels below it.
    static let package = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    /// The bytes of a file.
    public static func bytes(_ path: String) throws -> [UInt8] {
        guard let file = unsafe fopen(path, "r") else { throw Missing(path: path) }
        defer { unsafe fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = unsafe fread(&buffer, 1, buffer.count, file), count > 0 {
            bytes.append(contentsOf: buffer[..<count])
        }
        return bytes
    }

    /// A JSON file below `Tests/Vectors`.
    public static func vectors(_ path: String) throws -> JSONPlace {
        JSONPlace(try JSON(parsing: bytes("\(package)/Tests/Vectors/\(path)")))
    }

    /// A file that should be there.
    public struct Missing: Error {
        let path: String

        /// Says what is not there.
        public init(path: String) { self.path = path }
    }
}

/// The Notary vectors that lie beside the repository on the machines that have them.
public enum SharedVectors {
    /// Whether they are there; suites that need them are skipped by name otherwise.
    public static let isPresent = unsafe access(root + "/cases.json", R_OK) == 0

    private static let root = TestFiles.package + "/../shared/vectors/notary"

    /// The path of one file or folder.
    public static func path(_ path: String) -> String { "\(root)/\(path)" }

    /// The bytes of one file.
    public static func bytes(_ path: String) throws -> [UInt8] {
        try TestFiles.bytes("\(root)/\(path)")
    }

    /// One JSON file.
    public static func json(_ path: String) throws -> JSONPlace {
        JSONPlace(try JSON(parsing: bytes(path)))
    }
}
