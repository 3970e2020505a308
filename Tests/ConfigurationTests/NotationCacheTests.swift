import Configuration
import Encodings
import Files
import TestSupport
import Testing
import X509

@Suite("The cache of stock notation", .enabled(if: VectorFolder.shared.isPresent))
struct NotationCacheTests {
    /// The cases that say which file is to be had at which URL, and have a cache that notation reads.
    private static let cases: [String] = {
        let root = VectorFolder.shared.path("revocation")
        guard let folder = try? FileSystem.real.folder(at: root) else { return [] }
        return ((try? folder.entries()) ?? []).map(\.name).filter {
            FileSystem.real.kind(at: "\(root)/\($0)/cache/crl") == .folder
        }
    }()

    @Test(arguments: cases) func `is written byte for byte as notation has it`(_ name: String)
        throws
    {
        let vectors = VectorFolder.shared
        let map = try vectors.json("revocation/\(name)/map.json").strings()
        let folder = try FileSystem.real.folder(at: vectors.path("revocation/\(name)/cache/crl"))
        var left = Set(try folder.entries().map(\.name))
        for (url, _) in map {
            let file = try NotationCache.fileName(of: url)
            // A delta stands in the file of its base.
            guard left.remove(file) != nil else { continue }
            let bytes = try vectors.bytes("revocation/\(name)/cache/crl/\(file)")
            guard let read = try? RevocationFile(bytes) else {
                // What is no CRL is not written.
                #expect(name.contains("garbage") || name.contains("pem"), "\(name)")
                continue
            }
            #expect(read.isCacheFile)
            let base = try #require(read.lists.first)
            #expect(
                NotationCache.content(base: base, delta: read.lists.dropFirst().first) == bytes)
        }
        #expect(left.isEmpty, "files of other URLs: \(left)")
    }
}
