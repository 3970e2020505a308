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

    /// Whether the package has a file at `path`.
    public static func exists(_ path: String) -> Bool {
        unsafe access("\(package)/\(path)", R_OK) == 0
    }

    /// The paths in the package that match a pattern of the shell, in order.
    public static func matching(_ pattern: String) -> [String] {
        matching(absolute: "\(package)/\(pattern)")
    }

    /// The paths that match a pattern of the shell, in order.
    public static func matching(absolute pattern: String) -> [String] {
        var found = glob_t()
        defer { unsafe globfree(&found) }
        guard unsafe glob(pattern, 0, nil, &found) == 0 else { return [] }
        return (0..<Int(unsafe found.gl_pathc)).compactMap { place in
            unsafe found.gl_pathv[place].map { unsafe String(cString: $0) }
        }
    }

    /// The bytes of a file below `Tests`.
    public static func bytes(in path: String) throws -> [UInt8] {
        try bytes("\(package)/Tests/\(path)")
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

/// A folder of Notary vectors.
public struct VectorFolder: Sendable {
    /// Ours, in the repository.
    public static let own = VectorFolder(root: TestFiles.package + "/Tests/Vectors/notary/own")
    /// Those that lie beside the repository on the machines that have them.
    public static let shared = VectorFolder(
        root: TestFiles.package + "/../shared/vectors/notary")

    private let root: String

    /// Whether it is there; suites that need it are skipped by name otherwise.
    public var isPresent: Bool { unsafe access(path("cases.json"), R_OK) == 0 }

    /// The path of one file or folder.
    public func path(_ path: String) -> String { "\(root)/\(path)" }

    /// The bytes of one file.
    public func bytes(_ path: String) throws -> [UInt8] {
        try TestFiles.bytes(self.path(path))
    }

    /// One JSON file.
    public func json(_ path: String) throws -> JSONPlace {
        JSONPlace(try JSON(parsing: bytes(path)))
    }
}
