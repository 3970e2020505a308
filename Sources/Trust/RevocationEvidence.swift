public import Encodings
public import X509

/// What is at hand about revocation. Nothing in it is believed until it verified.
public struct RevocationEvidence: Sendable {
    /// What a piece of evidence is.
    public enum Kind: String, Sendable, CaseIterable {
        /// A complete list of revoked certificates.
        case base
        /// A list of what has changed since a complete one.
        case delta
        /// An OCSP response.
        case ocsp
    }

    /// A list, and where it is from.
    public struct List: Sendable {
        /// The list.
        public let list: RevocationList
        /// Where the operator says that it is from; may be empty.
        public let urls: Set<String>

        /// A list from `urls`, or from anywhere if there are none.
        public init(list: RevocationList, urls: Set<String> = []) {
            self.list = list
            self.urls = urls
        }
    }

    /// The lists, complete ones and deltas, in any order.
    public let lists: [List]
    /// The responses, in any order.
    public let responses: [OCSPResponse]

    /// Nothing is at hand.
    public static let none = RevocationEvidence(lists: [], responses: [])

    /// Lists and responses.
    public init(lists: [List], responses: [OCSPResponse]) {
        self.lists = lists
        self.responses = responses
    }

    /// A list or a response.
    public enum Piece: Sendable {
        /// A list, and where it is from.
        case list(List)
        /// A response.
        case response(OCSPResponse)

        /// The digest of the list or response.
        public var digest: Digest {
            switch self {
            case .list(let item): item.list.digest
            case .response(let response): response.digest
            }
        }
    }

    /// Everything, lists first.
    public var pieces: [Piece] {
        lists.map { .list($0) } + responses.map { .response($0) }
    }

    /// What `pieces` are together.
    public init(_ pieces: some Sequence<Piece>) {
        var lists: [List] = []
        var responses: [OCSPResponse] = []
        for piece in pieces {
            switch piece {
            case .list(let list): lists.append(list)
            case .response(let response): responses.append(response)
            }
        }
        self.init(lists: lists, responses: responses)
    }
}
