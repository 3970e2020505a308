public import Archive
import Encodings
public import Files
public import OCI

/// An archive of images, read in one pass from front to back: a file or a pipe, plain or
/// compressed, an OCI image layout or a docker-archive.
///
/// Every blob was hashed as it passed. Read in place, small ones are held, so that manifests and
/// signatures can be read; of larger ones only the verdict is left. A docker-archive looks like the
/// layout that an import would make of it, digest by digest.
public struct ArchivedLayout: LayoutContent {
    /// Largest blob that is held, in bytes: every manifest fits.
    public static let heldSizeMax = ArchiveBlobs.heldSizeMax

    /// The path as the operator gave it, for messages only.
    public var path: String { intake.path }
    /// The archive's `index.json`, with full names where Docker wrote it; or the one that an import
    /// would make.
    public let index: LayoutIndex
    /// What the archive was found to be.
    public let form: ImportReport.Form
    private let intake: ArchiveIntake

    /// Reads the whole of `file` in place.
    ///
    /// - Throws: `.archive` for a broken archive, `.notALayout` for one without images in it,
    ///   `.importRefused` for a docker-archive that contradicts itself.
    public init(_ file: ReadableFile, limits: ArchiveLimits = ArchiveLimits())
        throws(LayoutError)
    {
        try self.init(ArchiveIntake(file, into: nil, limits: limits))
    }

    /// What the archive is as a whole, whatever of it is wanted. One that is both is taken by its
    /// index, which keeps the registry's digests, unless the index lacks more than platforms: then
    /// `manifest.json` says what is there.
    init(_ intake: ArchiveIntake) throws(LayoutError) {
        guard let layout = try Self(listedBy: intake) else {
            self = try Self(dockerImagesOf: intake)
            return
        }
        if intake.dockerImages != nil {
            let graph = try LayoutGraph(layout)
            if case .lacks = try Wholeness(of: graph.nodes, in: graph, of: layout) {
                self = try Self(dockerImagesOf: intake)
                return
            }
        }
        self = layout
    }

    private init(_ intake: ArchiveIntake, _ index: LayoutIndex, _ form: ImportReport.Form) {
        self.intake = intake
        self.index = index
        self.form = form
    }

    /// The layout that `index.json` describes; nil where there is none, or where Docker says there
    /// that `manifest.json` is what counts.
    init?(listedBy intake: ArchiveIntake) throws(LayoutError) {
        let list = intake.dockerImages
        guard var index = try intake.layoutIndex(), !(index.saysNull && list != nil) else {
            return nil
        }
        if let list {
            let names = list.images.flatMap(\.names)
            index.list(index.entries.map { $0.withFullName(from: names) })
        }
        self.init(intake, index, .ociArchive)
    }

    /// The layout that is made of the images in `manifest.json`.
    init(dockerImagesOf intake: ArchiveIntake) throws(LayoutError) {
        guard let list = intake.dockerImages else { throw .notALayout(path: intake.path) }
        let maker = DockerImage(intake: intake)
        var index = LayoutIndex()
        for image in list.images {
            let manifest = try maker.manifest(of: image)
            for name in image.names {
                var entry = manifest
                entry.referenceName = name
                if let conflict = index.add(entry) {
                    throw .importRefused(.nameGivenTwice(conflict))
                }
            }
            if image.names.isEmpty { _ = index.add(manifest) }
        }
        self.init(intake, index, .dockerArchive)
    }

    /// The blob that `descriptor` names, its size and digest checked as it passed.
    public func read(_ descriptor: Descriptor, limit: Int64) throws(LayoutError) -> [UInt8] {
        let digest = descriptor.digest
        guard descriptor.size <= limit else {
            throw .tooLarge(digest, size: descriptor.size, limit: limit)
        }
        if let fault = check(descriptor) { throw .damaged(digest, fault) }
        guard let bytes = try intake.blobs.read(digest, limit: limit) else {
            throw .notHeld(digest)
        }
        return bytes
    }

    /// What was found when the blob passed; nil if it was whole.
    public func check(_ descriptor: Descriptor) -> BlobFault? { intake.check(descriptor) }

    /// Everything that lies among the blobs, and what a docker-archive's images are made of, in the
    /// order of digests.
    public func blobs() -> [StoredBlob] { intake.stored }

    /// Members that belong to nothing.
    public func strays() -> [String] { intake.strays }
}

extension Descriptor {
    /// Docker's index gives only the tag in `ref.name` and the full name in another annotation.
    /// Its own hub's images are shown without the hub; `names`, of `manifest.json`, says how.
    fileprivate func withFullName(from names: [String]) -> Descriptor {
        guard let full = self[annotation: "io.containerd.image.name"] else { return self }
        var renamed = self
        renamed.referenceName =
            names.first { name in
                ["", "docker.io/", "docker.io/library/"].contains { full == $0 + name }
            } ?? full
        return renamed
    }
}

extension Digest {
    /// The digest that a member called `blobs/ALGORITHM/HEX` claims; nil for any other name.
    init?(blobName name: String) {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "blobs",
            let digest = try? Digest("\(parts[1]):\(parts[2])")
        else { return nil }
        self = digest
    }
}

extension LayoutError {
    /// Runs `body` and gives its errors their place here.
    static func reading<T>(_ body: () throws(ArchiveError) -> T) throws(LayoutError) -> T {
        do throws(ArchiveError) { return try body() } catch {
            if case .file(let error) = error { throw .file(error) }
            throw .archive(error)
        }
    }
}
