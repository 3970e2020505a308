import Cryptography
import Encodings
import Notary
import OCI
import OCILayout
import Trust

extension Finding {
    /// The fact in words, for the report's `reason`. Not stable: programs read `type`, `result` and
    /// `rule`.
    public var text: String {
        switch self {
        case .intact: "the signature is by the leaf of its chain"
        case .malformedManifest(let failure): "the signature manifest is malformed: \(failure)"
        case .unreadable(let digest, let error): "\(digest) cannot be read: \(error.fact)"
        case .unknownFormat(let mediaType): "the envelope's media type is \(mediaType)"
        case .broken(let failure): "the envelope breaks rule \(failure.rule): \(failure.reason)"
        case .pluginMissing(let name): "the signature asks for the plugin \(name)"
        case .keySpecNotAllowed(let spec):
            "this site takes no signatures of \(spec.rawValue) keys"
        case .trusted(let anchor): "trusted by the certificate \(anchor)"
        case .noTrustStore(let type): "the policy lists no trust store of type \(type.rawValue)"
        case .unusableTrustStore(let name, let fault):
            "the trust store \(name) cannot be used: \(fault)"
        case .untrustedChain(let root):
            "no trust store holds a certificate of the chain, whose root is \(root)"
        case .noUsableIdentity: "the policy names no signer by x509.subject"
        case .otherIdentity(let subject): "the policy does not name the signer \(subject)"
        case .expiryMissing: "the signature has no expiry, and this site wants one"
        case .withoutExpiry: "the signature has no expiry"
        case .unexpired(let until): "the signature expires at \(until)"
        case .expired(let expiry): "the signature expired at \(expiry)"
        case .validAt(let time): "every certificate is valid at \(time)"
        case .invalidAt(let time, let subject, let notBefore, let notAfter):
            "\(subject) is valid from \(notBefore) to \(notAfter), and not at \(time)"
        case .signedInFuture(let time):
            "the signing authority vouches for \(time), which has not come yet"
        case .timestampMissing: "the policy asks for a timestamp, and there is none"
        case .timestampUnjudged: "the timestamp was not judged: this version cannot"
        case .noRevocationSource: "no certificate names a revocation source"
        case .revocationUnknown(let subject, let sources):
            "\(subject) names \(sources.isEmpty ? "a revocation source" : sources.list), "
                + "and nothing from there is at hand"
        case .payloadMatches: "the payload names the artifact"
        case .malformedPayload(let failure): "the payload is malformed: \(failure)"
        case .otherPayload(let mediaType, let digest, let size):
            "the payload names \(digest) (\(mediaType), \(size) bytes)"
        case .metadataPresent: "the metadata asked for is there"
        case .metadataMissing(let name): "the metadata lacks \(name)"
        case .otherMetadata(let name): "the metadata has another value for \(name)"
        case .otherPurpose: "the signature was made for a bundle, and no image"
        case .notAsked: "the policy skips this validation"
        }
    }
}

extension [String] {
    fileprivate var list: String { joined(separator: " and ") }
}

extension ContentReport.Reason {
    /// The fact in words. Not stable.
    public var text: String {
        switch self {
        case .blob(let fault): fault.fact
        case .document(let error): error.fact
        }
    }
}

extension LayoutError {
    /// What is wrong, without the digest, which stands beside it.
    fileprivate var fact: String {
        switch self {
        case .damaged(_, let fault): fault.fact
        case .tooLarge(_, let size, let limit): "\(size) bytes, more than \(limit)"
        case .document(_, let error): "malformed: \(error)"
        case .nestedTooDeep: "more levels of indexes than \(Limits.indexNestingMax)"
        default: "\(self)"
        }
    }
}

extension BlobFault {
    fileprivate var fact: String {
        switch self {
        case .missing: "missing"
        case .notAFile: "not a file"
        case .size(let expected, let actual): "\(actual) bytes instead of \(expected)"
        case .digest(let actual): "its bytes have the digest \(actual)"
        }
    }
}
