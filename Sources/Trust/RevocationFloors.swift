public import Encodings

/// The highest list seen of each issuer's key and scope, below which none is believed again.
///
/// - SeeAlso: O2 and O3 of the conformance list.
public struct RevocationFloors: Sendable, Equatable {
    /// Lists of which each replaces the one before.
    public struct Scope: Hashable, Sendable {
        /// SHA-256 over the SubjectPublicKeyInfo of the issuer, lower-case hexadecimal.
        public let issuerKey: String
        /// SHA-256 over the value of the lists' issuing distribution point, lower-case hexadecimal;
        /// empty without one.
        public let distributionPoint: String
        /// Whether they are deltas.
        public let isDelta: Bool

        /// The scope of lists.
        public init(issuerKey: String, distributionPoint: String, isDelta: Bool) {
            self.issuerKey = issuerKey
            self.distributionPoint = distributionPoint
            self.isDelta = isDelta
        }
    }

    /// How far a scope has come.
    public struct Floor: Sendable, Equatable {
        /// The highest number, big-endian, without a leading zero byte; nil where no list had one.
        public let number: [UInt8]?
        /// When the list with that number was made.
        public let thisUpdate: Timestamp

        /// A list with this number, made at this time.
        public init(number: [UInt8]?, thisUpdate: Timestamp) {
            self.number = number
            self.thisUpdate = thisUpdate
        }

        /// Whether a list like this one is older than `other`: by its number, or where the numbers
        /// are equal or missing, by its date.
        public func isBelow(_ other: Floor) -> Bool {
            guard let number, let otherNumber = other.number, number != otherNumber else {
                return thisUpdate < other.thisUpdate
            }
            return number.isLessNumber(than: otherNumber)
        }
    }

    private var floors: [Scope: Floor]

    /// The floors of these scopes, and none for others.
    public init(_ floors: [Scope: Floor] = [:]) { self.floors = floors }

    /// The floor of a scope; nil where no list was seen.
    public subscript(scope: Scope) -> Floor? {
        get { floors[scope] }
        set { floors[scope] = newValue }
    }

    /// The scopes that have a floor, in no order.
    public var scopes: [Scope] { Array(floors.keys) }

    /// Whether no list was ever seen.
    public var isEmpty: Bool { floors.isEmpty }

    /// Moves floors up to what verified, and none down.
    public mutating func raise(by proofs: [RevocationProof]) {
        for proof in proofs {
            guard let scope = proof.scope else { continue }
            let seen = Floor(number: proof.number, thisUpdate: proof.time)
            guard let floor = floors[scope] else {
                floors[scope] = seen
                continue
            }
            guard !seen.isBelow(floor) else { continue }
            // An issuer that stops numbering its lists does not make the numbers start over.
            floors[scope] = Floor(
                number: seen.number ?? floor.number, thisUpdate: seen.thisUpdate)
        }
    }
}

extension [UInt8] {
    /// Whether this number, big-endian and without a leading zero byte, is less than `other`.
    func isLessNumber(than other: [UInt8]) -> Bool {
        count == other.count ? lexicographicallyPrecedes(other) : count < other.count
    }
}
