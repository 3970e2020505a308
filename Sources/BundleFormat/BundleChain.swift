public import Encodings

/// How far a receiver has come in the stream of one origin.
public struct ReceivedMark: Sendable, Equatable {
    /// The stream that the first bundle fixed; nil before it.
    public let stream: StreamID?
    /// The highest number that was taken or closed, 0 before the first.
    public let sequence: Int64
    /// The digest of the bundle manifest that had this number.
    public let bundle: Digest?
    /// The highest number that was released or closed: below `sequence` while bundles are held.
    public let released: Int64
    /// Where the streams stand that were left for this one.
    public let former: [ReceivedMark]

    /// The mark after `bundle`, number `sequence` of `stream`.
    ///
    /// - Parameters:
    ///   - stream: the stream.
    ///   - sequence: the highest number that was taken, closed or held.
    ///   - bundle: the bundle with that number.
    ///   - released: the highest number that was released or closed; `sequence` when left out.
    ///   - former: the streams that were left.
    public init(
        stream: StreamID?, sequence: Int64, bundle: Digest?, released: Int64? = nil,
        former: [ReceivedMark] = []
    ) {
        self.stream = stream
        self.sequence = sequence
        self.bundle = bundle
        self.released = released ?? sequence
        self.former = former
    }

    /// The mark of `other`: where it stood when it was left, else the beginning. So nothing of a
    /// stream that was left can be taken a second time.
    fileprivate func inStream(_ other: StreamID) -> ReceivedMark {
        former.first { $0.stream == other } ?? ReceivedMark(stream: nil, sequence: 0, bundle: nil)
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

    /// What lifts it; nil where nothing does.
    public var override: ChainOverride? {
        switch self {
        case .foreignStream: .stream
        case .gap: .gap
        case .late: .late
        case .restoredReceiver: .restored
        case .wrongDestination, .fromTheFuture, .repeated, .fork, .rollback: nil
        }
    }

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
    /// - Parameters:
    ///   - inventory: what the bundle says of itself.
    ///   - bundle: the digest of its manifest.
    ///   - own: this site.
    ///   - mark: how far it has come.
    ///   - now: what the clock says.
    ///   - tolerance: how far clocks may differ, in seconds.
    ///   - overrides: the refusals that are lifted.
    /// - Returns: whether it is the next one for the site `own`, else the first reason why not that
    ///   is not lifted.
    public static func judge(
        _ inventory: Inventory, bundle: Digest, own: SiteName, mark: ReceivedMark, now: Timestamp,
        tolerance: Int64, lifting overrides: Set<ChainOverride> = []
    ) -> ChainJudgement {
        var lifted: Set<ChainOverride> = []
        func refused(_ refusal: ChainRefusal) -> ChainJudgement {
            ChainJudgement(refusal: refusal, lifted: lifted)
        }
        /// Whether `refusal` stands after all.
        func stands(_ refusal: ChainRefusal?) -> Bool {
            guard let refusal else { return false }
            guard let override = refusal.override, overrides.contains(override) else { return true }
            lifted.insert(override)
            return false
        }
        guard inventory.destination == own else {
            return refused(.wrongDestination(inventory.destination, own: own))
        }
        guard inventory.created <= now.adding(seconds: tolerance) else {
            return refused(.fromTheFuture(created: inventory.created, now: now))
        }
        var mark = mark
        if let stream = mark.stream, inventory.stream != stream {
            let refusal = ChainRefusal.foreignStream(inventory.stream, expected: stream)
            guard !stands(refusal) else { return refused(refusal) }
            mark = mark.inStream(inventory.stream)
        }
        if let refusal = order(of: inventory, bundle: bundle, mark: mark) {
            return refused(refusal)
        }
        let gap = gap(before: inventory, mark: mark)
        if let gap, stands(gap) { return refused(gap) }
        if let refusal = continuation(of: inventory, mark: mark, hasGap: gap != nil) {
            return refused(refusal)
        }
        let restored: ChainRefusal? =
            inventory.acknowledged <= mark.released
            ? nil
            : .restoredReceiver(acknowledged: inventory.acknowledged, taken: mark.released)
        if let restored, stands(restored) { return refused(restored) }
        // Last, so that a late repeat is called a repeat.
        let late: ChainRefusal? =
            now <= inventory.useBy ? nil : .late(useBy: inventory.useBy, now: now)
        if let late, stands(late) { return refused(late) }
        return ChainJudgement(refusal: nil, lifted: lifted)
    }

    /// Why its number cannot come after ours at all.
    private static func order(of inventory: Inventory, bundle: Digest, mark: ReceivedMark)
        -> ChainRefusal?
    {
        let number = inventory.sequence
        if number == mark.sequence {
            return bundle == mark.bundle ? .repeated(sequence: number) : .fork(sequence: number)
        }
        return number > mark.sequence ? nil : .rollback(sequence: number, taken: mark.sequence)
    }

    /// The numbers between ours and its that are neither taken nor void.
    private static func gap(before inventory: Inventory, mark: ReceivedMark) -> ChainRefusal? {
        let voids = Set(inventory.voids.map(\.sequence))
        var missing: [Int64] = []
        var candidate = mark.sequence + 1
        // Each step either meets a void, of which there are finitely many, or names a number.
        while candidate < inventory.sequence, missing.count < missingNamedMax {
            if !voids.contains(candidate) { missing.append(candidate) }
            candidate += 1
        }
        return missing.isEmpty ? nil : .gap(missing: missing)
    }

    /// A number that we took cannot have been void. Without a gap the last one sent must be the one
    /// taken; behind one it was another, which nobody here has seen.
    private static func continuation(of inventory: Inventory, mark: ReceivedMark, hasGap: Bool)
        -> ChainRefusal?
    {
        let isNext = inventory.previous == mark.bundle
        guard isNext != hasGap,
            !inventory.voids.contains(where: { $0.sequence == mark.sequence })
        else { return .fork(sequence: inventory.sequence) }
        return nil
    }
}
