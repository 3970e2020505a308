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
            let last = try document.read(members: Self.members) {
                place throws(JSONShapeError) -> (counter: Int64, content: Digest)? in
                (
                    try place.member("counter").integer(atLeast: 1),
                    try place.member("content").digest()
                )
            }
            if let last, last.content == content { return last.counter }
            let next = (last?.counter ?? 0) + 1
            try document.write([
                "counter": .integer(next), "content": .string(content.description),
            ])
            return next
        }
    }
}
