/// The content address of a blob, in one of the algorithms that go-digest, and so every tool of the field,
/// accepts (rule A4).
///
/// - SeeAlso: OCI image-spec 1.1, descriptor.md, "Digests".
public struct Digest: Hashable, Sendable {
    /// A digest algorithm. OCI registers the first and the last.
    public enum Algorithm: String, Sendable, CaseIterable {
        /// SHA-256, the default everywhere.
        case sha256
        /// SHA-384.
        case sha384
        /// SHA-512.
        case sha512

        /// The length of a hash, in bytes.
        public var byteCount: Int {
            switch self {
            case .sha256: 32
            case .sha384: 48
            case .sha512: 64
            }
        }
    }

    /// The algorithm, the part before the colon.
    public let algorithm: Algorithm
    /// The hash in lower-case hexadecimal, the part after the colon.
    public let hex: String

    /// Reads `algorithm:hex`, lower case only.
    ///
    /// - Throws: `.unsupportedAlgorithm` for a well-formed digest in any other algorithm, else
    ///   `.malformed`.
    public init(_ text: some StringProtocol) throws(DigestError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
            throw .malformed(String(text))
        }
        guard let algorithm = Algorithm(rawValue: String(parts[0])) else {
            throw Self.isAlgorithmName(parts[0])
                ? .unsupportedAlgorithm(String(parts[0])) : .malformed(String(text))
        }
        guard let bytes = Hex.decode(parts[1]), bytes.count == algorithm.byteCount else {
            throw .malformed(String(text))
        }
        self.algorithm = algorithm
        hex = String(parts[1])
    }

    /// The digest whose hash is `bytes`, which must be as long as the algorithm's hash.
    public init(_ algorithm: Algorithm, bytes: [UInt8]) {
        precondition(
            bytes.count == algorithm.byteCount, "the hash comes from the algorithm that is named")
        self.algorithm = algorithm
        hex = Hex.encode(bytes)
    }

    private static func isAlgorithmName(_ name: some StringProtocol) -> Bool {
        name.utf8.allSatisfy { unit in
            switch unit {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
    }
}

extension Digest: CustomStringConvertible {
    /// `algorithm:hex`.
    public var description: String { "\(algorithm.rawValue):\(hex)" }
}

extension Digest: Comparable {
    /// Orders by the text form, byte by byte.
    public static func < (left: Digest, right: Digest) -> Bool {
        (left.algorithm.rawValue, left.hex) < (right.algorithm.rawValue, right.hex)
    }
}

/// Why a text is no digest that Airseal accepts.
public enum DigestError: Error, Equatable {
    /// Not `algorithm:hex` with the length that the algorithm asks for.
    case malformed(String)
    /// Well-formed, but in another algorithm.
    case unsupportedAlgorithm(String)
}
