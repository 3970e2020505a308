public import Files
import OCI
import SystemPackage

/// Where an import goes: a layout that is there, or one that is made for it and goes again if
/// nothing comes into it.
public struct ImportDestination {
    /// The layout.
    public let layout: Layout
    private let files: FileSystem
    private let wasLayout: Bool
    /// The folders that were made, the innermost first.
    private let made: [FilePath]

    /// Opens the layout at `path`, or makes it where there is nothing or an empty folder.
    ///
    /// - Throws: `.notALayout` for a folder with other content.
    public init(at path: String, in files: FileSystem) throws(LayoutError) {
        self.files = files
        wasLayout = files.kind(at: FilePath(path).appending(LayoutFile.name).string) != nil
        var missing: [FilePath] = []
        var place = FilePath(path)
        while !place.isEmpty, files.kind(at: place.string) == nil {
            missing.append(place)
            place.removeLastComponent()
        }
        made = missing
        layout = try Layout.create(at: path, in: files)
    }

    /// The layout at `path` as it is; nil where there is nothing or an empty folder.
    ///
    /// - Throws: `.notALayout` for a folder with other content.
    public static func present(at path: String, in files: FileSystem) throws(LayoutError)
        -> Layout?
    {
        guard files.kind(at: path) != nil else { return nil }
        let isEmpty = try LayoutError.files { () throws(FileError) in
            try files.folder(at: path).entries().isEmpty
        }
        return isEmpty ? nil : try Layout(at: path, in: files)
    }

    /// Takes away what was made, as long as nothing has come into it: a refused import leaves no
    /// layout where there was none.
    public func withdraw() {
        guard !wasLayout else { return }
        let folder = layout.folder
        // Somebody else who is about to fill the layout holds the lock, or has staged something.
        guard let lock = try? FolderLock.acquire(folder, patience: .none),
            let now = try? Layout(folder), now.index == LayoutIndex(),
            (try? now.blobs().isEmpty) ?? false, (try? now.strays().isEmpty) ?? false
        else { return }
        defer { withExtendedLifetime(lock) {} }
        // First, because it is what makes the folder a layout.
        try? folder.remove(LayoutFile.name)
        try? folder.remove(LayoutIndex.name)
        try? folder.removeTree("blobs")
        for path in made {
            guard let place = try? files.place(of: path.string) else { return }
            try? place.folder.removeEmptyFolder(place.name)
        }
    }
}
