public import Encodings
public import Files

/// How far this site has come in the stream of an origin.
public struct ReceivingState: Sendable, Equatable {
    /// Bundles of one origin that wait at one time: each is an operator's decision.
    static let heldCountMax = 100
    /// Streams of one origin that were left: likewise.
    static let formerCountMax = 100

    /// How far a stream was taken.
    public struct Mark: Sendable, Equatable {
        /// The stream.
        public let stream: StreamID
        /// The last number taken.
        public let sequence: Int64
        /// The digest of that bundle's manifest.
        public let bundle: Digest
    }

    /// The stream that the first bundle fixed; nil before it.
    public var stream: StreamID? { mark?.stream }
    /// The last number taken, 0 before the first.
    public var sequence: Int64 { mark?.sequence ?? 0 }
    /// The digest of that bundle's manifest; nil before the first.
    public var bundle: Digest? { mark?.bundle }

    /// How far the stream was taken; nil before the first bundle.
    public internal(set) var mark: Mark?
    /// Where the streams stood that were left for this one, each once.
    public internal(set) var former: [Mark]
    /// The bundles that wait for their release, in the order in which they came.
    public internal(set) var held: [HeldBundle]

    static let fresh = ReceivingState(mark: nil, former: [], held: [])

    /// Throws `.tooMany` where no further bundle may wait.
    func checkRoomForHeld() throws(StateError) {
        guard held.count < Self.heldCountMax else {
            throw .tooMany("bundles that wait", limit: Self.heldCountMax)
        }
    }

    /// Throws `.tooMany` where no further stream may be left.
    func checkRoomForStream() throws(StateError) {
        guard former.count < Self.formerCountMax else {
            throw .tooMany("streams of one origin", limit: Self.formerCountMax)
        }
    }

    /// Takes up another stream, where it was left or at its beginning.
    mutating func turn(to stream: StreamID) {
        guard let mark, mark.stream != stream else { return }
        former.append(mark)
        self.mark = former.first { $0.stream == stream }
        former.removeAll { $0.stream == stream }
    }

    /// Whether a bundle's number is taken already, in this stream or in one that was left since.
    func hasTaken(_ sequence: Int64, of stream: StreamID) -> Bool {
        (former + [mark].compactMap(\.self)).contains {
            $0.stream == stream && $0.sequence >= sequence
        }
    }
}

/// The marks of one origin.
public struct ReceivingStore: Sendable {
    private static let members = ["origin", "stream", "sequence", "bundle", "former", "held"]

    /// The site that the bundles come from.
    public let origin: SiteName
    let folder: Folder
    private let document: StateDocument

    init(_ origin: SiteName, in folder: Folder) {
        self.origin = origin
        self.folder = folder
        document = StateDocument(folder: folder, name: "state.json")
    }

    /// Waits for the right to receive from this origin.
    ///
    /// - Throws: `.file(.locked)` when the patience ran out.
    public func turn(patience: LockPatience = .standard) throws(StateError) -> StreamTurn {
        try .take(in: folder, patience: patience)
    }

    /// Makes the state of an origin that has none; marks that are there are kept.
    public func enrol() throws(StateError) {
        try document.locked { () throws(StateError) in
            guard try read() == nil else { return try document.settle() }
            try write(.fresh)
        }
    }

    /// The marks.
    ///
    /// - Throws: `.missing` when the origin was never enrolled, or its state is lost.
    public func state() throws(StateError) -> ReceivingState {
        guard let state = try read() else { throw .missing(origin) }
        return state
    }

    /// Moves the marks to a bundle that was released or closed, which waits no longer. Doing so twice
    /// is no error.
    ///
    /// - Parameters:
    ///   - stream: its stream.
    ///   - sequence: its number.
    ///   - bundle: the digest of its manifest.
    ///   - former: the stream that is left for it; nil where it is of the one known.
    /// - Throws: `.foreignStream`; `.wrongSequence` for a number that is not above the last, or is
    ///   the last with another digest.
    public func advance(
        stream: StreamID, sequence: Int64, bundle: Digest, leaving former: StreamID? = nil
    ) throws(StateError) {
        try document.locked { () throws(StateError) in
            let before = try state()
            var after = before
            if let known = before.stream, known != stream {
                guard known == former else {
                    throw .foreignStream(origin, expected: known, actual: stream)
                }
                try before.checkRoomForStream()
                after.turn(to: stream)
            }
            let next = ReceivingState.Mark(stream: stream, sequence: sequence, bundle: bundle)
            guard after.mark == next || sequence > after.sequence else {
                throw .wrongSequence(origin, expected: after.sequence + 1, actual: sequence)
            }
            after.mark = next
            after.held.removeAll { $0.stream == stream && $0.bundle == bundle }
            guard after != before else { return try document.settle() }
            try write(after)
        }
    }

    /// Remembers that a bundle waits. Doing so twice is no error.
    public func hold(_ bundle: HeldBundle) throws(StateError) {
        try document.locked { () throws(StateError) in
            var state = try state()
            let isKnown = state.held.contains { $0.bundle == bundle.bundle }
            guard !isKnown, !state.hasTaken(bundle.sequence, of: bundle.stream) else {
                return try document.settle()
            }
            try state.checkRoomForHeld()
            state.held.append(bundle)
            try write(state)
        }
    }

    /// Makes the marks durable that are there, and sweeps what was begun beside them: the run that
    /// moved them may have died before that.
    public func settle() throws(StateError) {
        try document.locked { () throws(StateError) in try document.settle() }
    }

    /// What is known; nil where nothing is.
    func read() throws(StateError) -> ReceivingState? {
        try document.read(members: Self.members) { place throws(JSONShapeError) in
            guard try place.member("origin").string().utf8.elementsEqual(origin.text.utf8) else {
                return nil
            }
            let stream = try place.nullable("stream") { it throws(JSONShapeError) in
                try it.stream()
            }
            let sequence = try place.member("sequence").integer(atLeast: 0)
            let bundle = try place.nullable("bundle") { it throws(JSONShapeError) in
                try it.digest()
            }
            var state = ReceivingState.fresh
            // All three say that a bundle was taken, or none does.
            if let stream, let bundle, sequence > 0 {
                state.mark = ReceivingState.Mark(
                    stream: stream, sequence: sequence, bundle: bundle)
            } else if stream != nil || bundle != nil || sequence > 0 {
                return nil
            }
            // Both came after the first states were written.
            state.former =
                try place.optional("former")?.elements { it throws(JSONShapeError) in
                    try ReceivingState.Mark(it)
                } ?? []
            state.held =
                try place.optional("held")?.elements { it throws(JSONShapeError) in
                    try HeldBundle(it)
                } ?? []
            guard state.held.allSatisfy({ $0.origin == origin }) else { return nil }
            return state
        }
    }

    private func write(_ state: ReceivingState) throws(StateError) {
        try document.write([
            "origin": .string(origin.text),
            "stream": state.stream.map { .string($0.text) } ?? .null,
            "sequence": .integer(state.sequence), "bundle": state.bundle.json,
            "former": .array(state.former.map(\.json)), "held": .array(state.held.map(\.json)),
        ])
    }
}

extension ReceivingState.Mark {
    fileprivate init(_ place: JSONPlace) throws(JSONShapeError) {
        try place.onlyMembers(["stream", "sequence", "bundle"])
        self.init(
            stream: try place.member("stream").stream(),
            sequence: try place.member("sequence").integer(atLeast: 1),
            bundle: try place.member("bundle").digest())
    }

    fileprivate var json: JSON {
        [
            "stream": .string(stream.text), "sequence": .integer(sequence),
            "bundle": .string(bundle.description),
        ]
    }
}
