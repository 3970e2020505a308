import Files
import Subprocess
import SystemPackage
import Testing

/// A temporary folder that goes when the test ends.
final class Box: Sendable {
    let root: String
    let folder: Folder
    private let parent: Folder
    private let name: String

    init() throws {
        parent = try FileSystem.real.folder(at: "/tmp")
        name = TemporaryName.next(for: "test")
        folder = try parent.makeFolder(name)
        root = "/tmp/\(name)"
    }

    deinit { try? parent.removeTree(name) }

    func path(_ name: String) -> String { "\(root)/\(name)" }

    func file(_ name: String) throws -> ReadableFile { try folder.file(name) }

    func bytes(_ name: String) throws -> [UInt8] {
        try folder.file(name).readAll(limit: 1 << 30)
    }

    /// Runs a shell script in the folder.
    @discardableResult
    func shell(_ script: String) async throws -> String {
        let result = try await Subprocess.run(
            .name("sh"), arguments: ["-ec", script], workingDirectory: FilePath(root),
            output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        try #require(result.terminationStatus.isSuccess, "\(result.standardError)")
        return result.standardOutput
    }
}
