import Configuration
import Cryptography
import Encodings
import Files
import Glibc
import Notary
import OCI
import OCILayout
import TestSupport
import Testing
import Trust
import Verification
import X509

/// Runs one case through the real parts: a home, a layout, the verifier.
struct VectorRun {
    let example: VectorCase
    /// Whether what is at hand about revocation is taken from notation's cache.
    let fromCache: Bool

    init(_ example: VectorCase, fromCache: Bool = false) {
        self.example = example
        self.fromCache = fromCache
    }

    func outcome() throws -> VectorOutcome {
        let box = try Box.inMemory()
        let trust: TrustConfiguration
        do {
            let home = try Home.open(at: home(in: box))
            trust = try home.imageTrust()
        } catch ConfigurationError.policy(_, let error) {
            return VectorOutcome("invalid-config", rule: error.rule, reason: "\(error)")
        } catch ConfigurationError.noPolicy {
            return VectorOutcome("invalid-config", rule: nil, reason: "noPolicy")
        }
        do {
            let layout = try Layout(at: layout(in: box))
            let target = try layout.resolve(selector())
            let options = VerificationOptions(
                signatureCountMax: example.signatureCountMax ?? Limits.signatureCountMax,
                metadata: example.metadata)
            let verifier = Verifier(
                at: VerificationTime(example.time, from: .replay), options: options,
                revocation: RevocationCheck(
                    evidence: trust.evidence, rules: trust.settings.revocation,
                    floors: RevocationFloors()))
            let artifact = ArtifactInLayout(
                reference: example.reference, target: target, content: layout,
                graph: try LayoutGraph(layout))
            return VectorOutcome(
                try verifier.verify(artifact, as: RegistryScope(example.scope), trust: trust))
        } catch let error as LayoutError {
            return VectorOutcome("refused", rule: nil, reason: "\(error)")
        } catch let error as VerificationError {
            guard case .noApplicableStatement = error else { throw error }
            return VectorOutcome("refused", rule: "Y16", reason: "\(error)")
        } catch let error as RegistryScopeError {
            return VectorOutcome("refused", rule: "Y12", reason: "\(error)")
        }
    }

    private func selector() throws -> Selector {
        if let digest = try? Digest(example.reference) { return .digest(digest) }
        return .name(try #require(ReferenceName(example.reference)))
    }

    /// A home of the case's own: its stores copied, its links made anew.
    private func home(in box: Box) throws -> String {
        let home = try box.folder("home")
        // A store without files has no folder here: the vectors were kept where none can be empty.
        if let stores = example.trustStores,
            FileSystem.real.kind(at: example.folder.path(stores)) == .folder
        {
            try Self.copy(FileSystem.real.folder(at: example.folder.path(stores)), to: home)
            for link in example.links {
                let place = box.path("home") + link.name.dropFirst(stores.utf8.count)
                _ = unsafe unlink(place)
                #expect(unsafe symlink(link.value, place) == 0)
            }
        }
        if let policy = example.policy {
            try box.write(example.folder.bytes(policy), to: "home/trustpolicy.oci.json")
        }
        try addRevocation(to: Home.open(at: box.path("home")))
        return box.path("home")
    }

    /// What `revocation add FILE --url URL` does with each file of the case.
    private func addRevocation(to home: Home) throws {
        guard let folder = example.revocation else { return }
        let writer = try HomeWriter(home)
        for (url, name) in try example.revocationFiles() {
            let cached = "cache/crl/\(Hex.encode(try SignatureHash.sha256.hash(Array(url.utf8))))"
            // The cache has deltas in the file of their base, and none of their own.
            let path = "\(folder)/\(fromCache ? cached : name)"
            guard !fromCache || FileSystem.real.kind(at: example.folder.path(path)) == .file
            else { continue }
            let bytes = try example.folder.bytes(path)
            // What is neither a list nor a response is refused, and so is not at hand.
            guard let file = try? RevocationFile(bytes) else { continue }
            try writer.add(
                RevocationEvidence(
                    lists: file.lists.map { list in
                        let isOfURL = !(file.isCacheFile && list.isDelta)
                        return RevocationEvidence.List(list: list, urls: isOfURL ? [url] : [])
                    }, responses: file.responses))
        }
    }

    // MARK: Layouts

    /// The case's layout as it lies there, or put together from its base and what the case adds.
    private func layout(in box: Box) throws -> String {
        if example.isNested { return try nestedLayout(in: box) }
        guard let base = example.base else { return example.folder.path(example.path) }
        try copy(base, to: box.folder("layout"))
        if example.kind == .envelope {
            try addEnvelope(in: box)
        } else if example.path != base {
            try copy(example.path, to: box.folder("layout"))
        }
        for digest in example.absent {
            try box.remove("layout/blobs/sha256/\(digest.dropFirst("sha256:".utf8.count))")
        }
        return box.path("layout")
    }

    private func addEnvelope(in box: Box) throws {
        let envelope = try box.add(
            example.folder.bytes(example.path), #require(example.mediaType))
        let config = try box.add(
            SignatureManifest.configBytes, SignatureManifest.artifactType)
        let index = JSONPlace(try JSON(parsing: box.read("layout/index.json")))
        let entries = try index.member("manifests").array().map { try Descriptor($0) }
        let subject = try #require(
            entries.first { $0.digest.description == example.reference })
        let manifest: JSON = [
            "schemaVersion": 2, "mediaType": .string(MediaType.imageManifest),
            "config": config.json, "layers": [envelope.json], "subject": subject.plain.json,
        ]
        let entry = try box.add(manifest.serialized(), MediaType.imageManifest)
        try box.writeIndex(entries + [entry])
    }

    /// A signed image beside 10,000 indexes, each with nothing in it but the next.
    private func nestedLayout(in box: Box) throws -> String {
        try copy("layouts/k-target", to: box.folder("layout"))
        let index = JSONPlace(try JSON(parsing: box.read("layout/index.json")))
        let entries = try index.member("manifests").array().map { try Descriptor($0) }
        var inner = try #require(entries.first)
        for _ in 0..<10_000 {
            let document: JSON = ["schemaVersion": 2, "manifests": [inner.plain.json]]
            inner = try box.add(document.serialized(), MediaType.imageIndex)
        }
        inner[annotation: Annotation.referenceName] = "deep"
        try box.writeIndex(entries + [inner])
        return box.path("layout")
    }

    private func copy(_ path: String, to target: Folder) throws {
        try Self.copy(FileSystem.real.folder(at: example.folder.path(path)), to: target)
    }

    private static func copy(_ source: Folder, to target: Folder) throws {
        for entry in try source.entries() {
            switch entry.kind {
            case .folder: try copy(source.folder(entry.name), to: target.makeFolder(entry.name))
            case .file:
                let bytes = try source.file(entry.name).readAll(limit: 1 << 24)
                if try target.kind(of: entry.name) != nil { try target.remove(entry.name) }
                try target.create(entry.name).write(bytes)
            case .other: break
            }
        }
    }
}

extension Box {
    /// Puts a blob into the layout in this box.
    fileprivate func add(_ bytes: [UInt8], _ mediaType: String) throws -> Descriptor {
        let digest = try BlobHasher.digest(of: bytes)
        let folder = try folder("layout/blobs/sha256")
        if try folder.kind(of: digest.hex) == nil { try folder.create(digest.hex).write(bytes) }
        return Descriptor(mediaType: mediaType, digest: digest, size: Int64(bytes.count))
    }

    fileprivate func writeIndex(_ entries: [Descriptor]) throws {
        let index: JSON = ["schemaVersion": 2, "manifests": .array(entries.map(\.json))]
        try write(index.serialized(), to: "layout/index.json")
    }
}
