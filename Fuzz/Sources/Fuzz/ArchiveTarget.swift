import Archive
import Files
import Glibc
import OCI
import OCILayout

/// Both readers of archives of images: the importer, and the one that reads in one pass.
enum ArchiveTarget {
    private static let folder: String = {
        let place = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
        return "\(place)/airseal-fuzz-\(getpid())"
    }()
    /// Small, so that no input takes long; what is beyond them is refused like any other excess.
    private static let limits: ArchiveLimits = {
        var limits = ArchiveLimits()
        limits.entryCountMax = 1000
        limits.byteCountMax = 16 << 20
        limits.expansionFreeByteCount = 1 << 20
        return limits
    }()

    static func feed(_ bytes: [UInt8]) {
        do {
            let root = try FileSystem.real.makeFolder(at: folder)
            // Nothing is brought onto a medium: a fuzzer has no time for that.
            try? root.remove("input")
            try root.create("input").write(bytes)
            let file = try FileSystem.real.file(at: "\(folder)/input")
            let pass = try? ArchivedLayout(file, limits: limits)
            let isImported = try imported()
            // Docker may leave an index that is not whole; its manifest.json counts then.
            if isImported, let pass, (try? LayoutCheck(pass).isWhole) ?? false {
                let layout = try Layout(at: "\(folder)/layout")
                let listed = Set(layout.index.entries.map(\.digest))
                let isSeen = pass.index.entries.allSatisfy { listed.contains($0.digest) }
                precondition(isSeen || pass.index.saysNull, "both readers see the same images")
            }
            if isImported { try root.removeTree("layout") }
        } catch {
            preconditionFailure("\(error)")
        }
    }

    /// Whether the input was taken in; the layout is whole then.
    private static func imported() throws -> Bool {
        let layout = try Layout.create(at: "\(folder)/layout")
        var options = LayoutImport.Options()
        options.limits = limits
        guard
            case .imported? = try? LayoutImport.run(
                ImportSource(at: "\(folder)/input"), into: layout, options: options)
        else {
            precondition(layout.index.entries.isEmpty, "a refusal changes nothing")
            return false
        }
        let check = try LayoutCheck(Layout(at: "\(folder)/layout"))
        precondition(check.isWhole, "what was imported is whole")
        return true
    }
}
