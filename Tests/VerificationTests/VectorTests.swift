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

@Suite("Cases of the shared vectors", .enabled(if: SharedVectors.isPresent))
struct VectorTests {
    @Test(arguments: VectorCase.all) func `get the verdict and the failing validation of the case`(
        _ example: VectorCase
    ) throws {
        let actual = try VectorRun(example).verdict()
        let excuse = VectorExcuse.all.first { $0.id == example.id }
        let isAsExpected =
            actual == example.expected || example.alsoAcceptable.contains(actual.verdict)
        if let excuse {
            #expect(!isAsExpected, "the excuse is no longer needed")
            #expect("\(example.expected)" == excuse.expected)
            #expect("\(actual)" == excuse.actual)
            #expect(actual.verdict != "verified" || example.expected.verdict == "verified")
        } else {
            #expect(isAsExpected, "expected \(example.expected), got \(actual)")
        }
    }

    @Test func `every excuse names a case`() {
        let names = Set(VectorCase.all.map(\.id))
        for excuse in VectorExcuse.all {
            #expect(names.contains(excuse.id), "no case \(excuse.id)")
        }
    }
}

/// One entry of `exceptions.json`: where we differ, and why.
struct VectorExcuse: Sendable {
    let id: String
    let expected: String
    let actual: String

    static let all: [VectorExcuse] = {
        do {
            let parts = #filePath.split(separator: "/").dropLast()
            let path = "/" + parts.joined(separator: "/") + "/exceptions.json"
            let bytes = try FileSystem.real.file(at: path).readAll(limit: 1 << 20)
            return try JSONPlace(JSON(parsing: bytes)).array().map { place in
                try place.onlyMembers(["id", "expected", "actual", "reason"])
                _ = try place.member("reason").string()
                return VectorExcuse(
                    id: try place.member("id").string(),
                    expected: try place.member("expected").string(),
                    actual: try place.member("actual").string())
            }
        } catch {
            preconditionFailure("exceptions.json cannot be read: \(error)")
        }
    }()
}

/// Runs one case through the real parts: a home, a layout, the verifier.
struct VectorRun {
    let example: VectorCase

    init(_ example: VectorCase) {
        self.example = example
    }

    func verdict() throws -> VectorVerdict {
        let box = try Box()
        let trust: TrustConfiguration
        do {
            let home = try Home.open(at: home(in: box))
            trust = try home.imageTrust()
        } catch ConfigurationError.policy, ConfigurationError.noPolicy {
            return VectorVerdict(verdict: "invalid-config")
        }
        do {
            let layout = try Layout(at: layout(in: box))
            let target = try layout.resolve(selector())
            let options = VerificationOptions(
                signatureCountMax: example.signatureCountMax ?? Limits.signatureCountMax,
                metadata: example.metadata)
            let verifier = Verifier(
                at: VerificationTime(example.time, from: .replay), options: options)
            let artifact = ArtifactInLayout(
                reference: example.reference, target: target, content: layout,
                graph: try LayoutGraph(layout))
            let outcome = try verifier.verify(
                artifact, as: RegistryScope(example.scope), trust: trust)
            return VectorVerdict(outcome)
        } catch is LayoutError {
            return VectorVerdict(verdict: "refused")
        } catch VerificationError.noApplicableStatement {
            return VectorVerdict(verdict: "refused")
        } catch is RegistryScopeError {
            return VectorVerdict(verdict: "refused")
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
            FileSystem.real.kind(at: SharedVectors.path(stores)) == .folder
        {
            try Self.copy(FileSystem.real.folder(at: SharedVectors.path(stores)), to: home)
            for link in example.links {
                let place = box.path("home") + link.name.dropFirst(stores.utf8.count)
                _ = unsafe unlink(place)
                #expect(unsafe symlink(link.value, place) == 0)
            }
        }
        if let policy = example.policy {
            try box.write(SharedVectors.bytes(policy), to: "home/trustpolicy.oci.json")
        }
        return box.path("home")
    }

    /// The case's layout, or a copy of its base with the case's envelope added.
    private func layout(in box: Box) throws -> String {
        guard let mediaType = example.mediaType, example.kind == .envelope else {
            return SharedVectors.path(example.path)
        }
        let base = SharedVectors.path("layouts/envelope-base")
        try Self.copy(FileSystem.real.folder(at: base), to: box.folder("layout"))
        let envelope = try box.add(SharedVectors.bytes(example.path), mediaType)
        let config = try box.add(
            SignatureManifest.configBytes, SignatureManifest.artifactType)
        let index = try SharedVectors.json("layouts/envelope-base/index.json")
        let entries = try index.member("manifests").array().map { try Descriptor($0) }
        let subject = try #require(
            entries.first { $0.digest.description == example.reference })
        let manifest: JSON = [
            "schemaVersion": 2, "mediaType": .string(MediaType.imageManifest),
            "config": config.json, "layers": [envelope.json], "subject": subject.json,
        ]
        let entry = try box.add(manifest.serialized(), MediaType.imageManifest)
        var document = try index.object()
        document["manifests"] = .array((entries + [entry]).map(\.json))
        try box.write(JSON.object(document).serialized(), to: "layout/index.json")
        return box.path("layout")
    }

    private static func copy(_ source: Folder, to target: Folder) throws {
        for entry in try source.entries() {
            switch entry.kind {
            case .folder: try copy(source.folder(entry.name), to: target.makeFolder(entry.name))
            case .file:
                let bytes = try source.file(entry.name).readAll(limit: 1 << 24)
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
        try write(bytes, to: "layout/blobs/sha256/\(digest.hex)")
        return Descriptor(mediaType: mediaType, digest: digest, size: Int64(bytes.count))
    }
}

extension VectorVerdict {
    /// As the vectors tell it: skipped is verified, and undecided refused. What a signature
    /// manifest, the number of signatures or a missing plugin decides falls under no validation.
    fileprivate init(_ outcome: VerificationOutcome) {
        let report = outcome.report
        switch report.verdict {
        case .skipped: self.init(verdict: "verified")
        case .verified:
            let passing = report.signatures.first { $0.verdict == .verified }
            let warnings = passing?.validations.filter(\.isWarning).map(\.validation.rawValue)
            self.init(verdict: "verified", warnings: Set(warnings ?? []))
        case .refused, .undecided:
            let isLimited = report.refusals.contains { refusal in
                if case .signatureLimit = refusal { true } else { false }
            }
            let failing = report.signatures.flatMap(\.validations)
                .first { $0.isRefusal || $0.isUndecided }
            let isOutside = isLimited || failing?.finding.isOutsideValidations ?? true
            self.init(
                verdict: "refused", failing: isOutside ? nil : failing?.validation.rawValue)
        }
    }
}

extension Finding {
    fileprivate var isOutsideValidations: Bool {
        switch self {
        case .malformedManifest, .unreadable, .pluginMissing: true
        case .broken(let failure): ["B7", "F2"].contains(failure.rule)
        default: false
        }
    }
}
