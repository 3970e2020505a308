public import Encodings
internal import Files
public import Notary
public import OCI
internal import OCILayout
public import X509

/// What became of one image that was to be signed.
public struct ImageSigning: Sendable {
    /// What became of it.
    public enum Outcome: Sendable {
        /// It was signed, and the signature is listed.
        case signed(ListedSignature)
        /// It had a signature already that makes another one needless.
        case skipped(ListedSignature)
        /// It cannot be signed; others can.
        case failed(SigningFailure)
        /// It was not signed yet: the run stopped before, or was a rehearsal.
        case pending
    }

    /// The image as it was named.
    public let reference: String
    /// The image; nil where it was not found.
    public let target: Descriptor?
    /// What became of it.
    public internal(set) var outcome: Outcome
}

/// A signature that a layout lists.
public struct ListedSignature: Sendable {
    /// The signature manifests, one for each form.
    public let manifests: [Digest]
    /// The format of the envelope.
    public let format: SignatureFormat
    /// When it was signed, as the envelope says.
    public let signingTime: Timestamp?
    /// When it ceases to count; nil for never.
    public let expiry: Timestamp?

    init(_ envelope: VerifiedEnvelope, manifests: [Digest]) {
        self.manifests = manifests
        format = envelope.envelope.format
        signingTime = envelope.attributes.signingTime
        expiry = envelope.attributes.expiry
    }
}

/// Why one image cannot be signed.
public enum SigningFailure: Sendable {
    /// It cannot be found or read.
    case unreadable(any Error)
    /// It is a bundle, which only `export` signs.
    case bundle

    /// Whether no later run can mend it.
    public var isRefusal: Bool {
        switch self {
        case .unreadable(let error): error.isDamage
        case .bundle: true
        }
    }
}

/// What a request to sign came to.
public struct SigningReport: Sendable {
    /// Why a run ended before its last image.
    public enum Stop: Sendable {
        /// The chain, the key or the times would make signatures that no verifier accepts.
        case refused(SigningRefusal, CertificateChain, at: Timestamp)
        /// The key, a disk or the record failed.
        case failed(any Error)
        /// Some image cannot be signed, and it was all or nothing.
        case notAll
    }

    /// The key that signed, or would.
    public struct Key: Sendable {
        /// Its certificate.
        public let leaf: Certificate
        /// The file that it came from, where it is a development key; nil for one on a token.
        public let developmentPath: String?
        /// Whether it was opened; a rehearsal, or a run with nothing left to sign, needs its
        /// certificate only.
        public internal(set) var isReached: Bool
    }

    /// Every image, in the order of the request, each once.
    public internal(set) var images: [ImageSigning] = []
    /// Why the run ended early; nil if it did not.
    public internal(set) var stop: Stop?
    /// The key; nil where not even its certificate is known.
    public internal(set) var key: Key?
    /// Whether this run took up one that was interrupted.
    public internal(set) var isResumed = false
    /// Whether nothing was to be done.
    public let isRehearsal: Bool

    /// Whether every image is signed now, or would be.
    public var isComplete: Bool {
        stop == nil
            && !images.contains { image in
                if case .failed = image.outcome { true } else { false }
            }
    }
}
