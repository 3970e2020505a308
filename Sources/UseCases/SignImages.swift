internal import Audit
internal import BundleFormat
internal import Cryptography
public import Encodings
public import Files
public import Notary
public import OCI
public import OCILayout
internal import PKCS11
internal import Signing
internal import State
public import X509

/// What to sign, and how.
public struct SignRequest: Sendable {
    /// The images as they were named: layouts with a tag or digest, or whole layouts.
    public var references: [String]
    /// Whether every named image of the layouts is meant.
    public var all = false
    /// What of an index is signed besides the index itself.
    public var recursion = Recursion.none
    /// The key.
    public var key: KeyAccess
    /// The PEM file with the chain, leaf to root.
    public var chainPath: String?
    /// The format of the envelopes.
    public var format = SignatureFormat.jws
    /// The forms of the signature manifests, in the order in which they are written.
    public var forms: [SignatureManifest.WrittenForm] = [.legacy]
    /// What the signatures say besides, by unique names.
    public var metadata: [(name: String, value: String)] = []
    /// How long the signatures count, in seconds; nil for as long as the certificates.
    public var lifetimeSeconds: Int64?
    /// How long to wait for other writers.
    public var patience: LockPatience = .standard

    /// A request with the defaults as they stand here.
    public init(references: [String], key: KeyAccess) {
        self.references = references
        self.key = key
    }
}

/// What a request to sign came to.
public enum SignOutcome: Sendable {
    /// Every image was signed, in the order of the request.
    case signed([ImageSignature])
    /// Nothing was signed: the chain, the key or the times would make signatures that no verifier
    /// accepts.
    case refused(SigningRefusal, CertificateChain, at: Timestamp)
    /// Nothing was signed: this is a bundle, which only `export` signs.
    case refusedBundle(reference: String)
    /// The images of the first layouts were signed; then something went wrong.
    case stopped(after: [ImageSignature], by: any Error)
}

/// A signature that is in the layout.
public struct ImageSignature: Sendable {
    /// The image as it was named.
    public let reference: String
    /// The image.
    public let target: Descriptor
    /// The signature manifests, one for each form that was asked for.
    public let manifests: [Descriptor]
    /// What was signed, as a verifier reads it.
    public let envelope: VerifiedEnvelope
}

extension Site {
    /// Signs images with one login, and lists the signatures in their layouts.
    ///
    /// All signatures of a layout become visible in one step, after their audit records.
    ///
    /// - Returns: the signatures, or why there are none.
    public func sign(_ request: SignRequest) throws -> SignOutcome {
        let state = try state()
        let chain = try chain(at: request.chainPath)
        // Every reference is resolved before anyone is asked for a PIN.
        let layouts = try targets(of: request)
        for layout in layouts {
            for target in layout.targets where target.isBundle {
                return .refusedBundle(reference: target.reference)
            }
        }
        let signer = try signer(request.key, chain: chain, state)
        var signatures: [ImageSignature] = []
        for layout in layouts {
            do {
                switch try sign(layout, request, by: signer, state) {
                case .signed(let made): signatures += made
                case let refusal: return refusal
                }
            } catch  where !signatures.isEmpty {
                return .stopped(after: signatures, by: error)
            }
        }
        return .signed(signatures)
    }

    // MARK: What is to be signed

    private struct Target {
        let reference: String
        let payload: SignaturePayload
        let isBundle: Bool

        var descriptor: Descriptor { payload.targetArtifact.plain }
    }

    /// What is to be signed in one layout, each image once under whatever names.
    private struct LayoutTargets {
        let path: String
        let layout: Layout
        private(set) var targets: [Target] = []
        private var places: [Digest: [Int]] = [:]

        init(path: String, layout: Layout) {
            self.path = path
            self.layout = layout
        }

        mutating func add(_ target: Target) {
            let digest = target.descriptor.digest
            let known = places[digest, default: []].contains {
                targets[$0].descriptor.names(sameContentAs: target.descriptor)
            }
            guard !known else { return }
            places[digest, default: []].append(targets.count)
            targets.append(target)
        }
    }

    private func targets(of request: SignRequest) throws -> [LayoutTargets] {
        var layouts: [LayoutTargets] = []
        for text in request.references {
            let reference = try Reference(parsing: text, in: files)
            let layout = try Layout(at: reference.path, in: files)
            // One layout under two spellings is one layout, and one image needs one signature.
            let path = try files.absolutePath(of: reference.path)
            let place =
                layouts.firstIndex { $0.path == path }
                ?? {
                    layouts.append(LayoutTargets(path: path, layout: layout))
                    return layouts.count - 1
                }()
            for target in try targets(of: reference, text, in: layout, request) {
                layouts[place].add(target)
            }
        }
        return layouts
    }

    private func targets(
        of reference: Reference, _ text: String, in layout: Layout, _ request: SignRequest
    ) throws -> [Target] {
        var named: [(text: String, descriptor: Descriptor)]
        if request.all, case .only = reference.selector {
            named = try LayoutGraph(layout).namedImages.map {
                ("\(reference.path):\($0.name)", $0.descriptor)
            }
        } else {
            let descriptor = try layout.resolve(reference.selector)
            named = [(text, descriptor.plain)]
        }
        for (_, descriptor) in named {
            named += try layout.manifests(in: descriptor, request.recursion).map { manifest in
                ("\(reference.path)@\(manifest.digest)", manifest.plain)
            }
        }
        var targets: [Target] = []
        for (text, descriptor) in named {
            let document = try layout.document(descriptor)
            targets.append(
                Target(
                    reference: text,
                    payload: try Self.payload(descriptor, request.metadata),
                    isBundle: document.artifactType == BundleManifest.artifactType))
        }
        return targets
    }

    /// What is to be signed of an image. Names of our own tell our artifacts from images, so no
    /// image may have them.
    private static func payload(
        _ target: Descriptor, _ metadata: [(name: String, value: String)]
    ) throws(PayloadFailure) -> SignaturePayload {
        for (name, _) in metadata where name.utf8.starts(with: "io.airseal.".utf8) {
            throw .reservedAnnotation(name)
        }
        return try SignaturePayload(target, annotations: metadata)
    }

    // MARK: Signing

    private func sign(
        _ layout: LayoutTargets, _ request: SignRequest, by signer: TokenSigner,
        _ state: StateFolder
    ) throws -> SignOutcome {
        var made: [(target: Target, bytes: [UInt8], envelope: VerifiedEnvelope)] = []
        for target in layout.targets {
            let now = clock.now.wholeSeconds
            let wanted = SignatureRequest(
                payload: target.payload, format: request.format,
                signingTime: now, expiry: request.lifetimeSeconds.map(now.adding(seconds:)),
                signingAgent: agent)
            switch try wanted.signed(by: signer) {
            case .signed(let bytes, let envelope): made.append((target, bytes, envelope))
            case .refused(let refusal):
                return .refused(refusal, signer.chain, at: now)
            }
        }
        let writer = try LayoutWriter(layout.layout, patience: request.patience)
        var signatures: [ImageSignature] = []
        for one in made {
            signatures.append(
                ImageSignature(
                    reference: one.target.reference, target: one.target.descriptor,
                    manifests: try add(one.bytes, one.envelope, one.target, request, writer),
                    envelope: one.envelope))
        }
        try list(signatures, signer, by: writer, state)
        return .signed(signatures)
    }

    /// Adds the blobs of one signature; nothing lists them yet.
    private func add(
        _ bytes: [UInt8], _ verified: VerifiedEnvelope, _ target: Target, _ request: SignRequest,
        _ writer: LayoutWriter
    ) throws(LayoutError) -> [Descriptor] {
        _ = try writer.add(SignatureManifest.configBytes, mediaType: MediaType.empty)
        let envelope = try writer.add(bytes, mediaType: request.format.mediaType)
        var manifests: [Descriptor] = []
        for form in request.forms {
            let manifest = SignatureManifest.bytes(
                form, envelope: envelope, verified: verified, subject: target.descriptor)
            let added = try writer.add(manifest, mediaType: MediaType.imageManifest)
            var listed = Descriptor(
                mediaType: added.mediaType, digest: added.digest, size: added.size,
                artifactType: form == .oci11 ? SignatureManifest.artifactType : nil)
            for annotation in SignatureManifest.annotations(of: verified).members {
                guard case .string(let value) = annotation.value else { continue }
                listed[annotation: annotation.name] = value
            }
            manifests.append(listed)
        }
        return manifests
    }

    private func list(
        _ signatures: [ImageSignature], _ signer: TokenSigner, by writer: LayoutWriter,
        _ state: StateFolder
    ) throws {
        let path = try files.absolutePath(of: writer.layout.path)
        var events: [AuditEvent] = []
        var referrers: [ReferrerAddition.NewReferrer] = []
        for signature in signatures {
            for manifest in signature.manifests {
                referrers.append(
                    ReferrerAddition.NewReferrer(
                        descriptor: manifest, subject: signature.target))
            }
            events.append(event("sign", details(of: signature, signer, layoutPath: path)))
        }
        let change = LayoutChange(layoutPath: path, referrers: referrers, events: events)
        try change.commit(by: writer, in: state, as: OperationID(from: randomness))
    }

    private func details(of signature: ImageSignature, _ signer: TokenSigner, layoutPath: String)
        -> JSONObject
    {
        let leaf = signer.chain.leaf
        return [
            "layout": .string(layoutPath), "reference": .string(signature.reference),
            "digest": .string(signature.target.digest.description),
            "mediaType": .string(signature.target.mediaType),
            "signatures": .array(
                signature.manifests.map { .string($0.digest.description) }),
            "format": .string(signature.envelope.envelope.format.rawValue),
            "signingTime": signature.envelope.attributes.signingTime
                .map { .string($0.description) } ?? .null,
            "expiry": signature.envelope.attributes.expiry
                .map { .string($0.description) } ?? .null,
            "certificate": .string(leaf.sha256Fingerprint),
            "subject": .string(leaf.subject.description),
            "publicKey": .string(Base64.encode(leaf.publicKey.spki)),
            "token": .string(signer.token.serial), "clock": "system",
        ]
    }

    /// An event of this moment, by whoever runs the program.
    func event(_ kind: String, _ details: JSONObject) -> AuditEvent {
        AuditEvent(
            operation: OperationID(from: randomness), kind: kind, time: clock.now,
            userName: userName, userID: userID, details: details)
    }
}
