import Files

/// The project's own files, read as text.
struct SourceTree {
    struct File: Sendable {
        /// From the project's root, as `Sources/OCI/Limits.swift`.
        let path: String
        let lines: [String]
    }

    /// The folder that holds Package.swift.
    static let root = String(
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
            .joined(separator: "/"))

    static func swiftFiles(below path: String) throws -> [File] {
        try files(in: FileSystem.real.folder(at: "\(root)/\(path)"), path)
            .filter { $0.path.hasSuffix(".swift") }
    }

    static func text(of path: String) throws -> [String] {
        let bytes = try FileSystem.real.file(at: "\(root)/\(path)").readAll(limit: 1 << 20)
        return String(decoding: bytes, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
    }

    private static func files(in folder: Folder, _ path: String) throws -> [File] {
        var files: [File] = []
        for entry in try folder.entries() {
            let inner = "\(path)/\(entry.name)"
            switch entry.kind {
            case .folder: files += try Self.files(in: folder.folder(entry.name), inner)
            case .file: files.append(File(path: inner, lines: try text(of: inner)))
            case .other: break
            }
        }
        return files
    }
}
