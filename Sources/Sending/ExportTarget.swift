import Archive
import Files
import OCI
import SystemPackage

/// Where a bundle is to stand: a name in a folder that is there.
struct ExportTarget {
    /// The path as the operator gave it.
    let path: String
    let folder: Folder
    let name: String

    init(_ path: String, on files: FileSystem) throws(SendingError) {
        let whole = FilePath(path)
        guard let last = whole.lastComponent, last.kind == .regular else {
            throw .badTarget(path: path)
        }
        let above = whole.removingLastComponent()
        self.path = path
        name = last.string
        folder = try SendingError.files { () throws(FileError) in
            try files.folder(at: above.isEmpty ? "." : above.string)
        }
    }

    /// Whether anything stands there.
    func isTaken() throws(SendingError) -> Bool {
        try SendingError.files { () throws(FileError) in try folder.kind(of: name) != nil }
    }

    /// Whether the bundle of `parts` stands there. A bundle gets its name only when it is complete,
    /// so its `index.json` tells.
    func holds(_ parts: ExportParts, as form: ExportRequest.Form) throws(SendingError) -> Bool {
        let kind = try SendingError.files { () throws(FileError) in try folder.kind(of: name) }
        let index: [UInt8]
        switch (form, kind) {
        case (.folder, .folder):
            guard
                let bytes = try? folder.folder(name).file(LayoutIndex.name).readAll(
                    limit: Limits.indexSizeMax)
            else { return false }
            index = bytes
        case (.tar, .file):
            let file = try SendingError.files { () throws(FileError) in try folder.file(name) }
            guard let reader = try? ArchiveReader(file), (try? reader.next()) != nil,
                let entry = try? reader.next(), entry.name == LayoutIndex.name,
                let bytes = try? reader.readAll(limit: Limits.indexSizeMax)
            else { return false }
            index = bytes
        default: return false
        }
        return index == parts.index
    }
}
