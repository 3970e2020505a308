public import Notary
public import OCI
public import OCILayout

/// An image as its manifests describe it, and what refers to it. Nothing in it was verified.
public struct ImageDescription: Sendable {
    /// What was asked for, as it was named.
    public let reference: String
    /// The manifest or index.
    public let descriptor: Descriptor
    /// What it is made of; nil where it cannot be read.
    public let document: Document?
    /// Notary signatures.
    public let signatures: [SignatureDescription]
    /// Everything else that refers to it.
    public let otherReferrers: [Referrer]
}

/// A signature by its own word: nobody has checked a byte of it.
public struct SignatureDescription: Sendable {
    /// The signature manifest.
    public let manifest: Descriptor
    /// How the layout lists it.
    public let listings: Set<Referrer.Listing>
    /// The envelope.
    public let content: Content

    /// What could be read of the envelope.
    public enum Content: Sendable {
        /// It is well-formed.
        case envelope(SignatureEnvelope)
        /// Its manifest breaks a rule.
        case malformedManifest(SignatureManifestFailure)
        /// The envelope breaks a rule.
        case malformedEnvelope(IntegrityFailure)
        /// The envelope is of a type that is no signature format.
        case unknownFormat(String)
        /// The manifest or the envelope is missing or damaged.
        case unreadable(LayoutError)
        /// It only looks like a signature.
        case notASignature
    }
}

extension Site {
    /// Describes what `reference` names; every image of the layout where it names none.
    public func inspect(_ reference: String) throws -> [ImageDescription] {
        let parsed = try Reference(parsing: reference, in: files)
        return try steadily(parsed) { content in
            let found = try Self.descriptions(of: parsed, reference, in: content)
            return (found, found.allSatisfy { $0.document != nil })
        }
    }

    private static func descriptions(
        of parsed: Reference, _ text: String, in content: some LayoutContent
    ) throws(LayoutError) -> [ImageDescription] {
        let graph = try LayoutGraph(content)
        let targets: [Descriptor]
        if case .only = parsed.selector {
            targets = content.index.entries.filter { !graph.servesOthers($0) }
        } else {
            targets = [try content.resolve(parsed.selector)]
        }
        var descriptions: [ImageDescription] = []
        for target in targets {
            let referrers = graph.referrers(of: target)
            var signatures: [SignatureDescription] = []
            for referrer in referrers where referrer.isNotarySignature {
                signatures.append(
                    SignatureDescription(
                        manifest: referrer.descriptor, listings: referrer.listings,
                        content: try signature(referrer, in: content)))
            }
            descriptions.append(
                ImageDescription(
                    reference: text, descriptor: target, document: graph.node(target)?.document,
                    signatures: signatures,
                    otherReferrers: referrers.filter { !$0.isNotarySignature }))
        }
        return descriptions
    }

    private static func signature(_ referrer: Referrer, in content: some LayoutContent)
        throws(LayoutError) -> SignatureDescription.Content
    {
        do throws(LayoutError) {
            let bytes = try content.read(referrer.descriptor, limit: Limits.manifestSizeMax)
            switch SignatureManifest.read(bytes) {
            case .notASignature: return .notASignature
            case .malformed(let failure): return .malformedManifest(failure)
            case .signature(let manifest):
                guard let format = manifest.format else {
                    return .unknownFormat(manifest.envelope.mediaType)
                }
                let envelope = try content.read(manifest.envelope, limit: Limits.envelopeSizeMax)
                do throws(IntegrityFailure) {
                    return .envelope(try SignatureEnvelope(envelope, format: format))
                } catch { return .malformedEnvelope(error) }
            }
        } catch {
            switch error {
            case .damaged, .tooLarge, .notHeld, .document: return .unreadable(error)
            default: throw error
            }
        }
    }
}
