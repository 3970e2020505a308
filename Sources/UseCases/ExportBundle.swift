internal import BundleFormat
internal import Configuration
internal import Cryptography
public import Encodings
public import Files
public import Notary
public import OCI
internal import OCILayout
public import Sending
internal import Signing
internal import State
public import Trust
internal import X509

/// What to export, and for whom.
public struct ExportBundleRequest: Sendable {
    /// A key that signs the bundle.
    public struct Key: Sendable {
        /// The key.
        public let access: KeyAccess
        /// The PEM file with its chain, leaf to root; nil for the one on its token.
        public let chainPath: String?

        /// The key that `access` reaches, with the chain in the file at `chainPath`.
        public init(_ access: KeyAccess, chainPath: String? = nil) {
            self.access = access
            self.chainPath = chainPath
        }
    }

    /// The layout as it was named, with a tag or digest for single images of it.
    public var references: [String]
    /// Whole layouts are meant only as far as the names of images fit one of these.
    public var patterns: [NamePattern] = []
    /// Further images, each perhaps with a repository of its own.
    public var list: ExportList?
    /// Where the bundle goes: a path that ends in `.tar`, or a folder; nil only for a rehearsal.
    public var target: String?
    /// The site that the bundle is for.
    public var destination: SiteName
    /// The keys that sign the bundle; none for a rehearsal.
    public var keys: [Key] = []
    /// The format of the bundle's signatures.
    public var format = SignatureFormat.jws
    /// The repository of images whose names are no full image names.
    public var scope: RegistryScope?
    /// The repositories of single ones of them.
    public var scopeMap: ScopeMap?
    /// How long it may be received, in seconds.
    public var useBySeconds = ExportRequest.useBySecondsDefault
    /// How long to wait for other runs.
    public var patience: LockPatience = .standard

    /// A request with the defaults as they stand here.
    public init(references: [String], target: String?, destination: SiteName) {
        self.references = references
        self.target = target
        self.destination = destination
    }
}

/// Why a bundle cannot be made by this site.
public enum SiteError: Error, Equatable {
    /// The site has no name: `peer self` gives it one.
    case noName(homePath: String)
    /// What the home keeps makes a capsule that no receiver takes; in bytes.
    case capsuleTooLarge(limit: Int)
    /// The images lie in several layouts, and a bundle is of one.
    case severalLayouts([String])
    /// The destination is this site.
    case ownDestination(SiteName)
}

extension Site {
    /// Writes a bundle with the images of a layout, everything that refers to them, and this
    /// site's trust capsule.
    ///
    /// - Parameters:
    ///   - request: what goes where.
    ///   - announce: called with the bytes of blobs that are about to be read.
    /// - Returns: the report, or why there is no bundle.
    /// - Throws: where home, state, keys or layout cannot be used.
    public func export(
        _ request: ExportBundleRequest, announce: (Int64) -> Void = { _ in }
    ) throws -> ExportOutcome {
        let home = try home()
        if let refusal = try refusal(of: request.destination, home) { return .refused(refusal) }
        let state = try state()
        try state.checkSigningClock(clock.now, tolerance: clockTolerance())
        let wanted = try wanted(request, of: home, capsule: capsule(of: home, state).bytes)
        let exporter = BundleExport(
            in: state, on: files, clock: clock, randomness: randomness,
            patience: request.patience)
        return try exporter.run(
            wanted,
            signers: request.keys.map { key in
                {
                    let signer = try signer(
                        key.access, chain: try chain(at: key.chainPath), state)
                    try state.beginSigning(at: clock.now)
                    return signer
                }
            }, announce: announce)
    }

    /// Finds out what `export` would write, and changes nothing: no key is used, no PIN is asked
    /// for, no number is bound.
    public func rehearse(_ request: ExportBundleRequest) throws -> RehearsalOutcome {
        let home = try home()
        if let refusal = try refusal(of: request.destination, home) { return .refused(refusal) }
        let state = try existingState()
        try state?.checkSigningClock(clock.now, tolerance: clockTolerance())
        // Its counter is given only to a capsule that goes out.
        let wanted = try wanted(request, of: home, capsule: capsule(of: home, counter: 1).bytes)
        return try BundleExport.rehearsal(
            of: wanted, at: request.target, in: state, on: files)
    }

    /// Gives up the unfinished export `number` to `destination`: the number is spent, and every
    /// later bundle says so, with `reason`.
    public func voidExport(_ number: Int64, to destination: SiteName, reason: String) throws
        -> VoidOutcome
    {
        guard let state = try existingState() else { return .refused(.neverExported) }
        return try BundleExport(
            in: state, on: files, clock: clock, randomness: randomness, patience: patience
        ).void(number, to: destination, reason: reason, userName: userName, userID: userID)
    }

    // MARK: Parts

    /// Nothing goes to a site whose keys may be in other hands.
    private func refusal(of destination: SiteName, _ home: Home) throws -> ExportRefusal? {
        guard try home.ownName() != destination else {
            throw SiteError.ownDestination(destination)
        }
        guard let suspension = try home.peer(destination)?.suspension else { return nil }
        return .suspended(destination, since: suspension.since, reason: suspension.reason)
    }

    private func wanted(_ request: ExportBundleRequest, of home: Home, capsule: [UInt8]) throws
        -> ExportRequest
    {
        guard let origin = try home.ownName() else { throw SiteError.noName(homePath: homePath) }
        let named = try request.wishes(in: files)
        var wanted = ExportRequest(
            layout: try Layout(at: named.path, in: files), wishes: named.wishes,
            target: request.target ?? "", origin: origin, destination: request.destination,
            capsule: capsule, signingAgent: agent, userName: userName, userID: userID)
        wanted.scope = request.scope
        wanted.scopeMap = request.scopeMap
        wanted.format = request.format
        wanted.useBySeconds = request.useBySeconds
        return wanted
    }

    /// What this site trusts, for the far side to look at.
    private func capsule(of home: Home, _ state: StateFolder) throws -> TrustCapsule {
        let uncounted = try capsule(of: home, counter: 0)
        if uncounted.isEmpty { return .empty }
        return try capsule(
            of: home, counter: state.capsuleCounter(for: BlobHasher.digest(of: uncounted.bytes)))
    }

    private func capsule(of home: Home, counter: Int64) throws -> TrustCapsule {
        let trust = try home.trustState()
        let evidence = try home.revocationStore().evidence
        let capsule = TrustCapsule(
            counter: counter, policies: trust.policies, stores: trust.stores,
            revocationLists: evidence.lists.map {
                TrustCapsule.List(der: $0.list.der, urls: $0.urls)
            },
            ocspResponses: evidence.responses.map(\.der))
        if capsule.isEmpty { return .empty }
        guard capsule.bytes.count <= TrustCapsule.byteCountMax else {
            throw SiteError.capsuleTooLarge(limit: TrustCapsule.byteCountMax)
        }
        return capsule
    }
}

extension ExportBundleRequest {
    /// The layout that every reference is of, and what of it is meant.
    fileprivate func wishes(in files: FileSystem) throws -> (path: String, wishes: [ExportWish]) {
        let items =
            references.map { (text: $0, repository: RegistryScope?.none) }
            + (list?.items ?? []).map { (text: $0.reference, repository: $0.repository) }
        var paths: [(named: String, absolute: String)] = []
        var wishes: [ExportWish] = []
        for item in items {
            let reference = try Reference(parsing: item.text, in: files)
            let absolute = try files.absolutePath(of: reference.path)
            if !paths.contains(where: { $0.absolute == absolute }) {
                paths.append((reference.path, absolute))
            }
            guard case .only = reference.selector else {
                wishes.append(
                    ExportWish(.image(reference.selector), repository: item.repository))
                continue
            }
            if patterns.isEmpty {
                wishes.append(ExportWish(.everything, repository: item.repository))
            } else {
                wishes += patterns.map { ExportWish(.matching($0), repository: item.repository) }
            }
        }
        guard let path = paths.first, paths.count == 1 else {
            throw SiteError.severalLayouts(paths.map(\.named))
        }
        return (path.named, wishes)
    }
}
