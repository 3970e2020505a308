public import Encodings

/// How far this site has come in its stream to a destination.
public struct SendingState: Sendable, Equatable {
    /// A number that was used and never sent.
    public struct Void: Sendable, Equatable {
        /// The number.
        public let sequence: Int64
        /// Why, in the operator's words.
        public let reason: String
    }

    /// An export that has its number and is not finished. It is finished with these very bytes, or
    /// declared void.
    public struct Pending: Sendable, Equatable {
        /// The number.
        public let sequence: Int64
        /// The digest of the inventory that the number is bound to.
        public let inventory: Digest
        /// The digest of the bundle manifest.
        public let bundle: Digest
        /// The stored parts in their order, each with its digest.
        public let parts: [Part]
    }

    /// A stored file of a pending export.
    public struct Part: Sendable, Equatable {
        /// A plain file name.
        public let name: String
        /// What its bytes must hash to.
        public let digest: Digest

        /// The part called `name`, whose bytes have `digest`.
        public init(name: String, digest: Digest) {
            self.name = name
            self.digest = digest
        }
    }

    /// The stream, made once.
    public let stream: StreamID
    /// The number that the next export gets; the first is 1.
    public internal(set) var next: Int64
    /// The digest of the last finished bundle's manifest, nil before the first.
    public internal(set) var previous: Digest?
    /// The export that holds `next`, if one does.
    public internal(set) var pending: Pending?
    /// Numbers that were used and never sent, ascending.
    public internal(set) var voids: [Void]
    /// The highest number whose receipt was seen, 0 for none.
    public internal(set) var acknowledged: Int64
}

extension SendingState {
    /// Voids kept of one stream: each is an operator's decision, with a reason.
    static let voidCountMax = 10_000
    static let members = [
        "destination", "stream", "next", "previous", "pending", "voids", "acknowledged",
    ]

    /// Reads the document; nil where its members contradict each other.
    init?(_ place: JSONPlace, destination: SiteName) throws(JSONShapeError) {
        guard
            try place.member("destination").string().utf8.elementsEqual(destination.text.utf8)
        else { return nil }
        stream = try place.member("stream").stream()
        next = try place.member("next").integer(atLeast: 1)
        previous = try place.nullable("previous") { it throws(JSONShapeError) in
            try it.digest()
        }
        pending = try place.nullable("pending") { it throws(JSONShapeError) in
            try Pending(it)
        }
        voids = try place.member("voids").elements { it throws(JSONShapeError) in
            try it.onlyMembers(["sequence", "reason"])
            return Void(
                sequence: try it.member("sequence").integer(atLeast: 1),
                reason: try it.member("reason").string())
        }
        acknowledged = try place.member("acknowledged").integer(atLeast: 0)
        let numbers = voids.map(\.sequence)
        guard acknowledged < next, numbers.allSatisfy({ $0 < next }),
            zip(numbers, numbers.dropFirst()).allSatisfy({ $0 < $1 }),
            pending.map({ $0.sequence == next }) ?? true,
            // Every number before this one was sent or is void.
            (previous == nil) == (next == 1 + Int64(numbers.count))
        else { return nil }
    }

    func members(destination: SiteName) -> JSONObject {
        [
            "destination": .string(destination.text), "stream": .string(stream.text),
            "next": .integer(next), "previous": previous.json,
            "pending": pending?.json ?? .null,
            "voids": .array(
                voids.map { ["sequence": .integer($0.sequence), "reason": .string($0.reason)] }),
            "acknowledged": .integer(acknowledged),
        ]
    }
}

extension SendingState.Pending {
    fileprivate init(_ place: JSONPlace) throws(JSONShapeError) {
        try place.onlyMembers(["sequence", "inventory", "bundle", "parts"])
        sequence = try place.member("sequence").integer(atLeast: 1)
        inventory = try place.member("inventory").digest()
        bundle = try place.member("bundle").digest()
        parts = try place.member("parts").elements { it throws(JSONShapeError) in
            try it.onlyMembers(["name", "digest"])
            return SendingState.Part(
                name: try it.member("name").string(), digest: try it.member("digest").digest())
        }
    }

    fileprivate var json: JSON {
        [
            "sequence": .integer(sequence), "inventory": .string(inventory.description),
            "bundle": .string(bundle.description),
            "parts": .array(
                parts.map {
                    ["name": .string($0.name), "digest": .string($0.digest.description)]
                }),
        ]
    }
}
