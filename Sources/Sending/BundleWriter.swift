import Archive
import BundleFormat
import Encodings
import Files
import OCI
import OCILayout

/// Writes a bundle under an unfinished name, each blob hashed on its way.
struct BundleWriter {
    let parts: ExportParts
    let layout: Layout

    /// Why the writing stopped.
    enum Failure: Error {
        /// The layout does not hold what it should; nothing is wrong with the target.
        case content(Digest, LayoutError)
        case error(SendingError)
    }

    /// Every blob in its order.
    private var order: [Inventory.Blob] {
        BundleOrder.blobs(
            heads: parts.heads.map {
                Inventory.Blob(digest: $0.descriptor.digest, size: $0.descriptor.size)
            }, content: parts.inventory.blobs)
    }

    private var files: [(name: String, bytes: [UInt8])] {
        [(LayoutFile.name, LayoutFile.bytes), (LayoutIndex.name, parts.index)]
    }

    /// Writes the bundle to `name` in `folder`; it is on the medium when this returns.
    func write(_ name: String, in folder: Folder, as form: ExportRequest.Form) throws(Failure) {
        switch form {
        case .tar: try writeTar(name, in: folder)
        case .folder: try writeFolder(name, in: folder)
        }
    }

    private func writeTar(_ name: String, in folder: Folder) throws(Failure) {
        let file = try onDisk { () throws(FileError) in try folder.create(name) }
        let writer = try inArchive { () throws(ArchiveError) in
            let writer = try ArchiveWriter(file)
            for (name, bytes) in files { try writer.add(name, bytes) }
            return writer
        }
        try eachBlob { (digest, size) throws(Failure) in
            try inArchive { () throws(ArchiveError) in
                try writer.begin("blobs/\(digest.algorithm.rawValue)/\(digest.hex)", size: size)
            }
        } write: { chunk throws(Failure) in
            try inArchive { () throws(ArchiveError) in try writer.write(chunk) }
        } end: { () throws(Failure) in
        }
        try inArchive { () throws(ArchiveError) in try writer.finish() }
        try onDisk { () throws(FileError) in try file.synchronise() }
    }

    private func writeFolder(_ name: String, in folder: Folder) throws(Failure) {
        let root = try onDisk { () throws(FileError) in
            let root = try folder.makeFolder(name)
            for (name, bytes) in files {
                let file = try root.create(name)
                try file.write(bytes)
                try file.synchronise()
            }
            return root
        }
        let blobs = try onDisk { () throws(FileError) in try root.makeFolder("blobs") }
        var folders: [Digest.Algorithm: Folder] = [:]
        var file: WritableFile?
        try eachBlob { (digest, _) throws(Failure) in
            let algorithm = digest.algorithm
            // A folder that is there already is opened.
            let target = try onDisk { () throws(FileError) in
                try blobs.makeFolder(algorithm.rawValue)
            }
            folders[algorithm] = target
            file = try onDisk { () throws(FileError) in try target.create(digest.hex) }
        } write: { chunk throws(Failure) in
            do throws(FileError) { try file?.write(chunk) } catch { throw .error(.file(error)) }
        } end: { () throws(Failure) in
            try onDisk { () throws(FileError) in try file?.synchronise() }
        }
        try onDisk { () throws(FileError) in
            for target in folders.values { try target.synchronise() }
            try blobs.synchronise()
            try root.synchronise()
        }
    }

    /// Hands out the blobs one after the other: our own from memory, the images' from the layout.
    private func eachBlob(
        begin: (Digest, Int64) throws(Failure) -> Void,
        write: (Span<UInt8>) throws(Failure) -> Void, end: () throws(Failure) -> Void
    ) throws(Failure) {
        var heads: [Digest: [UInt8]] = [:]
        for head in parts.heads { heads[head.descriptor.digest] = head.bytes }
        for blob in order {
            try begin(blob.digest, blob.size)
            if let bytes = heads[blob.digest] {
                if !bytes.isEmpty { try write(bytes.span) }
            } else {
                try copy(blob, write)
            }
            try end()
        }
    }

    private func copy(
        _ blob: Inventory.Blob, _ write: (Span<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        // Only digest and size count here.
        let descriptor = Descriptor(
            mediaType: MediaType.layer, digest: blob.digest, size: blob.size)
        // What the target says must not be taken for what the layout says.
        var failure: Failure?
        do throws(LayoutError) {
            try layout.stream(descriptor) { chunk throws(LayoutError) in
                do throws(Failure) { try write(chunk) } catch {
                    failure = error
                    throw .damaged(blob.digest, .missing)
                }
            }
        } catch {
            if let failure { throw failure }
            switch error {
            case .damaged, .file(.changed): throw .content(blob.digest, error)
            default: throw .error(.layout(error))
            }
        }
    }

    private func onDisk<T>(_ body: () throws(FileError) -> T) throws(Failure) -> T {
        do throws(FileError) { return try body() } catch { throw .error(.file(error)) }
    }

    private func inArchive<T>(_ body: () throws(ArchiveError) -> T) throws(Failure) -> T {
        do throws(ArchiveError) { return try body() } catch {
            if case .file(let error) = error { throw .error(.file(error)) }
            throw .error(.archive(error))
        }
    }
}
