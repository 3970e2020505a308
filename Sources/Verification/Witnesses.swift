public import Encodings
import Synchronization
public import Trust
import X509

/// Asks about the revocation of chains, and keeps what was proven on the way: it may move floors.
///
/// - SeeAlso: section 11 of the conformance list; design, "The clock floor".
final class Witnesses: Sendable {
    private let check: RevocationCheck
    private let kept = Mutex(Testimony())

    init(_ check: RevocationCheck) {
        self.check = check
    }

    /// Everything that verified to an installed anchor, each once.
    var testimony: Testimony { kept.withLock { $0 } }

    /// Takes down the time of a token that an installed authority made.
    func keep(_ token: TimestampToken) {
        kept.withLock { $0.take(token.info.generationTime) }
    }

    /// What is known of `chain`: whether one of its certificates is revoked, or may be.
    ///
    /// - Parameters:
    ///   - chain: each issued by the next; the root is never asked for.
    ///   - time: when the question is asked.
    ///   - reference: when the signature was made, as far as that is proven.
    ///   - isAuthentic: whether an installed anchor vouches for the chain: what others sign proves
    ///     nothing.
    /// - Returns: the first certificate that is revoked; else the first of which it is not known.
    func revocation(
        of chain: CertificateChain, at time: Timestamp, reference: Timestamp?, isAuthentic: Bool
    ) -> Finding {
        let status = check.status(of: chain, at: time, reference: reference)
        if isAuthentic { keep(status.proofs) }
        var until: Timestamp?
        var unknown: Finding?
        for (certificate, revocation) in zip(chain.certificates, status.certificates) {
            let subject = certificate.subject.description
            switch revocation {
            case .revoked(let fact): return .revoked(subject: subject, fact)
            case .unknown(let gaps):
                unknown = unknown ?? .revocationUnknown(subject: subject, gaps)
            case .good(_, let end): until = min(until ?? end, end)
            case .withoutSource: break
            }
        }
        return unknown ?? until.map { .notRevoked(until: $0) } ?? .noRevocationSource
    }

    private func keep(_ proofs: [RevocationProof]) {
        kept.withLock { $0.take(proofs) }
    }
}

/// What was proven in a run, by somebody whom an installed anchor vouches for.
public struct Testimony: Sendable {
    /// Lists and responses about revocation, each once.
    public private(set) var revocation: [RevocationProof] = []
    private var known: Set<RevocationProof> = []
    /// The latest time in a time stamp; nil where there was none.
    public private(set) var timestamp: Timestamp?

    /// Nothing was proven.
    public init() {}

    /// Whether nothing was proven.
    public var isEmpty: Bool { revocation.isEmpty && timestamp == nil }

    /// Takes what another run has proven, too.
    public mutating func take(_ other: Testimony) {
        take(other.revocation)
        if let timestamp = other.timestamp { take(timestamp) }
    }

    mutating func take(_ proofs: [RevocationProof]) {
        for proof in proofs where known.insert(proof).inserted { revocation.append(proof) }
    }

    /// Takes back what these digests have proven.
    public mutating func forget(_ digests: Set<Digest>) {
        revocation.removeAll { digests.contains($0.digest) }
        known.subtract(known.filter { digests.contains($0.digest) })
    }

    mutating func take(_ time: Timestamp) { timestamp = max(timestamp ?? time, time) }
}

extension Finding {
    /// The first moment at which it no longer holds; nil where time does not tell.
    var end: Timestamp? {
        if case .notRevoked(let until) = self { until } else { nil }
    }
}
