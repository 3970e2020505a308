import Configuration
import Cryptography
import Encodings
import State
import Trust
import Verification
import X509

/// What tells of revocation while a bundle is received: what the home keeps, and what the bundle's
/// capsule brings, which proves itself or counts for nothing.
///
/// Of the capsule only lists and responses are looked at; its certificates and policies never take
/// part.
struct CarriedEvidence {
    /// What asks both.
    let check: RevocationCheck
    /// What the home does not have.
    private let brought: RevocationEvidence

    /// - Parameters:
    ///   - capsule: the trust capsule of the bundle as it came.
    ///   - home: whose evidence, and whose rules, count.
    ///   - floors: what was proven before.
    /// - Throws: where the home cannot be used.
    init(_ capsule: TrustCapsule, besides home: Home, floors: Floors) throws(Stop) {
        let kept = try onHome { () throws(ConfigurationError) in try home.revocationStore() }
            .evidence
        let rules = try onHome { () throws(ConfigurationError) in
            try home.verificationSettings()
        }.revocation
        let known = Set(kept.lists.map(\.list.digest) + kept.responses.map(\.digest))
        // What cannot be read proves nothing, and keeps nothing else from proving itself.
        let lists = capsule.revocationLists.compactMap { try? RevocationList(der: $0) }
        let responses = capsule.ocspResponses.compactMap { try? OCSPResponse(der: $0) }
        brought = RevocationEvidence(
            lists: lists.filter { !known.contains($0.digest) }.map {
                RevocationEvidence.List(list: $0)
            },
            responses: responses.filter { !known.contains($0.digest) })
        check = RevocationCheck(
            evidence: RevocationEvidence(
                lists: kept.lists + brought.lists, responses: kept.responses + brought.responses),
            rules: rules, floors: floors.ofRevocationLists)
    }

    /// What came with the bundle and is among `proofs`.
    func proven(by proofs: [RevocationProof]) -> RevocationEvidence {
        let digests = Set(proofs.map(\.digest))
        return RevocationEvidence(
            lists: brought.lists.filter { digests.contains($0.list.digest) },
            responses: brought.responses.filter { digests.contains($0.digest) })
    }
}

extension RevocationEvidence {
    /// Whether there is nothing in it.
    var isEmpty: Bool { lists.isEmpty && responses.isEmpty }

    /// The digests of everything in it, for the record.
    var digests: JSON {
        .array((lists.map(\.list.digest) + responses.map(\.digest)).map { .string($0.description) })
    }
}
