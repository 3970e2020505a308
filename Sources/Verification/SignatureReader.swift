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

    func read(_ referrer: Referrer) throws(VerificationError) -> SignatureReading {
        let manifest: SignatureManifest
        switch try fetch(referrer.descriptor, limit: Limits.manifestSizeMax) {
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
            switch error {
            case .damaged, .tooLarge: return .unreadable(.unreadable(descriptor.digest, error))
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
