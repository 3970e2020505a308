public import Archive
public import Encodings
public import Files
public import OCI

/// Which part of a layout is meant.
public enum Selector: Sendable, Hashable {
    /// The one image that there is.
    case only
    /// The entry with this tag or full name.
    case name(ReferenceName)
    /// A manifest or index that an entry, or an index below one, lists.
    case digest(Digest)
}

/// `PATH[:TAG|@DIGEST]`, as an operator writes it (rule L1).
public struct Reference: Sendable, Hashable {
    /// A layout folder or an archive; `-` for standard input.
    public let path: String
    /// What in it.
    public let selector: Selector

    /// A reference put together by the program.
    public init(path: String, selector: Selector) {
        self.path = path
        self.selector = selector
    }

    /// Reads `text`. The longest beginning that exists on disk is the path, so `l:bar/app:v1` is
    /// the name `bar/app:v1` in `l`, and a path may hold colons.
    ///
    /// - Throws: `.noSuchPath` where nothing exists, `.malformedReference` where what follows the
    ///   path is neither a digest nor a name.
    public init(parsing text: String, in files: FileSystem) throws(LayoutError) {
        var ends = [text.utf8.endIndex]
        for position in text.utf8.indices.reversed()
        where text.utf8[position] == UInt8(ascii: ":")
            || text.utf8[position] == UInt8(ascii: "@")
        {
            ends.append(position)
        }
        for end in ends {
            let path = String(text[..<end])
            guard !path.isEmpty, path == "-" || files.kind(at: path) != nil else { continue }
            self.path = path
            selector = try Self.selector(text[end...], of: text)
            return
        }
        throw .noSuchPath(text)
    }

    /// Opens what is at the path for reading: a folder as it is, an archive in one pass.
    public func open(in files: FileSystem, limits: ArchiveLimits = ArchiveLimits())
        throws(LayoutError) -> any LayoutContent
    {
        switch try ImportSource(at: path, in: files) {
        case .folder(let layout): layout
        case .archive(let file): try ArchivedLayout(file, limits: limits)
        }
    }

    private static func selector(_ rest: Substring, of text: String) throws(LayoutError)
        -> Selector
    {
        // By bytes: a combining mark after the sign would be one character with it.
        guard let mark = rest.utf8.first else { return .only }
        let name = rest[rest.utf8.index(after: rest.startIndex)...]
        if mark == UInt8(ascii: "@") {
            guard let digest = try? Digest(name) else { throw .malformedReference(text) }
            return .digest(digest)
        }
        guard let name = ReferenceName(name) else { throw .malformedReference(text) }
        return .name(name)
    }
}
