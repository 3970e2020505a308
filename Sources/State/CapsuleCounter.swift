public import Encodings
internal import Files

/// The counter of this site's trust capsule: it goes up when what the capsule says changes, and
/// never down.
extension StateFolder {
    private static let members = ["counter", "content"]

    /// The counter of a capsule whose content, without its counter, has the digest `content`.
    ///
    /// - Returns: the counter that was given before if the content is the last one seen, else the
    ///   next.
    public func capsuleCounter(for content: Digest) throws(StateError) -> Int64 {
        let document = StateDocument(folder: folder, name: "capsule.json")
        return try document.locked { () throws(StateError) in
            let last = try Self.last(in: document)
            if let last, last.content == content { return last.counter }
            let next = (last?.counter ?? 0) + 1
            try document.write([
                "counter": .integer(next), "content": .string(content.description),
            ])
            return next
        }
    }

    /// What nobody has counted since a backup was made: changes of one site's trust.
    private static let unseenCountMax: Int64 = 1_000_000

    /// Moves the counter beyond whatever was given after a backup was made.
    func leaveRoomForCapsules() throws(StateError) {
        let document = StateDocument(folder: folder, name: "capsule.json")
        try document.locked { () throws(StateError) in
            let last = try Self.last(in: document)
            // A site that had not counted may have begun since: what it trusts first is new, too.
            try document.write([
                "counter": .integer((last?.counter ?? 0) + Self.unseenCountMax),
                "content": (last?.content).json,
            ])
        }
    }

    /// The last counter and what it was given to; to nothing, where that is not known any more.
    private static func last(in document: StateDocument) throws(StateError)
        -> (counter: Int64, content: Digest?)?
    {
        try document.read(members: members) {
            place throws(JSONShapeError) -> (counter: Int64, content: Digest?)? in
            (
                try place.member("counter").integer(atLeast: 1),
                try place.nullable("content") { it throws(JSONShapeError) in try it.digest() }
            )
        }
    }
}
