public import X509

/// Why it is not known whether a certificate is revoked.
public indirect enum RevocationGap: Sendable, Equatable {
    /// A list that might tell, and why it does not count.
    case list(RevocationListFacts, RevocationListFlaw)
    /// A response that might tell, and why it does not count.
    case response(OCSPResponseFacts, OCSPResponseFlaw)
    /// Lists that count speak of some reasons only; nobody speaks of these.
    case uncoveredReasons(Set<RevocationReason>)
    /// No list of the issuer that is about the certificate is at hand. The certificate says that one
    /// is to be had at `urls`.
    case noList(issuer: DistinguishedName, urls: [String])
    /// The certificate names only lists that another than its issuer issues, which count for nothing.
    case indirectListsOnly(issuer: DistinguishedName)
    /// No response about the certificate is at hand. It says that one is to be had at `urls`.
    case noResponse(issuer: DistinguishedName, urls: [String])
    /// The certificate names neither CRL nor OCSP, and the rules require one.
    case noSource
    /// The responder's certificate names no CRL, and does not say that nobody need ask.
    case responderWithoutSource

    /// How little it helps to know this gap: the one that helps most has the least.
    var rank: Int {
        switch self {
        case .list(_, let flaw): flaw.rank
        case .response(_, let flaw): flaw.rank
        case .uncoveredReasons: 2
        case .noList: 5
        case .indirectListsOnly: 6
        case .noResponse: 7
        case .noSource, .responderWithoutSource: 9
        }
    }
}
