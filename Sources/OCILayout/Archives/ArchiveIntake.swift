import Archive
import Cryptography
import Encodings
import Files
import OCI

/// One pass over an archive of images, an OCI layout or a docker-archive or both: every member is
/// hashed as it passes, and compressed ones that may be Docker's layers are expanded by the way.
final class ArchiveIntake {
    let path: String
    let blobs: ArchiveBlobs
    /// `manifest.json`, if the archive is a docker-archive.
    private(set) var dockerImages: DockerImageList?
    private let layerHasher: BlobHasher
    let file: ReadableFile
    let limits: ArchiveLimits
    /// Layouts and docker-archives say in these what they hold.
    var documents: [MemberName: [UInt8]] = [:]
    var members: [MemberName: Member] = [:]
    /// Sizes of what lies at `blobs/ALGORITHM/HEX`, by the digest that the name claims, and of what
    /// `manifest.json` led to.
    var present: [Digest: Int64] = [:]
    var faults: [Digest: BlobFault] = [:]
    var expansions: [Digest: Result<LayerExpansion, ArchiveError>] = [:]
    var used: Set<MemberName> = []
    var buffer = [UInt8](repeating: 0, count: ReadableFile.chunkSize)

    /// What stands under a name.
    enum Member {
        case document
        case blob(StoredBlob)
        case link(String)
        /// What Docker wrote for versions before 1.10, which nothing names.
        case legacy
    }

    static let dockerManifest = "manifest.json"
    /// Documents, and the largest of each that is taken, in bytes.
    private static let documentLimits = [
        MemberName(LayoutFile.name): Limits.layoutFileSizeMax,
        MemberName(LayoutIndex.name): Limits.indexSizeMax,
        MemberName(dockerManifest): Limits.dockerManifestSizeMax,
    ]

    /// Reads the whole of `file`; blobs go to `staging` where there is one.
    init(_ file: ReadableFile, into staging: Staging?, limits: ArchiveLimits)
        throws(LayoutError)
    {
        path = file.path
        self.file = file
        self.limits = limits
        blobs = ArchiveBlobs(of: file, staging: staging)
        layerHasher = try LayoutError.hashing { () throws(CryptographyError) in try BlobHasher() }
        let reader = try LayoutError.reading { () throws(ArchiveError) in
            try ArchiveReader(file, limits: limits)
        }
        while let entry = try LayoutError.reading({ () throws(ArchiveError) in
            try reader.next()
        }) {
            guard entry.kind != .folder else { continue }
            let name = MemberName(entry.name)
            let member = try take(entry, name, from: reader)
            guard members.updateValue(member, forKey: name) == nil else {
                throw .archive(.duplicateName(entry.name))
            }
        }
        dockerImages = try readDockerImages()
    }

    // MARK: The pass

    private func take(_ entry: ArchiveEntry, _ name: MemberName, from reader: ArchiveReader)
        throws(LayoutError) -> Member
    {
        // Before its body is taken for anything.
        guard members[name] == nil else { throw .archive(.duplicateName(entry.name)) }
        switch entry.kind {
        case .folder, .other: throw .importRefused(.unusableMember(entry.name))
        case .link(let target):
            if let claimed = Digest(blobName: entry.name) { note(.notAFile, claimed, size: nil) }
            return .link(target)
        case .hardLink(let target):
            guard case .blob(let stored)? = members[MemberName(target)],
                Self.documentLimits[name] == nil
            else { throw .importRefused(.unusableMember(entry.name)) }
            // It passed once, and was hashed for its own name only.
            if let claimed = Digest(blobName: entry.name),
                claimed.algorithm != stored.digest.algorithm
            {
                throw .importRefused(
                    .linkBetweenAlgorithms(member: entry.name, target: target))
            }
            try place(stored, at: entry.name)
            return .blob(stored)
        case .file:
            if let limit = Self.documentLimits[name] {
                documents[name] = try LayoutError.reading { () throws(ArchiveError) in
                    try reader.readAll(limit: limit)
                }
                return .document
            }
            if Self.isLegacy(entry.name) { return .legacy }
            let stored = try blob(entry, from: reader)
            try place(stored, at: entry.name)
            return .blob(stored)
        }
    }

    private static func isLegacy(_ name: String) -> Bool {
        if name.utf8.elementsEqual("repositories".utf8) { return true }
        let parts = name.split(separator: "/")
        return parts.count == 2 && (parts[1] == "VERSION" || parts[1] == "json")
    }

    /// Compares a blob with the digest that its name claims.
    private func place(_ stored: StoredBlob, at name: String) throws(LayoutError) {
        guard let claimed = Digest(blobName: name) else { return }
        let isRight = stored.digest == claimed
        if isRight { try blobs.claim(stored.digest) }
        note(isRight ? nil : .digest(actual: stored.digest), claimed, size: stored.size)
    }

    private func note(_ fault: BlobFault?, _ claimed: Digest, size: Int64?) {
        present[claimed] = size
        faults[claimed] = fault
    }

    private func blob(_ entry: ArchiveEntry, from reader: ArchiveReader) throws(LayoutError)
        -> StoredBlob
    {
        let claimed = Digest(blobName: entry.name)
        let arriving = try blobs.begin(
            size: entry.size, claimed: claimed, at: reader.bodyOffset)
        do throws(LayoutError) {
            var count = try read(reader)
            arriving.write(buffer, count)
            // A layout's layers need no expansion, and few archives are both: those can wait.
            let isLayer = claimed == nil && DecompressedFile.isCompressed(buffer[..<count])
            let expansion =
                isLayer ? expand(buffer[..<count], reader, arriving, layerHasher) : nil
            while count > 0, arriving.failure == nil {
                count = try read(reader)
                arriving.write(buffer, count)
            }
            let stored = try blobs.finish(arriving)
            expansions[stored.digest] = expansion
            return stored
        } catch {
            arriving.discard()
            throw error
        }
    }

    func read(_ reader: ArchiveReader) throws(LayoutError) -> Int {
        try LayoutError.reading { () throws(ArchiveError) in try reader.read(into: &buffer) }
    }

    /// Expands the body that begins with `start` while it passes.
    func expand(
        _ start: ArraySlice<UInt8>, _ reader: ArchiveReader, _ arriving: ArrivingBlob,
        _ hasher: BlobHasher
    ) -> Result<LayerExpansion, ArchiveError> {
        var start = start
        do throws(ArchiveError) {
            let bytes = try DecompressedFile(reading: path, limits: limits) {
                chunk throws(ArchiveError) in
                guard start.isEmpty else {
                    let next = start.prefix(chunk.count)
                    chunk.replaceSubrange(0..<next.count, with: next)
                    start = start.dropFirst(next.count)
                    return next.count
                }
                guard arriving.failure == nil else { return 0 }
                let count = try reader.read(into: &chunk)
                arriving.write(chunk, count)
                return count
            }
            return .success(try LayerExpansion(of: bytes, hasher))
        } catch { return .failure(error) }
    }

    // MARK: Layouts

    /// `index.json` with full names, if the archive is a layout.
    func layoutIndex() throws(LayoutError) -> LayoutIndex? {
        guard let layoutFile = documents[MemberName(LayoutFile.name)],
            let bytes = documents[MemberName(LayoutIndex.name)]
        else { return nil }
        try LayoutError.document(LayoutFile.name) { () throws(DocumentError) in
            try LayoutFile.check(layoutFile)
        }
        return try LayoutError.document(LayoutIndex.name) { () throws(DocumentError) in
            try LayoutIndex(parsing: bytes)
        }
    }

    /// What was found when the blob that `descriptor` names passed; nil if it is whole.
    func check(_ descriptor: Descriptor) -> BlobFault? {
        if let size = present[descriptor.digest], size != descriptor.size {
            return .size(expected: descriptor.size, actual: size)
        }
        if let fault = faults[descriptor.digest] { return fault }
        return present[descriptor.digest] == nil ? .missing : nil
    }

    /// Everything that lies among the blobs or was made for them, in the order of digests.
    var stored: [StoredBlob] {
        present.map { StoredBlob(digest: $0.key, size: $0.value) }.sorted { $0.digest < $1.digest }
    }

    /// Names of members that belong to nothing, in byte order.
    var strays: [String] {
        members.compactMap { name, member in
            switch member {
            case .document, .legacy: return nil
            case .blob, .link:
                let text = name.description
                // skopeo links layers to where Docker once had them.
                if case .link = member, text.hasSuffix("/layer.tar") { return nil }
                return used.contains(name) || Digest(blobName: text) != nil ? nil : text
            }
        }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
