import Archive
import Cryptography
import Encodings
import Files
import OCI

extension ArchiveIntake {
    /// Reads `manifest.json`, if there is one.
    func readDockerImages() throws(LayoutError) -> DockerImageList? {
        guard let bytes = documents[MemberName(Self.dockerManifest)] else { return nil }
        do throws(DocumentError) { return try DockerImageList(parsing: bytes) } catch {
            throw .importRefused(.malformedManifest(error))
        }
    }

    /// The member that `manifest.json` calls `name`, links followed. It belongs to an image now.
    func member(_ name: String) throws(LayoutError) -> StoredBlob {
        var current = name.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
        // Docker makes chains of one link at most.
        for _ in 0..<8 {
            if let claimed = Digest(blobName: current), let fault = faults[claimed] {
                throw .importRefused(.damaged(claimed, fault))
            }
            let key = MemberName(current)
            used.insert(key)
            switch members[key] {
            case .blob(let stored)?:
                try blobs.claim(stored.digest)
                present[stored.digest] = stored.size
                return stored
            case .link(let target)?:
                guard let next = Self.follow(target, from: current) else {
                    throw .importRefused(.unusableMember(current))
                }
                current = next
            case .document?, .legacy?, nil: throw .importRefused(.missingMember(name))
            }
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

    /// Adds a manifest that was made of the archive's members.
    func add(_ bytes: [UInt8]) throws(LayoutError) -> StoredBlob {
        let stored = try blobs.add(bytes)
        present[stored.digest] = stored.size
        return stored
    }

    /// What the layer `stored` is without its compression.
    ///
    /// - Throws: `.archive` for a damaged compression; `.notHeld` where the archive would have to be
    ///   read again and was a pipe.
    func expansion(of stored: StoredBlob, _ algorithm: Digest.Algorithm) throws(LayoutError)
        -> LayerExpansion
    {
        if algorithm == .sha256, let known = expansions[stored.digest] {
            return try LayoutError.reading { () throws(ArchiveError) in try known.get() }
        }
        let hasher = try LayoutError.hashing { () throws(CryptographyError) in
            try BlobHasher(algorithm)
        }
        if let file = try blobs.file(stored.digest) {
            return try LayoutError.reading { () throws(ArchiveError) in
                try LayerExpansion(of: DecompressedFile(file, limits: limits), hasher)
            }
        }
        guard file.size != nil else { throw .notHeld(stored.digest) }
        return try expandAgain(stored, hasher)
    }

    /// Reads the archive a second time for one member, which must be the same as before.
    private func expandAgain(_ stored: StoredBlob, _ hasher: BlobHasher) throws(LayoutError)
        -> LayerExpansion
    {
        try LayoutError.files { () throws(FileError) in try file.seek(to: 0) }
        let reader = try LayoutError.reading { () throws(ArchiveError) in
            try ArchiveReader(file, limits: limits)
        }
        while let entry = try LayoutError.reading({ () throws(ArchiveError) in
            try reader.next()
        }) {
            guard case .blob(stored)? = members[MemberName(entry.name)], entry.kind == .file else {
                continue
            }
            let arriving = try blobs.begin(size: .max, claimed: stored.digest)
            let expansion = expand([], reader, arriving, hasher)
            var count = 1
            while count > 0 {
                count = try read(reader)
                arriving.write(buffer, count)
            }
            guard try blobs.finish(arriving) == stored else { break }
            return try LayoutError.reading { () throws(ArchiveError) in try expansion.get() }
        }
        throw .file(.changed(path: path))
    }
}
