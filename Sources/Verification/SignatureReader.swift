import Cryptography
import Encodings
import Notary
import OCI
import OCILayout

/// Fetches a signature from a layout. What is missing, damaged or malformed makes this signature
/// fail, and hides no other (rule V5).
struct SignatureReader<Content: LayoutContent> {
    let content: Content
    let chains: ChainMemory

    func read(_ descriptor: Descriptor) throws(VerificationError) -> SignatureReading {
        let manifest: SignatureManifest
        switch try fetch(descriptor, limit: Limits.manifestSizeMax) {
        case .unreadable(let finding): return .failed(nil, finding)
        case .bytes(let bytes):
            switch SignatureManifest.read(bytes) {
            case .notASignature: return .notASignature
            case .malformed(let failure): return .failed(nil, .malformedManifest(failure))
            case .signature(let read): manifest = read
            }
        }
        guard let format = manifest.format else {
            return .failed(nil, .unknownFormat(mediaType: manifest.envelope.mediaType))
        }
        // Rule M5: the configuration's two bytes must be there too.
        if let config = manifest.config,
            case .unreadable(let finding) = try fetch(config, limit: config.size)
        {
            return .failed(format, finding)
        }
        switch try fetch(manifest.envelope, limit: Limits.envelopeSizeMax) {
        case .unreadable(let finding): return .failed(format, finding)
        case .bytes(let bytes):
            let outcome = try VerificationError.hashing { () throws(CryptographyError) in
                try SignatureEnvelope.verify(bytes, format: format, chains: chains)
            }
            switch outcome {
            case .verified(let envelope): return .verified(envelope)
            case .refused(let failure): return .failed(format, .broken(failure))
            }
        }
    }

    /// Reads what the layout could not: a manifest that breaks a rule, or one that is not there.
    ///
    /// - Returns: a signature that failed; nil for what neither its own bytes nor whoever listed it
    ///   call a signature.
    func readFailed(_ descriptor: Descriptor, _ problem: LayoutError) throws(VerificationError)
        -> SignatureReading?
    {
        if case .failed(let format, let finding) = try read(descriptor),
            case .malformedManifest = finding
        {
            return .failed(format, finding)
        }
        guard descriptor.claimsToBeSignature else { return nil }
        return .failed(nil, .unreadable(descriptor.digest, problem))
    }

    private enum Fetched {
        case bytes([UInt8])
        case unreadable(Finding)
    }

    private func fetch(_ descriptor: Descriptor, limit: Int64) throws(VerificationError)
        -> Fetched
    {
        do throws(LayoutError) {
            return .bytes(try content.read(descriptor, limit: limit))
        } catch {
            // Whatever is the signature's own; a disk that fails is nobody's.
            switch error {
            case .damaged, .document, .tooLarge, .notHeld:
                return .unreadable(.unreadable(descriptor.digest, error))
            default: throw .layout(error)
            }
        }
    }
}

/// What a referrer turns out to be.
enum SignatureReading {
    /// Something else (rule M4).
    case notASignature
    /// A signature that fails before its validations begin.
    case failed(SignatureFormat?, Finding)
    /// A signature whose envelope's integrity is proven.
    case verified(VerifiedEnvelope)
}

extension Descriptor {
    /// Whether whoever listed it says that it is a Notary signature: by the artifact type, or by the
    /// annotation that notation gives to nothing else.
    fileprivate var claimsToBeSignature: Bool {
        members["artifactType"] == .string(SignatureManifest.artifactType)
            || self[annotation: SignatureManifest.thumbprintAnnotation] != nil
    }
}
