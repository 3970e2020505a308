public import Files
private import Glibc
import OCI
import SystemPackage

/// Where an import goes: a layout that is there, or one that is made for it and goes again if
/// nothing comes into it.
public struct ImportDestination {
    /// The layout.
    public let layout: Layout
    /// Where the content of a source arrives. While it is there nobody else takes the layout for one
    /// that nobody wants.
    private(set) var staging: Staging?
    private let files: FileSystem
    private let wasLayout: Bool
    /// The folders that were made, the innermost first.
    private let made: [FilePath]

    /// Opens the layout at `path`, or makes it where there is nothing or an empty folder.
    ///
    /// Another run may take away the layout that it made for an import which was refused, after we
    /// opened it and before we hold it: then we begin again, and make it ourselves.
    ///
    /// - Parameters:
    ///   - path: where.
    ///   - files: the file system.
    ///   - patience: how long to wait for other writers.
    /// - Returns: the layout, which stays until something came into it or it is withdrawn.
    /// - Throws: `.notALayout` for a folder with other content, `.destination` for a damaged layout.
    public static func open(
        at path: String, in files: FileSystem, patience: LockPatience = .standard
    ) throws(LayoutError) -> ImportDestination {
        try LayoutError.destination(path) { () throws(LayoutError) in
            for _ in 1..<openingMax {
                do throws(LayoutError) {
                    return try ImportDestination(at: path, in: files, patience)
                } catch {
                    guard Self.maybeWithdrawn(error) else { throw error }
                }
            }
            return try ImportDestination(at: path, in: files, patience)
        }
    }

    private static let openingMax = 16

    /// Whether that is what befalls whoever has opened a folder that is there no more.
    private static func maybeWithdrawn(_ error: LayoutError) -> Bool {
        switch error {
        case .notALayout: true
        case .file(let error): error.errno == .noSuchFileOrDirectory
        default: false
        }
    }

    private init(at path: String, in files: FileSystem, _ patience: LockPatience)
        throws(LayoutError)
    {
        self.files = files
        wasLayout = files.kind(at: FilePath(path).appending(LayoutFile.name).string) != nil
        var missing: [FilePath] = []
        var place = FilePath(path)
        while !place.isEmpty, files.kind(at: place.string) == nil {
            missing.append(place)
            place.removeLastComponent()
        }
        made = missing
        let writer = try LayoutWriter(
            Layout.create(at: path, in: files, patience: patience), patience: patience)
        layout = writer.layout
        staging = try writer.stage()
    }

    /// The layout at `path` as it is; nil where a run would make one.
    ///
    /// - Throws: `.notALayout` for a folder with other content, `.readOnly` where a run could write
    ///   nothing.
    public static func present(at path: String, in files: FileSystem) throws(LayoutError)
        -> Layout?
    {
        guard files.kind(at: path) != nil else {
            var place = FilePath(path)
            while !place.isEmpty, files.kind(at: place.string) == nil {
                place.removeLastComponent()
            }
            try checkWritable(place.isEmpty ? "." : place.string)
            return nil
        }
        guard files.kind(at: path) == .folder else { throw .notAFolder(path: path) }
        let isUnfinished = try LayoutError.files { () throws(FileError) in
            Layout.isUnfinished(try files.folder(at: path).entries().map(\.name))
        }
        let layout = try LayoutError.destination(path) { () throws(LayoutError) in
            isUnfinished ? nil : try Layout(at: path, in: files)
        }
        try checkWritable(path)
        return layout
    }

    /// Asks without writing anything.
    private static func checkWritable(_ path: String) throws(LayoutError) {
        guard unsafe access(path, W_OK) != 0 else { return }
        guard ![.readOnlyFileSystem, .permissionDenied].contains(Errno(rawValue: errno)) else {
            throw .readOnly(path: path)
        }
    }

    /// Takes away what was made, as long as nothing has come into it: a refused import leaves no
    /// layout where there was none.
    public mutating func withdraw() {
        staging = nil
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
