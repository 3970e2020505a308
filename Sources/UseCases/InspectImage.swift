public import Notary
public import OCI
public import OCILayout
public import X509

/// An image as its manifests describe it, and what refers to it. Nothing in it was verified.
public struct ImageDescription: Sendable {
    /// What was asked for, as it was named.
    public let reference: String
    /// The layout or archive that holds it.
    public let path: String
    /// The manifest or index.
    public let descriptor: Descriptor
    /// What it is made of; nil where it cannot be read.
    public let document: Document?
    /// The first Notary signatures, as many as were asked for.
    public let signatures: [SignatureDescription]
    /// How many more there are.
    public let unexaminedSignatureCount: Int
    /// Everything else that refers to it.
    public let otherReferrers: [Referrer]
}

/// A signature by its own word: nobody has checked a byte of it.
public struct SignatureDescription: Sendable {
    /// The signature manifest.
    public let manifest: Descriptor
    /// The envelope.
    public let content: Content

    /// What could be read of the envelope.
    public enum Content: Sendable {
        /// It is well-formed.
        case readable(ReadableSignature)
        /// Its manifest breaks a rule.
        case malformedManifest(SignatureManifestFailure)
        /// The envelope breaks a rule.
        case malformedEnvelope(IntegrityFailure)
        /// What was signed is no payload.
        case malformedPayload(PayloadFailure)
        /// A certificate in the envelope cannot be read.
        case malformedCertificate(position: Int, CertificateError)
        /// The envelope is of a type that is no signature format.
        case unknownFormat(String)
        /// The manifest or the envelope is missing or damaged.
        case unreadable(LayoutError)
    }

    /// Whether everything in the signature could be read.
    public var isReadable: Bool { if case .readable = content { true } else { false } }
}

/// A well-formed envelope with all that is inside it read, and nothing verified.
public struct ReadableSignature: Sendable {
    /// The envelope.
    public let envelope: SignatureEnvelope
    /// What was signed.
    public let payload: SignaturePayload
    /// The certificates, in the order in which they stand.
    public let certificates: [Certificate]
    /// The time-stamp token; nil where there is none.
    public let timestamp: TimestampDescription?
}

/// A time-stamp token by its own word.
public enum TimestampDescription: Sendable {
    /// It is well-formed, and over the signature that carries it.
    case token(UnverifiedTimestampToken)
    /// It is not.
    case malformed(TimestampTokenError)
}

extension Site {
    /// Describes what `reference` names; every image of the layout where it names none.
    ///
    /// - Parameters:
    ///   - reference: a layout or archive, and what in it.
    ///   - signatureCountMax: how many signatures of an image are looked at.
    /// - Returns: the images, in the order of the layout.
    /// - Throws: where the layout or archive cannot be read, or holds no such image.
    public func inspect(
        _ reference: String, signatureCountMax: Int = Limits.signatureCountMax
    ) throws -> [ImageDescription] {
        let inspection = Inspection(
            reference: reference, parsed: try Reference(parsing: reference, in: files),
            signatureCountMax: signatureCountMax)
        return try steadily(inspection.parsed) { content in
            let found = try inspection.images(in: content)
            return (found, found.allSatisfy { $0.document != nil && $0.isReadable })
        }
    }
}

extension Site {
    /// Describes one image that `content` holds.
    func describe(
        _ target: Descriptor, in content: any LayoutContent, reference: String, path: String,
        signatureCountMax: Int
    ) throws -> ImageDescription {
        let inspection = Inspection(
            reference: reference, parsed: Reference(path: path, selector: .only),
            signatureCountMax: signatureCountMax)
        return try inspection.image(target, in: content)
    }
}

extension ImageDescription {
    /// Whether every signature that was looked at could be read.
    public var isReadable: Bool { signatures.allSatisfy(\.isReadable) }
}

/// One reference and how much of it is looked at.
private struct Inspection {
    let reference: String
    let parsed: Reference
    let signatureCountMax: Int

    func images(in content: some LayoutContent) throws(LayoutError) -> [ImageDescription] {
        let graph = try LayoutGraph(content)
        let targets: [Descriptor]
        if case .only = parsed.selector {
            targets = content.index.entries.filter { !graph.servesOthers($0) }
        } else {
            targets = [try content.resolve(parsed.selector)]
        }
        var images: [ImageDescription] = []
        for target in targets { images.append(try image(target, in: content, graph)) }
        return images
    }

    func image(_ target: Descriptor, in content: some LayoutContent) throws(LayoutError)
        -> ImageDescription
    {
        try image(target, in: content, LayoutGraph(content))
    }

    private func image(
        _ target: Descriptor, in content: some LayoutContent, _ graph: LayoutGraph
    ) throws(LayoutError) -> ImageDescription {
        var signatures: [SignatureDescription] = []
        var unexaminedCount = 0
        var others: [Referrer] = []
        for referrer in graph.referrers(of: target) {
            guard referrer.isNotarySignature else {
                others.append(referrer)
                continue
            }
            guard signatures.count < signatureCountMax else {
                unexaminedCount += 1
                continue
            }
            if let found = try signature(referrer.descriptor, in: content) {
                signatures.append(
                    SignatureDescription(manifest: referrer.descriptor, content: found))
            } else {
                others.append(referrer)
            }
        }
        for (manifest, _) in graph.unreadableReferrers(of: target) {
            guard let found = try signature(manifest, in: content) else { continue }
            guard signatures.count < signatureCountMax else {
                unexaminedCount += 1
                continue
            }
            signatures.append(SignatureDescription(manifest: manifest, content: found))
        }
        return ImageDescription(
            reference: reference, path: parsed.path, descriptor: target,
            document: graph.node(target)?.document, signatures: signatures,
            unexaminedSignatureCount: unexaminedCount, otherReferrers: others)
    }

    /// Nil for what only looks like a signature (rule M4).
    private func signature(_ descriptor: Descriptor, in content: some LayoutContent)
        throws(LayoutError) -> SignatureDescription.Content?
    {
        do throws(LayoutError) {
            let bytes = try content.read(descriptor, limit: Limits.manifestSizeMax)
            switch SignatureManifest.read(bytes) {
            case .notASignature: return nil
            case .malformed(let failure): return .malformedManifest(failure)
            case .signature(let manifest):
                guard let format = manifest.format else {
                    return .unknownFormat(manifest.envelope.mediaType)
                }
                let envelope = try content.read(manifest.envelope, limit: Limits.envelopeSizeMax)
                return SignatureDescription.Content(envelope, format)
            }
        } catch {
            switch error {
            case .damaged, .tooLarge, .notHeld, .document: return .unreadable(error)
            default: throw error
            }
        }
    }
}

extension SignatureDescription.Content {
    /// Reads an envelope and everything in it.
    fileprivate init(_ bytes: [UInt8], _ format: SignatureFormat) {
        let envelope: SignatureEnvelope
        do throws(IntegrityFailure) {
            envelope = try SignatureEnvelope(bytes, format: format)
        } catch {
            self = .malformedEnvelope(error)
            return
        }
        let payload: SignaturePayload
        do throws(PayloadFailure) {
            payload = try SignaturePayload(parsing: envelope.payload)
        } catch {
            self = .malformedPayload(error)
            return
        }
        var certificates: [Certificate] = []
        for (position, der) in envelope.certificates.enumerated() {
            do throws(CertificateError) { certificates.append(try Certificate(der: der)) } catch {
                self = .malformedCertificate(position: position, error)
                return
            }
        }
        self = .readable(
            ReadableSignature(
                envelope: envelope, payload: payload, certificates: certificates,
                timestamp: TimestampDescription(envelope)))
    }
}

extension TimestampDescription {
    /// Nil where the envelope has no token.
    fileprivate init?(_ envelope: SignatureEnvelope) {
        guard let token = envelope.timestampSignature else { return nil }
        do throws(TimestampTokenError) {
            self = .token(try UnverifiedTimestampToken(token, over: envelope.signature))
        } catch {
            self = .malformed(error)
        }
    }
}
