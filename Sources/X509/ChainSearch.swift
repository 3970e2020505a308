/// Finds chains among certificates that a stranger has sent.
///
/// Every way is followed that names and signatures leave open (rule X5), for the first that leads
/// to a root need not be the one against which nothing speaks.
struct ChainSearch {
    /// Chains that are looked for.
    private static let chainCountMax = 16
    /// Signatures that are checked on the way, as in webpki's budget.
    private static let checkCountMax = 100

    private let issuers: [Certificate]
    private let roots: Set<Certificate>
    private var checkCount = 0
    private var found: [CertificateChain] = []

    /// The chains from `leaf` to one of `roots`, those that reach one directly first.
    static func chains(
        from leaf: Certificate, through others: [Certificate], to roots: [Certificate]
    ) -> [CertificateChain] {
        var search = ChainSearch(roots: roots, others: others)
        search.extend([leaf])
        return search.found
    }

    private init(roots: [Certificate], others: [Certificate]) {
        self.roots = Set(roots)
        var seen = Set<Certificate>()
        issuers = (roots + others).filter { seen.insert($0).inserted }
    }

    private mutating func extend(_ chain: [Certificate]) {
        guard found.count < Self.chainCountMax, let last = chain.last else { return }
        if roots.contains(last) {
            if let complete = try? CertificateChain(chain) { found.append(complete) }
            return
        }
        guard chain.count < X509Limits.chainCountMax else { return }
        for issuer in issuers where issuer.subject == last.issuer && !chain.contains(issuer) {
            guard checkCount < Self.checkCountMax else { return }
            checkCount += 1
            if last.isSigned(by: issuer) { extend(chain + [issuer]) }
        }
    }
}
