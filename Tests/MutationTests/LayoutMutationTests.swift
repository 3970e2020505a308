import Cryptography
import Encodings
import Files
import OCI
import OCILayout
import TestSupport
import Testing
import Trust
import X509

/// Any one change of a signed layout is refused, or leaves every byte that counts as it was. What
/// counts is decided by `LayoutBytes`, which knows none of our code.
@Suite struct `A layout with one thing changed` {
    @Test func `is refused or equal where we made it`() throws {
        let box = try Box()
        try Self.fill(try LayoutWriter(Layout.create(at: box.path("l"))))
        try Self.mutate(try MutationSubject(signing: box), Effort.count(test: 100, soak: 3000))
    }

    /// An index of two platforms, an image, and something that refers to the index.
    static func fill(_ writer: LayoutWriter) throws {
        var index = LayoutIndex()
        let images = try (0..<3).map { try image(writer, layer: [UInt8($0), 7, 7]) }
        let platforms = try writer.add(
            ImageIndex(manifests: Array(images.prefix(2))).serialized(),
            mediaType: MediaType.imageIndex)
        for (name, image) in [("v1", platforms), ("v2", images[2])] {
            var entry = image
            entry.referenceName = name
            _ = index.add(entry)
        }
        _ = index.add(try image(writer, layer: [9], subject: platforms))
        try writer.replaceIndex(with: index)
    }

    @Test(
        .enabled("needs umoci and skopeo") {
            (try? await Box().shell("command -v umoci skopeo")) != nil
        })
    func `is refused or equal where other tools made it`() async throws {
        for copy in ["mv u l", "skopeo copy --quiet oci:u:v1 oci:l:v1"] {
            let box = try Box()
            try await box.shell(
                """
                umoci init --layout u && umoci new --image u:v1
                echo text > file && umoci insert --rootless --image u:v1 file /file
                \(copy)
                """)
            try Self.mutate(try MutationSubject(signing: box), Effort.count(test: 30, soak: 1000))
        }
    }

    static let peers = ["notation-1.3.2", "notation-2.0-alpha", "regctl-then-notation"]

    @Test(.enabled(if: SharedReferrers.isPresent), arguments: peers)
    func `is refused or equal where notation signed it`(_ name: String) throws {
        let path = "\(SharedReferrers.root)/\(name)"
        let signer = try Certificate.list(
            TestFiles.bytes("\(SharedReferrers.root)/peer.test.crt"))
        let layout = try Layout(at: path)
        let image = try layout.resolve(.name(try #require(ReferenceName("v1"))))
        let subject = MutationSubject(
            try LayoutBytes(reading: FileSystem.real.folder(at: path)),
            signed: [image.digest.description], root: try #require(signer.first),
            // Within the day for which the test certificate was made.
            time: Timestamp(seconds: 1_795_330_800))
        try Self.mutate(subject, Effort.count(test: 30, soak: 1000))
    }

    // MARK: Parts

    static func image(_ writer: LayoutWriter, layer: [UInt8], subject: Descriptor? = nil) throws
        -> Descriptor
    {
        let config = try writer.add(
            Array(#"{"architecture":"amd64","os":"linux"}"#.utf8), mediaType: MediaType.imageConfig)
        let layer = try writer.add(layer, mediaType: MediaType.layer)
        return try writer.add(
            ImageManifest(config: config, layers: [layer], subject: subject).serialized(),
            mediaType: MediaType.imageManifest)
    }

    static func mutate(_ subject: MutationSubject, _ count: Int) throws {
        let trust = try subject.trust()
        let box = try Box.inMemory()
        // What is not spoilt must pass, or the refusals below tell nothing.
        try subject.original.write(to: "whole", in: box)
        #expect(try subject.verify(box.path("whole"), trust) != nil)
        #expect(try subject.import(box.path("whole"), into: box.path("copy")))
        var refused = 0
        var equal = 0
        for round in 0..<count {
            let mutation = try LayoutMutation(
                of: subject.original, seed: Effort.seed &+ UInt64(round))
            try mutation.layout.write(to: "mutant", in: box)
            for isEqual in [
                try isVerifiedAsSigned(mutation, subject, box.path("mutant"), trust),
                try isImportedAsItIs(mutation, subject, box),
            ] {
                if isEqual { equal += 1 } else { refused += 1 }
            }
            try box.remove("mutant")
            try box.remove("import")
        }
        #expect(refused > equal)
        Effort.report("mutants refused", refused)
        Effort.report("mutants equal in every byte that counts", equal)
    }

    /// False where it is refused. What passes must be what was signed, with all that belongs to it.
    static func isVerifiedAsSigned(
        _ mutation: LayoutMutation, _ subject: MutationSubject, _ path: String,
        _ trust: TrustConfiguration
    ) throws -> Bool {
        guard let target = try subject.verify(path, trust) else { return false }
        let digest = target.digest.description
        #expect(subject.signed.contains(digest), "\(mutation)")
        for path in subject.original.closure(of: digest) {
            let isKept = mutation.layout.files[path] == subject.original.files[path]
            #expect(isKept, "\(path): \(mutation)")
        }
        let manifest = subject.original.files[LayoutBytes.path(digest)] ?? []
        #expect(target.size == Int64(manifest.count), "\(mutation)")
        return true
    }

    /// False where it is refused. What comes must be whole, must be the mutant's own bytes, and an
    /// image that keeps its digest must keep all that belongs to it.
    static func isImportedAsItIs(
        _ mutation: LayoutMutation, _ subject: MutationSubject, _ box: Box
    ) throws -> Bool {
        guard try subject.import(box.path("mutant"), into: box.path("import")) else { return false }
        let came = try LayoutBytes(reading: box.folder("import"))
        #expect(try LayoutCheck(Layout(at: box.path("import"))).isWhole, "\(mutation)")
        for digest in came.digests {
            let path = LayoutBytes.path(digest)
            let isSame = came.files[path] == mutation.layout.files[path]
            #expect(isSame, "\(path): \(mutation)")
            #expect(
                try BlobHasher.digest(
                    of: came.files[path] ?? [], digest.hasPrefix("sha512") ? .sha512 : .sha256
                ).description == digest, "\(mutation)")
        }
        let listed = mutation.layout.files["index.json"] ?? []
        for entry in Self.entries(of: subject.original) where listed.contains(entry.text) {
            for path in subject.original.closure(of: entry.digest) {
                let isKept = came.files[path] == subject.original.files[path]
                #expect(isKept, "\(path): \(mutation)")
            }
        }
        return true
    }

    /// Digests that `index.json` lists, each with the media type before it: an entry under another
    /// type is other content to everybody, and leads nowhere.
    private static func entries(of layout: LayoutBytes) -> [(digest: String, text: [UInt8])] {
        let index = layout.files["index.json"] ?? []
        let pieces = String(decoding: index, as: UTF8.self).split(separator: #""mediaType":""#)
        return pieces.compactMap { piece in
            let parts = piece.split(separator: "\"")
            guard parts.count > 4, parts[2] == "digest" else { return nil }
            return (String(parts[4]), Array(#""\#(parts[0])","digest":"\#(parts[4])""#.utf8))
        }
    }
}

/// Layouts with referrers as other tools write them, beside the repository on machines that have
/// them.
enum SharedReferrers {
    static let root =
        "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        + "/../shared/vectors/referrers"
    static let isPresent = FileSystem.real.kind(at: root) == .folder
}
