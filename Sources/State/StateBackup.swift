public import Audit
internal import Cryptography
public import Encodings
public import Files

/// What a backup of the state says of itself.
///
/// - SeeAlso: docs/formats/state-backup.md.
public struct StateBackup: Sendable, Equatable {
    /// One file of the state.
    public struct File: Sendable, Equatable {
        /// From the folder of the state: `sending/high-side/state.json`.
        public let path: String
        /// In bytes.
        public let size: Int64
        /// Of its bytes.
        public let digest: Digest
    }

    /// Whose state it is; nil for a site that had no name.
    public let site: SiteName?
    /// When it was made.
    public let created: Timestamp
    /// The files, in the byte order of their paths.
    public let files: [File]
    /// The digest of all that stands here: it names the backup.
    public let digest: Digest

    /// The sizes of all files together, in bytes.
    public var byteCount: Int64 { files.reduce(0) { $0 + $1.size } }

    static let manifestName = "backup.json"
    static let sumsName = "SHA256SUMS"
    static let prefix = "state/"
    /// So many files of the longest names stay below it.
    static let manifestByteCountMax: Int64 = 64 << 20
    static let fileCountMax = 100_000
    static let depthMax = 6

    init(site: SiteName?, created: Timestamp, files: [File]) throws(StateBackupError) {
        self.site = site
        self.created = created
        self.files = files
        let bytes = Self.manifest(site, created, files)
        do throws(CryptographyError) { digest = try BlobHasher.digest(of: bytes) } catch {
            throw .state(.hashUnavailable)
        }
    }

    /// The first member, in its one spelling.
    var manifest: [UInt8] { Self.manifest(site, created, files) }

    private static func manifest(_ site: SiteName?, _ created: Timestamp, _ files: [File])
        -> [UInt8]
    {
        let document: JSON = [
            "version": "1.0", "site": site.map { .string($0.text) } ?? .null,
            "created": .string(created.description),
            "files": .array(
                files.map {
                    [
                        "path": .string($0.path), "size": .integer($0.size),
                        "digest": .string($0.digest.description),
                    ]
                }),
        ]
        return document.serialized()
    }

    /// The last member: what sha256sum -c understands.
    var sums: [UInt8] {
        let lines =
            ["\(digest.hex)  \(Self.manifestName)"]
            + files.map { "\($0.digest.hex)  \(Self.prefix)\($0.path)" }
        return Array(lines.map { "\($0)\n" }.joined().utf8)
    }

    /// Reads the first member.
    init(parsing bytes: [UInt8]) throws(StateBackupError) {
        let place: JSONPlace
        do throws(JSONError) { place = JSONPlace(try JSON(parsing: bytes)) } catch {
            throw .refused(.damaged(Self.manifestName))
        }
        let text: Text
        let version: String
        do throws(JSONShapeError) { version = try place.member("version").string() } catch {
            throw .refused(.damaged(Self.manifestName))
        }
        guard version.utf8.elementsEqual("1.0".utf8) else {
            throw .refused(.unsupportedVersion(version))
        }
        do throws(JSONShapeError) { text = try Text(place) } catch {
            throw .refused(.damaged(Self.manifestName))
        }
        var site: SiteName?
        if let name = text.site {
            do throws(SiteNameError) { site = try SiteName(name) } catch {
                throw .refused(.damaged(Self.manifestName))
            }
        }
        let files = text.files
        try self.init(site: site, created: text.created, files: files)
        guard files.count <= Self.fileCountMax else { throw .refused(.damaged(Self.manifestName)) }
        guard manifest == bytes else { throw .refused(.damaged(Self.manifestName)) }
        var last: [UInt8] = []
        for file in files {
            guard Self.isSafe(file.path), last.lexicographicallyPrecedes(file.path.utf8),
                file.digest.algorithm == .sha256
            else { throw .refused(.damaged(file.path)) }
            last = Array(file.path.utf8)
        }
    }

    /// The first member as it spells itself.
    private struct Text {
        let site: String?
        let created: Timestamp
        let files: [File]

        init(_ place: JSONPlace) throws(JSONShapeError) {
            try place.onlyMembers(["version", "site", "created", "files"])
            site = try place.nullable("site") { it throws(JSONShapeError) in try it.string() }
            created = try place.member("created").timestamp()
            files = try place.member("files").elements { it throws(JSONShapeError) in
                try it.onlyMembers(["path", "size", "digest"])
                return File(
                    path: try it.member("path").string(),
                    size: try it.member("size").integer(atLeast: 0),
                    digest: try it.member("digest").digest())
            }
        }
    }

    /// Whether a path leads to a file of the state and nowhere else.
    private static func isSafe(_ path: String) -> Bool {
        let components = path.utf8.split(
            separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard let first = components.first, components.count <= depthMax,
            !leftOut.contains(where: { first.elementsEqual($0.utf8) })
        else { return false }
        return components.allSatisfy { component in
            guard let first = component.first, first != UInt8(ascii: "."),
                component.count <= 255
            else { return false }
            return component.allSatisfy { unit in
                switch unit {
                case UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
                    UInt8(ascii: "_"):
                    true
                default: false
                }
            }
        }
    }

    /// What is under way, and what an import put aside.
    static let leftOut = [
        "journal", RestoredState.replacedName, RestoredState.restoringName,
    ]
}

/// What is wrong with a backup of the state.
public enum StateBackupFault: Error, Sendable, Equatable {
    /// It is no backup of a state.
    case notABackup
    /// A part is not as it was written, or missing.
    case damaged(String)
    /// A later version has written it.
    case unsupportedVersion(String)
    /// It is another site's, or this site has no name, or another.
    case foreign(SiteName?, own: SiteName?)
    /// There is a state here already.
    case notEmpty
}

/// Why a backup was not written or not taken. The state is as it was.
public enum StateBackupError: Error, Equatable {
    /// The backup is not taken.
    case refused(StateBackupFault)
    /// A file stands where the backup would go.
    case taken(path: String)
    /// The backup would lie in the state itself.
    case ontoState(path: String)
    /// Operations are under way that somebody must finish first; what kinds they are.
    case underWay([String])
    /// Others change the state all the time.
    case changing
    /// The file system refused.
    case file(FileError)
    /// The archive could not be written or read.
    case archive
    /// The state refused.
    case state(StateError)
    /// The record refused.
    case audit(AuditError)
}
