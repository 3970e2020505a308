import Archive
import Encodings
import Files
import OCI

/// One pass over an archive of images: every member hashed on its way into a staging folder.
struct ArchiveIntake {
    let path: String
    let staging: Staging
    /// Layouts and docker-archives say in these what they hold.
    private(set) var documents: [String: [UInt8]] = [:]
    /// Every other regular file, by its name.
    private(set) var members: [String: StoredBlob] = [:]
    private(set) var links: [String: String] = [:]
    private(set) var faults: [Digest: BlobFault] = [:]
    private var names: Set<String> = []
    private var buffer = [UInt8](repeating: 0, count: ReadableFile.chunkSize)

    static let dockerManifest = "manifest.json"

    /// Reads the whole of `file`.
    init(
        _ file: ReadableFile, into staging: Staging, limits: ArchiveLimits,
        progress: (Int64) -> Void
    ) throws(LayoutError) {
        path = file.path
        self.staging = staging
        let reader = try LayoutError.reading { () throws(ArchiveError) in
            try ArchiveReader(file, limits: limits)
        }
        var byteCount: Int64 = 0
        while let entry = try LayoutError.reading({ () throws(ArchiveError) in
            try reader.next()
        }) {
            try take(entry, from: reader)
            byteCount += entry.size
            progress(byteCount)
        }
    }

    private mutating func take(_ entry: ArchiveEntry, from reader: ArchiveReader)
        throws(LayoutError)
    {
        guard entry.kind != .folder else { return }
        guard names.insert(entry.name).inserted else {
            throw .importRefused(.duplicateMember(entry.name))
        }
        switch entry.kind {
        case .folder: return
        case .other: throw .importRefused(.unusableMember(entry.name))
        case .link(let target): links[entry.name] = target
        case .file: try file(entry, from: reader)
        }
    }

    private mutating func file(_ entry: ArchiveEntry, from reader: ArchiveReader)
        throws(LayoutError)
    {
        let limit: Int64? =
            switch entry.name {
            case LayoutFile.name: Limits.layoutFileSizeMax
            case LayoutIndex.name, Self.dockerManifest: Limits.indexSizeMax
            default: nil
            }
        if let limit {
            documents[entry.name] = try LayoutError.reading { () throws(ArchiveError) in
                try reader.readAll(limit: limit)
            }
            return
        }
        // What Docker wrote for versions before 1.10, which nothing names.
        let base = entry.name.split(separator: "/").last
        if entry.name == "repositories" || base == "VERSION" || base == "json" { return }
        let claimed = Digest(blobName: entry.name)
        let blob = try staging.begin(claimed?.algorithm ?? .sha256)
        while true {
            let count: Int
            do throws(ArchiveError) { count = try reader.read(into: &buffer) } catch {
                blob.discard()
                throw .archive(error)
            }
            if count == 0 { break }
            try blob.write(buffer.span.extracting(..<count))
        }
        let stored = try blob.finish()
        if let claimed, stored.digest != claimed {
            faults[claimed] = .digest(actual: stored.digest)
        }
        members[entry.name] = stored
    }

    /// The `index.json` of the layout in the archive; nil if there is none.
    func layoutIndex() throws(LayoutError) -> LayoutIndex? {
        guard let layoutFile = documents[LayoutFile.name], let bytes = documents[LayoutIndex.name]
        else { return nil }
        try LayoutError.document(LayoutFile.name) { () throws(DocumentError) in
            try LayoutFile.check(layoutFile)
        }
        return try LayoutError.document(LayoutIndex.name) { () throws(DocumentError) in
            try LayoutIndex(parsing: bytes)
        }
    }

    /// The member called `name`, links followed.
    func member(_ name: String) throws(LayoutError) -> StoredBlob {
        var current = name
        // Docker writes one link at most.
        for _ in 0..<8 {
            if let claimed = Digest(blobName: current), let fault = faults[claimed] {
                throw .importRefused(.damaged(claimed, fault))
            }
            if let found = members[current] { return found }
            guard let target = links[current] else {
                throw .importRefused(.missingMember(name))
            }
            guard let next = Self.follow(target, from: current) else {
                throw .importRefused(.unusableMember(current))
            }
            current = next
        }
        throw .importRefused(.unusableMember(name))
    }

    /// Where a link leads within the archive; nil if it leads out of it.
    private static func follow(_ target: String, from name: String) -> String? {
        guard !target.utf8.starts(with: "/".utf8) else { return nil }
        var components = name.split(separator: "/").dropLast()
        for component in target.split(separator: "/") where component != "." {
            if component == ".." {
                guard components.popLast() != nil else { return nil }
            } else {
                components.append(component)
            }
        }
        return components.joined(separator: "/")
    }
}
