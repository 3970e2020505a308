public import Files
import Subprocess
import SystemPackage

/// A temporary folder that goes when the test ends.
public final class Box: Sendable {
    /// Where it is.
    public let root: String
    private let parent: Folder
    private let name: String

    /// An empty one, in the folder at `above`.
    public init(in above: String = "/tmp") throws {
        parent = try FileSystem.real.folder(at: above)
        name = TemporaryName.next(for: "test")
        _ = try parent.makeFolder(name)
        root = "\(above)/\(name)"
    }

    deinit { try? parent.removeTree(name) }

    /// The path of something in it.
    public func path(_ name: String) -> String { "\(root)/\(name)" }

    /// A folder in it, made when missing with those above it; the box itself when not named.
    @discardableResult
    public func folder(_ name: String? = nil) throws -> Folder {
        try FileSystem.real.makeFolder(at: name.map(path) ?? root)
    }

    /// Puts a file into it, with the folders above.
    public func write(_ bytes: [UInt8], to name: String) throws {
        let (folder, last) = try place(name)
        try folder.replace(last, with: bytes)
    }

    /// The bytes of a file in it.
    public func read(_ name: String) throws -> [UInt8] {
        try FileSystem.real.file(at: path(name)).readAll(limit: 1 << 30)
    }

    /// Removes what is there, be it a file or a whole folder.
    public func remove(_ name: String) throws {
        let (folder, last) = try place(name)
        try folder.removeTree(last)
    }

    private func place(_ name: String) throws -> (Folder, String) {
        guard let slash = name.lastIndex(of: "/") else { return (try folder(), name) }
        return (try folder(String(name[..<slash])), String(name[name.index(after: slash)...]))
    }

    /// What a shell script that failed had to say.
    public struct ScriptFailed: Error {
        let errors: String
    }

    /// Runs a shell script in the folder, which must succeed, and returns what it printed.
    @discardableResult
    public func shell(_ script: String) async throws -> String {
        let result = try await Subprocess.run(
            .name("sh"), arguments: ["-ec", script], workingDirectory: FilePath(root),
            output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        guard result.terminationStatus.isSuccess else {
            throw ScriptFailed(errors: result.standardError)
        }
        return result.standardOutput
    }
}
