import Archive
import Audit
import Configuration
import Encodings
import Files
import Notary
import OCI
import OCILayout
import PKCS11
import Sending
import State
import TestSupport
import TestTokens
import Trust
import UseCases
import X509

/// Two sites and the air between them, in a folder that can be set back to any state. TEST ONLY.
///
///     low/home low/state low/layout    signs and sends
///     media                            goes across
///     high/home high/state high/layout receives
///     source source.tar                images to import
final class World: Sendable {
    static let low = "low"
    static let high = "high"
    /// Every layout that a verb may change.
    static let layouts = ["low/layout", "low/fresh", "high/layout"]

    /// Removes it with the last user.
    private let box: Box?
    let root: String

    /// An empty one, in memory where the machine has such a file system.
    init() throws {
        let box = try Box(in: FileSystem.real.kind(at: "/dev/shm") == .folder ? "/dev/shm" : "/tmp")
        self.box = box
        root = box.root
        for folder in ["low", "high", "media"] { try box.folder(folder) }
    }

    /// The one of another process, which keeps it.
    init(at root: String) {
        box = nil
        self.root = root
    }

    func path(_ name: String) -> String { "\(root)/\(name)" }

    func remove(_ name: String) throws {
        let (folder, name) = try FileSystem.real.place(of: path(name))
        try folder.removeTree(name)
    }

    func write(_ bytes: [UInt8], to path: String) throws {
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        let folder = try FileSystem.real.makeFolder(at: self.path(String(path[..<slash])))
        try folder.replace(String(path[path.index(after: slash)...]), with: bytes)
    }

    /// What is there now.
    func tree() throws -> Tree { try Tree(reading: FileSystem.real.folder(at: root)) }

    /// Makes it what `tree` says.
    func restore(_ tree: Tree) throws {
        let folder = try FileSystem.real.folder(at: root)
        for entry in try folder.entries() { try folder.removeTree(entry.name) }
        try tree.write(into: folder)
    }

    // MARK: Sites

    /// Within the validity of every certificate made here.
    static let now = Timestamp(seconds: 1_795_392_000)

    /// One side, as a run of the program sees it.
    func site(_ side: String, on files: FileSystem = .real) -> Site {
        Site(
            files: files, clock: Clock { World.now }, randomness: .system,
            homePath: path("\(side)/home"), statePath: path("\(side)/state"), userName: "u",
            userID: 1, agent: "test/1")
    }

    /// Opens states that a run has restored and not brought to their place: whoever comes next does.
    func settleStates() throws {
        for side in [World.low, World.high] {
            let path = path("\(side)/state")
            guard StateFolder.isUnsettled(at: path, in: .real) else { continue }
            _ = try StateFolder(at: path, in: .real)
        }
    }

    /// Makes the home and the state of both sides, and a layout with two images on the low one.
    func populate() throws {
        let anchor = try Token.chain.root
        for side in [World.low, World.high] {
            try site(side).nameSelf(SiteName("\(side)-side"))
            try write(
                Array(anchor.pem.utf8), to: "\(side)/home/truststore/x509/ca/main/root.pem")
            try write(Self.policy(for: "*").serialized(), to: "\(side)/home/trustpolicy.oci.json")
        }
        try enrol(anchors: [anchor], repositories: ["registry.test"], at: site(World.high))
        try addImage("registry.test/app:v1", layer: [1, 2, 3], to: "low/layout")
        try addImage("registry.test/app:v2", layer: [4, 5], to: "low/layout")
        try write(Array(Token.chain.pem.utf8), to: "low/chain.pem")
        try write(Array(Token.secondChain.pem.utf8), to: "low/second-chain.pem")
    }

    /// Enrols the low side.
    func enrol(
        anchors: [Certificate], repositories: [String],
        permissions: Set<Peer.Permission> = [.bundles], at site: Site
    ) throws {
        let enrolment = PeerEnrolment(
            try SiteName("low-side"), anchors: anchors, identities: ["*"],
            repositories: repositories, permissions: permissions)
        _ = try site.enrol(site.plan(enrolment))
    }

    /// A policy for one repository, or for all.
    static func policy(for scope: String) -> JSON {
        [
            "version": "1.0",
            "trustPolicies": [
                [
                    "name": "all", "registryScopes": [.string(scope)],
                    "signatureVerification": ["level": "strict"], "trustStores": ["ca:main"],
                    "trustedIdentities": ["*"],
                ]
            ],
        ]
    }

    // MARK: Content

    /// Adds an image of one layer to a layout, and a remark on it if asked.
    func addImage(_ name: String, layer: [UInt8], to layout: String, withRemark: Bool = false)
        throws
    {
        let writer = try LayoutWriter(Layout.create(at: path(layout)))
        let config = try writer.add(
            Array(#"{"architecture":"amd64","os":"linux"}"#.utf8),
            mediaType: MediaType.imageConfig)
        func image(_ layer: [UInt8], of subject: Descriptor?) throws -> Descriptor {
            let layer = try writer.add(layer, mediaType: MediaType.layer)
            return try writer.add(
                ImageManifest(config: config, layers: [layer], subject: subject).serialized(),
                mediaType: MediaType.imageManifest)
        }
        var entry = try image(layer, of: nil)
        let target = entry
        entry.referenceName = name
        var index = writer.layout.index
        _ = index.add(entry)
        try writer.replaceIndex(with: index)
        guard withRemark else { return }
        let addition = try ReferrerAddition(
            [.init(descriptor: try image([9] + layer, of: target), subject: target)],
            to: writer.layout)
        for blob in addition.fallbacks {
            _ = try writer.add(blob.bytes, mediaType: blob.descriptor.mediaType)
        }
        try writer.replaceIndex(with: addition.index)
    }

    /// Packs a layout into an archive.
    func pack(_ layout: String, as name: String) throws {
        let (folder, name) = try FileSystem.real.place(of: path(name))
        let writer = try ArchiveWriter(folder.create(name))
        func add(_ tree: Tree, _ name: String) throws {
            switch tree {
            case .file(let bytes): try writer.add(name, bytes)
            case .folder(let inner):
                for (below, tree) in inner.sorted(by: { $0.key > $1.key }) {
                    try add(tree, name.isEmpty ? below : "\(name)/\(below)")
                }
            }
        }
        try add(Tree(reading: FileSystem.real.folder(at: path(layout))), "")
        try writer.finish()
    }

    // MARK: Requests

    func signing(_ references: [String], all: Bool = false) throws -> SignRequest {
        var request = SignRequest(
            references: references.map(path), key: try Token.access(Token.label))
        request.all = all
        request.chainPath = path("low/chain.pem")
        return request
    }

    func exporting(_ references: [String], to target: String, withSecondKey: Bool = false) throws
        -> ExportBundleRequest
    {
        var request = ExportBundleRequest(
            references: references.map(path), target: path(target),
            destination: try SiteName("high-side"))
        request.keys = [
            ExportBundleRequest.Key(
                try Token.access(Token.label), chainPath: path("low/chain.pem"))
        ]
        if withSecondKey {
            request.keys.append(
                ExportBundleRequest.Key(
                    try Token.access(Token.secondLabel),
                    chainPath: path("low/second-chain.pem")))
        }
        return request
    }
}

/// The token and the key of the low side, made once for the run.
enum Token {
    static let isAvailable = TestToken.isAvailable
    static let label = "signer"
    static let secondLabel = "second"

    struct Missing: Error {}

    private static let made: Result<(TestToken, [CertificateChain]), any Error> = Result {
        guard let token = TestToken.take() else { throw Missing() }
        let world = try World()
        let chains = try [label, secondLabel].map { label in
            try world.site(World.low).generateTestKey(
                .p256, access(label, on: token), chainPath: world.path("low/\(label).pem"),
                days: 30
            ).chain
        }
        return (token, chains)
    }

    static var chain: CertificateChain { get throws { try made.get().1[0] } }
    static var secondChain: CertificateChain { get throws { try made.get().1[1] } }

    /// The key called `label`, its PIN typed by nobody.
    static func access(_ label: String) throws -> KeyAccess {
        try access(label, on: made.get().0)
    }

    private static func access(_ label: String, on token: TestToken) throws -> KeyAccess {
        try KeyAccess(uri: token.uri("object=\(label)")) { _ in
            var digits = Array("1234".utf8).makeIterator()
            return try? Secret(nextByte: { digits.next() })
        }
    }
}
