public import Encodings
public import Files

/// How far this site has come in the stream of an origin.
public struct ReceivingState: Sendable, Equatable {
    /// The stream that the first bundle fixed; nil before it.
    public let stream: StreamID?
    /// The last number taken, 0 before the first.
    public let sequence: Int64
    /// The digest of that bundle's manifest; nil before the first.
    public let bundle: Digest?
}

/// The marks of one origin.
public struct ReceivingStore: Sendable {
    private static let members = ["origin", "stream", "sequence", "bundle"]

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
            try write(ReceivingState(stream: nil, sequence: 0, bundle: nil))
        }
    }

    /// The marks.
    ///
    /// - Throws: `.missing` when the origin was never enrolled, or its state is lost.
    public func state() throws(StateError) -> ReceivingState {
        guard let state = try read() else { throw .missing(origin) }
        return state
    }

    /// Moves the marks to a bundle that was released or closed. Doing so twice is no error.
    ///
    /// - Throws: `.foreignStream`; `.wrongSequence` for a number that is not above the last, or is
    ///   the last with another digest.
    public func advance(stream: StreamID, sequence: Int64, bundle: Digest) throws(StateError) {
        try document.locked { () throws(StateError) in
            let now = try state()
            let next = ReceivingState(stream: stream, sequence: sequence, bundle: bundle)
            guard now != next else { return try document.settle() }
            if let known = now.stream, known != stream {
                throw .foreignStream(origin, expected: known, actual: stream)
            }
            guard sequence > now.sequence else {
                throw .wrongSequence(origin, expected: now.sequence + 1, actual: sequence)
            }
            try write(next)
        }
    }

    /// Makes the marks durable that are there, and sweeps what was begun beside them: the run that
    /// moved them may have died before that.
    public func settle() throws(StateError) {
        try document.locked { () throws(StateError) in try document.settle() }
    }

    /// Takes up another stream after the one known: its operator has said why.
    public func change(to stream: StreamID, sequence: Int64, bundle: Digest) throws(StateError) {
        try document.locked { () throws(StateError) in
            _ = try state()
            try write(ReceivingState(stream: stream, sequence: sequence, bundle: bundle))
        }
    }

    /// What is known; nil where nothing is.
    func read() throws(StateError) -> ReceivingState? {
        try document.read(members: Self.members) { place throws(JSONShapeError) in
            guard try place.member("origin").string().utf8.elementsEqual(origin.text.utf8) else {
                return nil
            }
            let state = ReceivingState(
                stream: try place.nullable("stream") { it throws(JSONShapeError) in
                    try it.stream()
                },
                sequence: try place.member("sequence").integer(atLeast: 0),
                bundle: try place.nullable("bundle") { it throws(JSONShapeError) in
                    try it.digest()
                })
            // All three say that a bundle was taken, or none does.
            let isFresh = state.sequence == 0
            guard isFresh == (state.stream == nil), isFresh == (state.bundle == nil) else {
                return nil
            }
            return state
        }
    }

    private func write(_ state: ReceivingState) throws(StateError) {
        try document.write([
            "origin": .string(origin.text),
            "stream": state.stream.map { .string($0.text) } ?? .null,
            "sequence": .integer(state.sequence), "bundle": state.bundle.json,
        ])
    }
}
