internal import Encodings
public import Files
public import Notary
public import OCILayout

/// Why a request to sign is not begun.
public enum SigningPlanError: Error, Equatable {
    /// All or nothing is asked for over several layouts, which become visible one after the other.
    case severalLayouts(count: Int)
}

/// What to sign, and how.
public struct SignRequest: Sendable {
    /// Which standing signatures make another one needless.
    public struct SkipRule: Sendable, Equatable {
        /// How long the standing signature, and its certificate, must still count, in seconds.
        public var remainingSeconds: Int64

        /// Signatures that count for `remainingSeconds` more.
        public init(remainingSeconds: Int64 = 0) {
            self.remainingSeconds = remainingSeconds
        }
    }

    /// The images as they were named: layouts with a tag or digest, or whole layouts.
    public var references: [String]
    /// Further images, each perhaps with metadata and a lifetime of its own.
    public var list: SigningList?
    /// Whether every named image of the layouts is meant.
    public var all = false
    /// What of an index is signed besides the index itself.
    public var recursion = Recursion.none
    /// The key.
    public var key: SigningKeyChoice
    /// The file with the chain, leaf to root; nil where the key's own file holds it.
    public var chainPath: String?
    /// The format of the envelopes.
    public var format = SignatureFormat.jws
    /// The forms of the signature manifests, in the order in which they are written.
    public var forms: [SignatureManifest.WrittenForm] = [.legacy]
    /// What the signatures say besides, by unique names.
    public var metadata: [(name: String, value: String)] = []
    /// How long the signatures count, in seconds; nil for as long as the certificates.
    public var lifetimeSeconds: Int64?
    /// Which images are signed already and left alone; nil for none.
    public var skips: SkipRule?
    /// Whether nothing may become visible unless every image could be signed.
    public var isAllOrNothing = false
    /// Whether to find out what would be done, and do nothing: no key is used and no PIN asked for.
    public var isRehearsal = false
    /// How many signatures become visible in one step, at most.
    public var portionCountMax = 1000
    /// How long to wait for other writers.
    public var patience: LockPatience = .standard

    /// A request with the defaults as they stand here, for a key on a token.
    public init(references: [String], key: KeyAccess) {
        self.init(references: references, key: .token(key))
    }

    /// A request with the defaults as they stand here.
    public init(references: [String], key: SigningKeyChoice) {
        self.references = references
        self.key = key
    }
}
