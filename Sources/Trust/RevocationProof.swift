public import Encodings
public import X509

/// Something signed that verified: it may move a floor, and witnesses a time that has come.
public struct RevocationProof: Sendable, Hashable {
    /// The digest of the list or response.
    public let digest: Digest
    /// What it is.
    public let kind: RevocationEvidence.Kind
    /// The name of the issuer on whose behalf it speaks, safe to show.
    public let issuer: String
    /// Which floor it moves; nil for a response, which moves none.
    public let scope: RevocationFloors.Scope?
    /// The list's number, big-endian, without a leading zero byte; nil where it has none.
    public let number: [UInt8]?
    /// When it was made: thisUpdate of a list, producedAt of a response.
    public let time: Timestamp
    /// When the next one is due at the latest; nil where it does not say.
    public let nextUpdate: Timestamp?

    /// The proof that `list` is, being signed by `issuer`.
    init(_ list: RevocationList, by issuer: Certificate) {
        digest = list.digest
        kind = list.isDelta ? .delta : .base
        self.issuer = list.issuer.description
        scope = RevocationFloors.Scope(list, by: issuer)
        number = list.number
        time = list.thisUpdate
        nextUpdate = list.nextUpdate
    }

    /// The proof that `response` is, which answers for `issuer`.
    init(_ response: OCSPResponse, _ answer: OCSPAnswer, by issuer: Certificate) {
        digest = response.digest
        kind = .ocsp
        self.issuer = issuer.subject.description
        scope = nil
        number = nil
        time = response.producedAt
        nextUpdate = answer.nextUpdate
    }
}

extension RevocationFloors.Scope {
    /// The scope of `list`, which `issuer` signed.
    init(_ list: RevocationList, by issuer: Certificate) {
        self.init(
            issuerKey: issuer.keyFingerprint, distributionPoint: list.scopeFingerprint,
            isDelta: list.isDelta)
    }
}

extension RevocationFloors.Floor {
    /// How far `list` has come.
    public init(_ list: RevocationList) {
        self.init(number: list.number, thisUpdate: list.thisUpdate)
    }
}
