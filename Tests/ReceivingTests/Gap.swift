import BundleFormat
import Configuration
import Cryptography
import Encodings
import Files
import Notary
import OCI
import OCILayout
import Receiving
import Sending
import State
import TestSupport
import Testing
import Trust
import X509

/// Two sites and the air between them, in a temporary folder. TEST ONLY.
final class Gap {
    /// Within the validity of every certificate made here.
    static let now = Timestamp(seconds: 1_795_392_000)
    static let low = try? SiteName("low")
    static let high = try? SiteName("high")

    let box: Box
    let origin: SiteName
    let destination: SiteName
    /// Signs bundles.
    let bundler: SoftwareSigner
    /// Signs images; the bundle's receiver does not know it as a sender.
    let imager: SoftwareSigner
    private(set) var images: [String: Descriptor] = [:]

    init() throws {
        box = try Box()
        origin = try SiteName("low")
        destination = try SiteName("high")
        bundler = try Gap.signer(.ec256)
        imager = try Gap.signer(.ec384)
        try box.folder("media")
        try box.folder("home")
        try setHome()
        try State.StateFolder(at: box.path("high-state"), in: .real)
            .receiving(from: origin).enrol()
    }

    private static func signer(_ spec: KeySpec) throws -> SoftwareSigner {
        try SoftwareSigner(spec)
    }

    var home: Home { get throws { try Home.open(at: box.path("home")) } }

    /// Enrols the origin and writes the policy.
    func setHome(
        anchor: Certificate? = nil, identities: [String] = ["*"],
        repositories: [String] = ["registry.test"],
        permissions: Set<Peer.Permission> = [.bundles], isSuspended: Bool = false,
        level: String = "strict"
    ) throws {
        let home = try home
        try home.setOwnName(destination)
        let root = try #require(bundler.chain.certificates.last)
        try home.setPeer(
            try Peer(
                name: origin, anchors: TrustedCertificates([anchor ?? root], for: .ca),
                identities: TrustedIdentities(identities),
                repositories: repositories.map { try RepositoryPrefix($0) },
                permissions: permissions,
                suspension: isSuspended ? Peer.Suspension(since: Gap.now, reason: "a test") : nil))
        let imageRoot = try #require(imager.chain.certificates.last)
        try box.write(imageRoot.der, to: "home/truststore/x509/ca/main/root.crt")
        let policy: JSON = [
            "version": "1.0",
            "trustPolicies": [
                [
                    "name": "all", "registryScopes": ["*"],
                    "signatureVerification": ["level": .string(level)],
                    "trustStores": ["ca:main"], "trustedIdentities": ["*"],
                ]
            ],
        ]
        try box.write(policy.serialized(), to: "home/trustpolicy.oci.json")
    }

    // MARK: The sender's images

    /// Adds an image of one platform under `name` to the sender's layout, signed or not.
    @discardableResult
    func addImage(
        _ name: String?, layer: [UInt8] = [1, 2, 3], isSigned: Bool = true,
        artifactType: String? = nil
    ) throws -> Descriptor {
        let writer = try LayoutWriter(Layout.create(at: box.path("low-layout")))
        let image = try Self.image(writer, layer: layer, artifactType: artifactType)
        return try list(image, name, isSigned: isSigned, by: writer)
    }

    /// Adds an index of two platforms.
    @discardableResult
    func addIndex(_ name: String) throws -> Descriptor {
        let writer = try LayoutWriter(Layout.create(at: box.path("low-layout")))
        let children = [
            try Self.image(writer, layer: [7]), try Self.image(writer, layer: [8, 8]),
        ]
        let index = try writer.add(
            ImageIndex(manifests: children).serialized(), mediaType: MediaType.imageIndex)
        return try list(index, name, isSigned: true, by: writer)
    }

    private func list(
        _ image: Descriptor, _ name: String?, isSigned: Bool, by writer: LayoutWriter
    ) throws -> Descriptor {
        var entry = image
        entry.referenceName = name
        var index = writer.layout.index
        _ = index.add(entry, replace: true)
        try writer.replaceIndex(with: index)
        if isSigned { try sign(image, by: imager, writer) }
        return image
    }

    private static func image(
        _ writer: LayoutWriter, layer: [UInt8], artifactType: String? = nil
    ) throws -> Descriptor {
        let config = try writer.add(
            Array("{\"layer\":\(layer.count)}".utf8), mediaType: MediaType.imageConfig)
        let layer = try writer.add(layer, mediaType: MediaType.layer)
        return try writer.add(
            ImageManifest(config: config, layers: [layer], artifactType: artifactType)
                .serialized(), mediaType: MediaType.imageManifest)
    }

    /// Signs `image` in the layout that `writer` holds.
    func sign(
        _ image: Descriptor, by signer: SoftwareSigner, _ writer: LayoutWriter,
        metadata: [(name: String, value: String)] = []
    ) throws {
        let request = SignatureRequest(
            payload: try SignaturePayload(image, annotations: metadata), format: .jws,
            signingTime: Self.now.adding(seconds: -1000), signingAgent: "test")
        guard case .signed(let bytes, let verified) = try request.signed(by: signer) else {
            throw Unsigned()
        }
        _ = try writer.add(SignatureManifest.configBytes, mediaType: MediaType.empty)
        let envelope = try writer.add(bytes, mediaType: SignatureFormat.jws.mediaType)
        let manifest = try writer.add(
            SignatureManifest.bytes(
                .legacy, envelope: envelope, verified: verified, subject: image),
            mediaType: MediaType.imageManifest)
        let addition = try ReferrerAddition(
            [.init(descriptor: manifest, subject: image)], to: writer.layout)
        for blob in addition.fallbacks {
            _ = try writer.add(blob.bytes, mediaType: blob.descriptor.mediaType)
        }
        try writer.replaceIndex(with: addition.index)
    }

    struct Unsigned: Error {}

    // MARK: Across

    func request(_ target: String, _ change: (inout ExportRequest) -> Void = { _ in }) throws
        -> ExportRequest
    {
        var request = ExportRequest(
            layout: try Layout(at: box.path("low-layout")), target: box.path(target),
            origin: origin, destination: destination, signingAgent: "test", userName: "u",
            userID: 1)
        change(&request)
        return request
    }

    func exporting(on files: FileSystem = .real, at time: Timestamp = Gap.now, seed: UInt8? = nil)
        throws -> BundleExport
    {
        BundleExport(
            in: try StateFolder(at: box.path("low-state"), in: files), on: files,
            clock: Clock { time }, randomness: seed.map(Gap.randomness) ?? .system, patience: .brief
        )
    }

    /// Predictable, and never the same twice.
    static func randomness(_ seed: UInt8) -> Randomness {
        let counter = Counter(seed)
        return Randomness { count in counter.bytes(count) }
    }

    @discardableResult
    func export(
        _ target: String, on files: FileSystem = .real, at time: Timestamp = Gap.now,
        by signer: SoftwareSigner? = nil, _ change: (inout ExportRequest) -> Void = { _ in }
    ) throws -> ExportOutcome {
        try exporting(on: files, at: time).run(
            request(target, change), signer: { signer ?? self.bundler })
    }

    func void(_ number: Int64) throws -> VoidOutcome {
        try exporting().void(
            number, to: destination, reason: "lost", userName: "u", userID: 1)
    }

    func receive(
        _ source: String, into layout: String = "high-layout", on files: FileSystem = .real,
        at time: Timestamp = Gap.now, replacesNames: Bool = false,
        _ change: (inout ReceiveRequest) -> Void = { _ in }
    ) throws -> ReceiveOutcome {
        let reception = BundleReception(
            by: try home, in: try StateFolder(at: box.path("high-state"), in: files), on: files,
            clock: Clock { time }, randomness: .system, patience: .brief)
        var request = ReceiveRequest(
            source: box.path(source), into: box.path(layout), replacesNames: replacesNames,
            userName: "u", userID: 1)
        change(&request)
        return try reception.run(request)
    }

    func release(
        _ choice: ReleaseRequest.Choice = .next, on files: FileSystem = .real,
        at time: Timestamp = Gap.now, _ change: (inout ReleaseRequest) -> Void = { _ in }
    ) throws -> ReceiveOutcome {
        let release = HeldRelease(
            by: try home, in: try StateFolder(at: box.path("high-state"), in: files), on: files,
            clock: Clock { time }, randomness: .system, patience: .brief)
        var request = ReleaseRequest(
            choice, from: box.path("high-layout"), userName: "u", userID: 1)
        change(&request)
        return try release.run(request)
    }

    /// Has a bundle wait.
    @discardableResult
    func hold(_ source: String) throws -> ReceiveReport {
        let outcome = try receive(source) { $0.purpose = .hold }
        guard case .held(let report) = outcome else { throw Unexpected(what: "\(outcome)") }
        return report
    }

    /// Everything of the high side, byte for byte.
    func highSide() throws -> [String: [UInt8]] {
        var found: [String: [UInt8]] = [:]
        func read(_ folder: Folder, _ path: String) throws {
            for entry in try folder.entries() {
                let name = "\(path)/\(entry.name)"
                if entry.kind == .folder {
                    found[name] = []
                    try read(folder.folder(entry), name)
                } else {
                    found[name] = try folder.file(entry).readAll(limit: 1 << 24)
                }
            }
        }
        for name in ["home", "high-state", "high-layout"]
        where FileSystem.real.kind(at: box.path(name)) != nil {
            try read(FileSystem.real.folder(at: box.path(name)), name)
        }
        return found
    }

    func mark() throws -> ReceivingState {
        try StateFolder(at: box.path("high-state"), in: .real).receiving(from: origin).state()
    }

    func highLayout() throws -> Layout { try Layout(at: box.path("high-layout")) }
}

extension BundleExport {
    /// With one signature.
    func run(_ request: ExportRequest, signer: @escaping () throws -> SoftwareSigner) throws
        -> ExportOutcome
    {
        try run(request, signers: [{ try signer() }])
    }
}

extension ExportRequest {
    /// The one image that is asked for.
    var selector: Selector? {
        get {
            guard case .image(let selector)? = wishes.first?.subject else { return nil }
            return selector
        }
        set { wishes = [ExportWish(newValue.map { .image($0) } ?? .everything)] }
    }
}

extension ExportOutcome {
    var report: ExportReport {
        get throws {
            guard case .exported(let report) = self else { throw Unexpected(what: "\(self)") }
            return report
        }
    }

    var refusal: ExportRefusal? {
        guard case .refused(let refusal) = self else { return nil }
        return refusal
    }
}

extension ReceiveOutcome {
    var report: ReceiveReport {
        get throws {
            guard case .released(let report) = self else { throw Unexpected(what: "\(self)") }
            return report
        }
    }

    /// Whether its number was closed without a release.
    var isRejected: Bool {
        guard case .rejected = self else { return false }
        return true
    }

    /// The word for programs; nil where nothing was refused.
    var code: String? {
        guard case .refused(let refusal, _) = self else { return nil }
        return refusal.code
    }
}

struct Unexpected: Error {
    let what: String
}
