import Audit
import Configuration
import Encodings
import Files
import OCI
import OCILayout
import State
import Trust
import UseCases
import X509

/// What the world says to those who ask, apart from what is different each time: signatures have
/// other digests, streams other names.
struct Facts: Equatable, CustomStringConvertible {
    /// One image of a layout.
    struct Image: Equatable {
        let name: String
        let digest: Digest
        let signatureCount: Int
        let otherReferrerCount: Int
    }

    /// Images of each layout that lists any.
    var layouts: [String: [Image]] = [:]
    /// What stands on the medium under a finished name.
    var media: [String] = []
    /// What each side's record says that happened, how often, without what was taken back.
    var records: [String: Int] = [:]
    /// The name that the low side gave itself.
    var ownName: SiteName?
    /// Whom the low side trusts: each store with the certificates of its files, and the policy for
    /// images.
    var trust: [String] = []
    /// Whom the high side trusts.
    var highTrust: [String] = []
    /// What the low side wrote for stock notation.
    var exported: [String] = []
    /// What the low side keeps about revocation, with where it is from.
    var evidence: [String] = []
    /// The low side's floors.
    var floors = Floors.none
    /// What the low side wrote about revocation for stock notation.
    var cached: [String] = []
    /// The peers of the high side that can be read, each with what it may speak for, the number of
    /// its anchors, and whether it is suspended.
    var peers: [String] = []
    /// The number of the low side's next bundle, whether it is bound, and how many are void.
    var next: Int64 = 0
    var isBound = false
    var voidCount = 0
    /// The mark of the high side; nil where the origin is not enrolled.
    var mark: Int64?
    /// The low side's backups of its state.
    var backups: [String] = []
    /// The numbers that wait on the high side.
    var held: [Int64] = []
    /// What lies in the quarantine of the high side, and whether it is closed.
    var quarantine: [String] = []
    /// The chains of throwaway keys.
    var chains: [String] = []
    /// Whether the low side's layout holds a blob that nothing needs.
    var isLittered = false
    /// Whether every tool sees every referrer in the low side's layout.
    var isListed = true

    var description: String {
        let layouts = layouts.sorted { $0.key < $1.key }.map { path, images in
            let images = images.map { image in
                "\(image.name) \(image.signatureCount)+\(image.otherReferrerCount)"
            }
            return "\(path): \(images.joined(separator: ", "))"
        }
        let records = records.sorted { $0.key < $1.key }.map { "\($0) \($1)" }
        return """
            \(layouts) media \(media) records \(records) \
            trust \(trust) high trust \(highTrust) exported \(exported) evidence \(evidence) \
            floors \(floors) cached \(cached) self \(ownName?.text ?? "-") \
            peers \(peers) \
            next \(next) bound \(isBound) voids \(voidCount) mark \(mark.map(String.init) ?? "-") \
            held \(held) quarantine \(quarantine) backups \(backups) \
            chains \(chains) littered \(isLittered) listed \(isListed)
            """
    }

    init(of world: World) throws {
        try world.settleStates()
        for path in World.layouts {
            guard let listing = try? world.site(World.low).list(world.path(path)),
                !listing.images.isEmpty
            else { continue }
            layouts[path] = listing.images.map { image in
                Image(
                    name: image.entry.referenceName ?? "", digest: image.entry.digest,
                    signatureCount: image.signatureCount,
                    otherReferrerCount: image.otherReferrerCount)
            }
        }
        media = try FileSystem.real.folder(at: world.path("media")).entries().map(\.name)
            .filter { !TemporaryName.matches($0) }
        for side in [World.low, World.high] {
            // A bundle that is refused a second time changes nothing else, and a change that failed is
            // told beside what stands.
            for record in try Record.standing(in: world, side)
            where !["receive-refused", "incomplete"].contains(record.event.kind) {
                records["\(side) \(record.event.kind)", default: 0] += 1
            }
        }
        let files = FileSystem.real
        if files.kind(at: world.path("low/home")) != nil {
            let home = try Home.open(at: world.path("low/home"))
            ownName = try home.ownName()
            trust = try Self.trust(in: home)
            evidence = try Self.evidence(in: home)
        }
        if files.kind(at: world.path("high/home")) != nil {
            let home = try Home.open(at: world.path("high/home"))
            peers = try home.peerNames().compactMap { try home.peer($0) }.map { peer in
                "\(peer.name) \(peer.repositories.map(\.text)) "
                    + "\(peer.anchors.certificates.count) \(peer.isSuspended)"
            }
            highTrust = try Self.trust(in: home)
        }
        if files.kind(at: world.path("low/notation")) == .folder {
            exported = try Tree(reading: files.folder(at: world.path("low/notation"))).paths
                .filter { !TemporaryName.matches($0) }.sorted()
        }
        if files.kind(at: world.path("low/cache")) == .folder {
            // Folders without files say nothing.
            cached = try Tree(reading: files.folder(at: world.path("low/cache"))).paths
                .filter { path in
                    let name = path.split(separator: "/").last.map(String.init) ?? ""
                    return !path.hasSuffix("/") && !TemporaryName.matches(name)
                }.sorted()
        }
        if files.kind(at: world.path("low/state")) == .folder {
            floors = try StateFolder(at: world.path("low/state"), in: files).floors()
            // When the last signature was made is another time in each world.
            floors.lastSigning = nil
        }
        if let sending = try state(world.path("low/state/sending/high-side/state.json")) {
            next = try sending.member("next").integer()
            isBound = try sending.member("pending").value != .null
            voidCount = try sending.member("voids").array().count
        }
        mark = try state(world.path("high/state/receiving/low-side/state.json"))?
            .member("sequence").integer()
        backups = try files.folder(at: world.path("low")).entries().map(\.name)
            .filter { $0.hasSuffix(".tar") && !TemporaryName.matches($0) }
        if files.kind(at: world.path("high/state")) != nil {
            held = try StateFolder(at: world.path("high/state"), in: files).heldBundles()
                .map(\.sequence)
        }
        if let layout = try? Layout(at: world.path("high/layout")) {
            quarantine = try LayoutQuarantine(of: layout).entries().map { entry in
                "\(entry.name.split(separator: "-").prefix(3)) \(entry.note != nil)"
            }
        }
        chains = try files.folder(at: world.path("low")).entries().map(\.name)
            .filter { $0.hasSuffix(".pem") && !TemporaryName.matches($0) }
    }

    /// A store without certificates is trusted for nothing, as one that is not there.
    private static func trust(in home: Home) throws -> [String] {
        var trust = try home.trustStoreNames().names.sorted().flatMap { name in
            try home.trustStoreContent(name).get().files.map { file in
                let certificates = file.certificates.map(\.sha256Fingerprint)
                return "\(name) \(file.name) \(certificates)"
            }
        }
        if let policy = try? home.imagePolicy() { trust.append("\(try policy.digest())") }
        return trust
    }

    private static func evidence(in home: Home) throws -> [String] {
        let evidence = try home.revocationStore().evidence
        return evidence.lists.map { "\($0.list.digest) \($0.urls.sorted())" }
            + evidence.responses.map { "\($0.digest)" }
    }

    /// Adds what only those verbs change that tidy layouts up; others may leave the one or the
    /// other when they are cut short.
    mutating func addTidiness(of world: World) throws {
        let layout = try Layout(at: world.path("low/layout"))
        isLittered = try !LayoutPruning(of: layout, .init()).blobs.isEmpty
        isListed = try LayoutRepair(of: layout, adopting: false).changes.isEmpty
    }

    private func state(_ path: String) throws -> JSONPlace? {
        guard FileSystem.real.kind(at: path) != nil else { return nil }
        let bytes = try FileSystem.real.file(at: path).readAll(limit: 1 << 20)
        return JSONPlace(try JSON(parsing: bytes))
    }
}

/// What the audit record of one side says.
enum Record {
    struct Broken: Error {
        let verdict: AuditVerdict
    }

    /// Every record that was not taken back. The chain must hold.
    static func standing(in world: World, _ side: String) throws -> [AuditRecord] {
        let path = world.path("\(side)/state")
        guard FileSystem.real.kind(at: path) == .folder else { return [] }
        var records: [AuditRecord] = []
        let log = AuditLog(in: try FileSystem.real.folder(at: path))
        let verdict = try log.verify { records.append($0) }
        guard case .intact = verdict else { throw Broken(verdict: verdict) }
        let withdrawn = Set(
            records.compactMap { record -> String? in
                guard record.event.kind == "withdrawn",
                    case .string(let operation)? = record.event.details["operation"]
                else { return nil }
                return operation
            })
        return records.filter {
            $0.event.kind != "withdrawn" && !withdrawn.contains($0.event.operation.text)
        }
    }
}
