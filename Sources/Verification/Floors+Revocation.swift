import Encodings
public import State
public import Trust

extension Floors {
    /// The floors of CRLs, for a check.
    public var ofRevocationLists: RevocationFloors {
        var floors = RevocationFloors()
        for floor in revocationLists {
            floors[floor.scope] = RevocationFloors.Floor(
                number: floor.number.flatMap(Hex.decode), thisUpdate: floor.thisUpdate)
        }
        return floors
    }

    /// Moves floors up to what was proven: those of lists, and the time's.
    public mutating func raise(by testimony: Testimony) {
        raise(by: testimony.revocation)
        if let time = testimony.timestamp {
            raise(by: ClockFloor(time: time, witness: "time stamp of an authority"))
        }
    }

    private mutating func raise(by proofs: [RevocationProof]) {
        var raised = ofRevocationLists
        raised.raise(by: proofs)
        var issuers: [RevocationFloors.Scope: String] = [:]
        for floor in revocationLists { issuers[floor.scope] = floor.issuer }
        for proof in proofs {
            if let scope = proof.scope { issuers[scope] = proof.issuer }
            raise(by: ClockFloor(time: proof.time, witness: proof.words))
        }
        revocationLists = raised.scopes.compactMap { scope in
            raised[scope].map { floor in
                RevocationListFloor(
                    issuerKey: scope.issuerKey, issuer: issuers[scope] ?? "",
                    distributionPoint: scope.distributionPoint, isDelta: scope.isDelta,
                    number: floor.number.map { Hex.encode($0) }, thisUpdate: floor.thisUpdate)
            }
        }.sorted { $0.order < $1.order }
    }
}

extension RevocationListFloor {
    /// What it is the floor of.
    var scope: RevocationFloors.Scope {
        RevocationFloors.Scope(
            issuerKey: issuerKey, distributionPoint: distributionPoint, isDelta: isDelta)
    }

    /// One order for one set of floors, whatever the order in which they were found.
    fileprivate var order: String { "\(issuerKey) \(distributionPoint) \(isDelta)" }
}

extension RevocationProof {
    /// What was signed, for whoever asks where a floor is from.
    fileprivate var words: String {
        switch kind {
        case .base: "CRL of \(issuer)"
        case .delta: "delta CRL of \(issuer)"
        case .ocsp: "OCSP response about a certificate of \(issuer)"
        }
    }
}
