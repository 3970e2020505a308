public import Audit
public import Encodings
import Files
public import OCI
public import OCILayout

/// A change that becomes visible in a layout and must not do so without its place in the audit
/// record: signatures, and the release of a bundle with its mark.
///
/// Every blob that the new entries lead to is in the layout before `commit`. From then on the
/// journal holds what is needed to carry the steps out again, so a kill leaves the old state, or one
/// that `recover` completes.
public struct LayoutChange: Sendable {
    /// The absolute path of the layout.
    public let layoutPath: String
    /// Entries to list, with their names.
    public let entries: [Descriptor]
    /// Whether a name may be taken from other content.
    public let replacesNames: Bool
    /// Manifests that speak of others, to be listed as referrers.
    public let referrers: [ReferrerAddition.NewReferrer]
    /// What the audit record says of it, one event for each decision.
    public let events: [AuditEvent]
    /// The mark that moves with it; nil where no bundle is received.
    public let mark: ReceivingMark?
    /// What becomes of a bundle's folder in quarantine; nil where none is concerned.
    public let quarantine: QuarantineChange?

    /// A bundle that was taken from an origin.
    public struct ReceivingMark: Sendable, Equatable {
        /// The site that the bundle came from.
        public let origin: SiteName
        /// Its stream.
        public let stream: StreamID
        /// Its number.
        public let sequence: Int64
        /// The digest of its manifest.
        public let bundle: Digest
        /// The stream that is left for its own, because an operator said so; nil for none.
        public let formerStream: StreamID?

        /// The mark of bundle `sequence`.
        public init(
            origin: SiteName, stream: StreamID, sequence: Int64, bundle: Digest,
            leaving formerStream: StreamID? = nil
        ) {
            self.origin = origin
            self.stream = stream
            self.sequence = sequence
            self.bundle = bundle
            self.formerStream = formerStream
        }
    }

    /// What becomes of a bundle's folder in the quarantine of the layout.
    public enum QuarantineChange: Sendable, Equatable {
        /// A staging folder becomes that of a bundle which waits.
        case hold(HeldBundle, staged: String)
        /// A staging folder becomes that of a bundle which was turned away; its name.
        case keep(String, staged: String)
        /// What is left of a bundle waits no longer: its name, and the note that says why it stays.
        case close(String, note: [UInt8])
        /// The folder of this name goes.
        case leave(String)
    }

    /// A change of the layout at `layoutPath`, which must be absolute.
    public init(
        layoutPath: String, entries: [Descriptor] = [], replacesNames: Bool = false,
        referrers: [ReferrerAddition.NewReferrer], events: [AuditEvent],
        mark: ReceivingMark? = nil, quarantine: QuarantineChange? = nil
    ) {
        self.layoutPath = layoutPath
        self.entries = entries
        self.replacesNames = replacesNames
        self.referrers = referrers
        self.events = events
        self.mark = mark
        self.quarantine = quarantine
    }

    /// The site whose bundle is concerned; nil where none is.
    public var origin: SiteName? {
        if case .hold(let bundle, _)? = quarantine { return bundle.origin }
        return mark?.origin
    }
}

/// Why a change that spans a layout and the state was not made.
public enum LayoutChangeError: Error, Equatable {
    /// The layout refused; it is as it was.
    case layout(LayoutError)
    /// The record refused, so nothing became visible.
    case audit(AuditError)
    /// The journal or the marks refused.
    case state(StateError)
    /// A name stands for other content; nothing was changed.
    case nameTaken(NameConflict)
}
