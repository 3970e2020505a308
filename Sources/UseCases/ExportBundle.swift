internal import Audit
internal import Configuration
internal import Cryptography
public import Encodings
public import Files
public import Notary
internal import OCILayout
public import Sending
internal import Signing
internal import State
public import Trust
internal import X509

/// What to export, and for whom.
public struct ExportBundleRequest: Sendable {
    /// The layout as it was named, with a tag or digest for one image only.
    public var reference: String
    /// Where the bundle goes: a path that ends in `.tar`, or a folder.
    public var target: String
    /// The site that the bundle is for.
    public var destination: SiteName
    /// The key that signs the bundle.
    public var key: KeyAccess
    /// The PEM file with its chain, leaf to root.
    public var chainPath: String?
    /// The format of the bundle's signature.
    public var format = SignatureFormat.jws
    /// The repository of images whose names are no full image names.
    public var scope: RegistryScope?
    /// How long it may be received, in seconds.
    public var useBySeconds = ExportRequest.useBySecondsDefault
    /// How long to wait for other runs.
    public var patience: LockPatience = .standard

    /// A request with the defaults as they stand here.
    public init(reference: String, target: String, destination: SiteName, key: KeyAccess) {
        self.reference = reference
        self.target = target
        self.destination = destination
        self.key = key
    }
}

/// Why a bundle cannot be made by this site.
public enum SiteError: Error, Equatable {
    /// The site has no name: `peer self` gives it one.
    case noName(homePath: String)
    /// What the home keeps makes a capsule that no receiver takes; in bytes.
    case capsuleTooLarge(limit: Int)
    /// The number is not that of an unfinished export; which one is, if any.
    case notPending(Int64, SiteName, pending: Int64?)
}

extension Site {
    /// Writes a bundle with the images of a layout, everything that refers to them, and this
    /// site's trust capsule.
    public func export(_ request: ExportBundleRequest) throws -> ExportOutcome {
        let home = try home()
        guard let origin = try home.ownName() else { throw SiteError.noName(homePath: homePath) }
        let state = try state()
        try state.checkSigningClock(clock.now, tolerance: clockTolerance())
        let reference = try Reference(parsing: request.reference, in: files)
        let layout = try Layout(at: reference.path, in: files)
        var wanted = ExportRequest(
            layout: layout, target: request.target, origin: origin,
            destination: request.destination, capsule: try capsule(of: home, state).bytes,
            signingAgent: agent, userName: userName, userID: userID)
        if reference.selector != .only { wanted.selector = reference.selector }
        wanted.scope = request.scope
        wanted.format = request.format
        wanted.useBySeconds = request.useBySeconds
        let exporter = BundleExport(
            in: state, on: files, clock: clock, randomness: randomness,
            patience: request.patience)
        return try exporter.run(
            wanted,
            signer: {
                let signer = try signer(
                    request.key, chain: try chain(at: request.chainPath), state)
                try state.beginSigning(at: clock.now)
                return signer
            })
    }

    /// Gives up the unfinished export `number` to `destination`: the number is spent, and every
    /// later bundle says so, with `reason`.
    ///
    /// - Returns: where the bundle was written, if the record says that it was: it may have left.
    /// - Throws: `.notPending` when another number, or none, is unfinished.
    public func voidExport(_ number: Int64, to destination: SiteName, reason: String) throws
        -> String?
    {
        let state = try state()
        let pending = try state.sending(to: destination, randomness).state().pending
        guard let pending, pending.sequence == number else {
            throw SiteError.notPending(number, destination, pending: pending?.sequence)
        }
        var target: String?
        _ = try state.audit.verify { record in
            guard record.event.kind == "export",
                record.event.details["bundle"] == .string(pending.bundle.description),
                case .string(let path)? = record.event.details["target"]
            else { return }
            target = path
        }
        _ = try BundleExport(in: state, on: files, clock: clock, randomness: randomness)
            .void(destination, reason: reason, userName: userName, userID: userID)
        return target
    }

    /// What this site trusts, for the far side to look at.
    private func capsule(of home: Home, _ state: StateFolder) throws -> TrustCapsule {
        let trust = try home.trustState()
        let evidence = try home.revocationStore().evidence
        func capsule(_ counter: Int64) -> TrustCapsule {
            TrustCapsule(
                counter: counter, policies: trust.policies, stores: trust.stores,
                revocationLists: evidence.lists.map(\.list.der),
                ocspResponses: evidence.responses.map(\.der))
        }
        let uncounted = capsule(0)
        if uncounted.isEmpty { return .empty }
        let counter = try state.capsuleCounter(for: BlobHasher.digest(of: uncounted.bytes))
        let counted = capsule(counter)
        guard counted.bytes.count <= TrustCapsule.byteCountMax else {
            throw SiteError.capsuleTooLarge(limit: TrustCapsule.byteCountMax)
        }
        return counted
    }
}
