public import Encodings

/// How far a receiver has come in the stream of one origin.
public struct ReceivedMark: Sendable, Equatable {
    /// The stream that the first bundle fixed; nil before it.
    public let stream: StreamID?
    /// The highest number that was taken or closed, 0 before the first.
    public let sequence: Int64
    /// The digest of the bundle manifest that had this number.
    public let bundle: Digest?

    /// The mark after `bundle`, number `sequence` of `stream`.
    public init(stream: StreamID?, sequence: Int64, bundle: Digest?) {
        self.stream = stream
        self.sequence = sequence
        self.bundle = bundle
    }
}

/// Why a bundle that is whole and signed is not the next one for this site.
///
/// - SeeAlso: docs/formats/bundle.md, "Refusals"; `code` is the word that stands there.
public enum ChainRefusal: Error, Sendable, Equatable {
    /// It is for another site.
    case wrongDestination(SiteName, own: SiteName)
    /// It says that it was made after our clock, by more than the tolerance.
    case fromTheFuture(created: Timestamp, now: Timestamp)
    /// It may no longer be received.
    case late(useBy: Timestamp, now: Timestamp)
    /// It belongs to another stream than the one that the first bundle fixed.
    case foreignStream(StreamID, expected: StreamID)
    /// This very bundle was taken before.
    case repeated(sequence: Int64)
    /// Its number was taken by another bundle, or it does not follow the one that we took.
    case fork(sequence: Int64)
    /// Its number lies below the one that we took last.
    case rollback(sequence: Int64, taken: Int64)
    /// Numbers between ours and this one are missing, and the sender does not call them void.
    case gap(missing: [Int64])
    /// The sender has seen a receipt that this site does not remember: it was restored from an
    /// older backup.
    case restoredReceiver(acknowledged: Int64, taken: Int64)

    /// The word for programs.
    public var code: String {
        switch self {
        case .wrongDestination: "wrong-destination"
        case .fromTheFuture: "from-the-future"
        case .late: "late"
        case .foreignStream: "foreign-stream"
        case .repeated: "repeat"
        case .fork: "fork"
        case .rollback: "rollback"
        case .gap: "gap"
        case .restoredReceiver: "restored-receiver"
        }
    }
}

/// The rule of succession: which bundle may come next.
public enum BundleChain {
    /// Numbers named in a refusal, at most; a gap may be as wide as the sender likes.
    public static let missingNamedMax = 10

    /// Judges a bundle whose signature was verified. A sender's clock may be ahead of ours by
    /// `tolerance` seconds.
    ///
    /// - Returns: nil if it is the next one for the site `own`, else the first reason why not.
    public static func refusal(
        of inventory: Inventory, bundle: Digest, own: SiteName, mark: ReceivedMark,
        now: Timestamp, tolerance: Int64
    ) -> ChainRefusal? {
        guard inventory.destination == own else {
            return .wrongDestination(inventory.destination, own: own)
        }
        guard inventory.created <= now.adding(seconds: tolerance) else {
            return .fromTheFuture(created: inventory.created, now: now)
        }
        if let stream = mark.stream, inventory.stream != stream {
            return .foreignStream(inventory.stream, expected: stream)
        }
        if let refusal = succession(of: inventory, bundle: bundle, mark: mark) { return refusal }
        guard inventory.acknowledged <= mark.sequence else {
            return .restoredReceiver(acknowledged: inventory.acknowledged, taken: mark.sequence)
        }
        // Last, so that a late repeat is called a repeat.
        guard now <= inventory.useBy else { return .late(useBy: inventory.useBy, now: now) }
        return nil
    }

    private static func succession(
        of inventory: Inventory, bundle: Digest, mark: ReceivedMark
    ) -> ChainRefusal? {
        let number = inventory.sequence
        if number == mark.sequence {
            return bundle == mark.bundle ? .repeated(sequence: number) : .fork(sequence: number)
        }
        guard number > mark.sequence else {
            return .rollback(sequence: number, taken: mark.sequence)
        }
        let voids = Set(inventory.voids.map(\.sequence))
        var missing: [Int64] = []
        var candidate = mark.sequence + 1
        // Each step either meets a void, of which there are finitely many, or names a number.
        while candidate < number, missing.count < missingNamedMax {
            if !voids.contains(candidate) { missing.append(candidate) }
            candidate += 1
        }
        guard missing.isEmpty else { return .gap(missing: missing) }
        // A number that we took cannot have been void, and the last one sent must be the one taken.
        guard inventory.previous == mark.bundle, !voids.contains(mark.sequence) else {
            return .fork(sequence: number)
        }
        return nil
    }
}
