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

    /// What the home knows to be revoked stays so, whatever comes along.
    ///
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
        var urls: [Digest: Set<String>] = [:]
        for item in kept.lists { urls[item.list.digest] = item.urls }
        // What cannot be read proves nothing, and keeps nothing else from proving itself.
        let lists = capsule.revocationLists.compactMap { carried in
            (try? RevocationList(der: carried.der)).map {
                RevocationEvidence.List(list: $0, urls: Set(carried.urls))
            }
        }
        let known = Set(kept.responses.map(\.digest))
        brought = RevocationEvidence(
            lists: lists.filter { urls[$0.list.digest] == nil },
            responses: capsule.ocspResponses.compactMap { try? OCSPResponse(der: $0) }
                .filter { !known.contains($0.digest) })
        let own = RevocationCheck(evidence: kept, rules: rules, floors: floors.ofRevocationLists)
        check = RevocationCheck(own, besides: brought)
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

    /// The digests of everything in it.
    var digests: [Digest] { lists.map(\.list.digest) + responses.map(\.digest) }
}
