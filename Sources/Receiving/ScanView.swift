import BundleFormat
import Encodings
import Files
import OCI
import OCILayout
import Processes
import SystemPackage

/// One image as the scanner sees it: a layout with the image, what speaks of it, and nothing else.
///
/// The blobs are second names of those in quarantine, so nothing is copied. The folders belong to us,
/// and the group of the scanner's user may look into them: it can add, change or remove nothing.
final class ScanView {
    /// The layout.
    let folder: Folder
    private let root: Folder
    private let name: String

    /// Makes it in the folder of the layout that `writer` holds: the next writer sweeps what a dead
    /// run leaves.
    init(
        of image: Inventory.Root, _ closure: BundleClosure, _ content: any BundleContent,
        for account: UserAccount, in writer: LayoutWriter
    ) throws(Stop) {
        root = writer.layout.folder
        name = TemporaryName.next(for: "scan")
        let root = root
        let name = name
        folder = try onFiles { () throws(FileError) in
            try root.makeFolder(name, mode: 0o700)
        }
        do throws(Stop) {
            try fill(image, closure, content, for: account)
        } catch {
            remove()
            throw error
        }
    }

    deinit { remove() }

    private func remove() {
        // What stays behind after an error here is swept by the next writer.
        try? root.removeTree(name)
    }

    private func fill(
        _ image: Inventory.Root, _ closure: BundleClosure, _ content: any BundleContent,
        for account: UserAccount
    ) throws(Stop) {
        let parts = closure.parts(of: [image.descriptor])
        var index = LayoutIndex()
        index.list([image.entry] + parts.referrers.map(\.descriptor.withoutRemarks))
        let folder = folder
        let documents = index.serialized()
        let folders = try onFiles { () throws(FileError) -> [(Digest.Algorithm, Folder)] in
            try folder.create(LayoutFile.name).write(LayoutFile.bytes)
            try folder.create(LayoutIndex.name).write(documents)
            let blobs = try folder.makeFolder("blobs", mode: 0o700)
            var made: [(Digest.Algorithm, Folder)] = []
            for algorithm in Digest.Algorithm.allCases
            where parts.digests.contains(where: { $0.algorithm == algorithm }) {
                made.append((algorithm, try blobs.makeFolder(algorithm.rawValue, mode: 0o700)))
            }
            for each in [blobs] + made.map(\.1) { try each.share(with: account.group) }
            return made
        }
        for (algorithm, target) in folders {
            for digest in parts.digests.sorted() where digest.algorithm == algorithm {
                try onLayout { () throws(LayoutError) in try content.link(digest, to: target) }
                try onFiles { () throws(FileError) in try target.checkReadable(digest.hex) }
            }
        }
        try onFiles { () throws(FileError) in
            for name in [LayoutFile.name, LayoutIndex.name] { try folder.checkReadable(name) }
            // Last: nobody sees a view that is not whole.
            try folder.share(with: account.group)
        }
    }
}

/// Runs `body` and gives its errors their place.
private func onFiles<T>(_ body: () throws(FileError) -> T) throws(Stop) -> T {
    do throws(FileError) { return try body() } catch { throw .failed(.layout(.file(error))) }
}

extension Folder {
    /// Refuses a file that others than its owner may not read, because the umask says so.
    fileprivate func checkReadable(_ name: String) throws(FileError) {
        guard try file(name).ownership().mode & 0o004 != 0 else {
            throw .system(call: "open", path: "\(path)/\(name)", errno: .permissionDenied)
        }
    }
}
