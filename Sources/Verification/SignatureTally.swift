import Cryptography
public import Encodings
import Notary
import OCI
import Trust
import X509

/// What the signatures of one artifact come to together.
///
/// One signature that passes is enough, unless the site requires more; a signature counts towards
/// a requirement only if a trust store vouches for its chain, even where the policy would only log
/// the lack of that.
struct SignatureTally {
    private let requirement: RequiredSignatures?
    private let reports: [SignatureReport]

    init(_ reports: [SignatureReport], by requirement: RequiredSignatures?) {
        self.reports = reports
        self.requirement = requirement
    }

    /// Verified if what passes is enough; undecided if it would be, were the unknown good.
    var verdict: Verdict {
        if isEnough({ $0.verdict == .verified }) { return .verified }
        return isEnough({ $0.verdict != .refused }) ? .undecided : .refused
    }

    /// The first moment at which what passes is no longer enough, as far as time decides; nil if
    /// it always will be.
    var validUntil: Timestamp? {
        let passing = reports.filter { $0.verdict == .verified }
        return Set(passing.compactMap(\.validUntil)).sorted().first { moment in
            !isEnough { $0.verdict == .verified && $0.validUntil.map { $0 > moment } ?? true }
        }
    }

    /// Who of those that the site requires has signed; nil where it requires nobody.
    var requiredSignatures: RequiredSignaturesReport? {
        guard let requirement else { return nil }
        let passing = reports.filter { $0.verdict == .verified }
        let places = Self.assignment(of: passing, by: requirement)
        return RequiredSignaturesReport(
            threshold: requirement.threshold,
            signers: zip(requirement.signers, places).map { signer, place in
                RequiredSignaturesReport.Signer(
                    name: signer.name, signature: place.map { passing[$0].manifest.digest })
            })
    }

    private func isEnough(_ counts: (SignatureReport) -> Bool) -> Bool {
        let counted = reports.filter(counts)
        guard let requirement else { return !counted.isEmpty }
        let places = Self.assignment(of: counted, by: requirement)
        return places.count { $0 != nil } >= requirement.threshold
    }

    /// For each signer, the place in `reports` of the signature that counts for it.
    private static func assignment(
        of reports: [SignatureReport], by requirement: RequiredSignatures
    ) -> [Int?] {
        let authentic = reports.indices.filter { reports[$0].isAuthentic }
        let counted = authentic.compactMap { place in
            reports[place].envelope.map { envelope in
                CountedSignature(
                    key: envelope.chain.leaf.publicKey,
                    subject: envelope.chain.leaf.subject.policyAttributes)
            }
        }
        return requirement.assignment(of: counted).map { $0.map { authentic[$0] } }
    }
}

/// Who of those whose signatures a site requires has signed.
public struct RequiredSignaturesReport: Sendable, Equatable {
    /// One who may be counted.
    public struct Signer: Sendable, Equatable {
        /// What the site calls the signer.
        public let name: String
        /// The manifest of the signature that counts for it; nil if there is none.
        public let signature: Digest?
    }

    /// How many of the signers must have signed.
    public let threshold: Int
    /// Those who are counted, in the order of the settings.
    public let signers: [Signer]

    /// How many of them have signed.
    public var count: Int { signers.count { $0.signature != nil } }
}
