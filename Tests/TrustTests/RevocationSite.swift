import Encodings
import TestSupport
import Testing
import X509

@testable import Trust

/// An authority, a certificate of its, and what is at hand about it. TEST ONLY.
struct RevocationSite {
    static let url = "http://crl.test/leaf.crl"
    static let responderURL = "http://ocsp.test"
    /// Between thisUpdate and nextUpdate of every list.
    static let now = TestRevocationList.start.adding(seconds: 86_400)

    let root: TestCertificate
    let leaf: TestCertificate
    var evidence: [RevocationEvidence.List] = []
    var responses: [OCSPResponse] = []
    var rules = RevocationRules.standard
    var floors = RevocationFloors()

    /// A leaf that names a list, unless other extensions are given.
    init(
        root: TestCertificate? = nil,
        rootExtensions: [TestCertificate.Extension] = TestCertificate.authority,
        _ extensions: [TestCertificate.Extension] = [.init("crlDistributionPoints", "URI:\(url)")]
    ) throws {
        let root = try root ?? TestCertificate("Root", extensions: rootExtensions)
        self.root = root
        leaf = try TestCertificate(
            "Leaf", issuer: root, extensions: TestCertificate.leaf + extensions)
    }

    static let responder = TestCertificate.Extension(
        "authorityInfoAccess", "OCSP;URI:\(responderURL)")

    /// A sound list with these entries.
    func list(_ entries: TestRevocationList.Entry...) -> TestRevocationList {
        TestRevocationList(by: root, entries)
    }

    /// An entry about the leaf.
    func entry(
        _ reason: UInt8? = nil, after seconds: Int64 = 0, invalidSince: Timestamp? = nil
    ) -> TestRevocationList.Entry {
        .init(
            leaf.certificate.serialNumber, reason: reason,
            at: TestRevocationList.start.adding(seconds: seconds), invalidSince: invalidSince)
    }

    /// The site with more at hand.
    func with(_ lists: TestRevocationList..., urls: Set<String> = []) throws -> RevocationSite {
        var site = self
        for list in lists {
            site.evidence.append(.init(list: try RevocationList(der: list.der), urls: urls))
        }
        return site
    }

    /// The site with more at hand.
    func with(_ answers: TestOCSPResponse...) throws -> RevocationSite {
        var site = self
        for answer in answers { site.responses.append(try OCSPResponse(der: answer.der)) }
        return site
    }

    /// The site with something changed.
    func with(_ change: (inout RevocationSite) -> Void) -> RevocationSite {
        var site = self
        change(&site)
        return site
    }

    var chain: CertificateChain {
        get throws { try CertificateChain([leaf.certificate, root.certificate]) }
    }

    func check(impliesPoints: Bool = false) -> RevocationCheck {
        RevocationCheck(
            evidence: RevocationEvidence(lists: evidence, responses: responses), rules: rules,
            floors: floors, impliesPoints: impliesPoints)
    }

    func status(at time: Timestamp = now, reference: Timestamp? = nil) throws -> RevocationStatus {
        try check().status(of: chain, at: time, reference: reference)
    }

    /// What is known of the leaf.
    func leafStatus(at time: Timestamp = now, reference: Timestamp? = nil) throws
        -> CertificateRevocation
    {
        let certificates = try status(at: time, reference: reference).certificates
        try #require(certificates.count == 1)
        return certificates[0]
    }

    /// Why nothing is known of the leaf: the flaws of lists, in their order.
    func listFlaws(at time: Timestamp = now, reference: Timestamp? = nil) throws
        -> [RevocationListFlaw]
    {
        guard case .unknown(let gaps) = try leafStatus(at: time, reference: reference) else {
            return []
        }
        return gaps.compactMap { if case .list(_, let flaw) = $0 { flaw } else { nil } }
    }

    /// The same of responses.
    func responseFlaws(at time: Timestamp = now) throws -> [OCSPResponseFlaw] {
        guard case .unknown(let gaps) = try leafStatus(at: time) else { return [] }
        return gaps.compactMap { if case .response(_, let flaw) = $0 { flaw } else { nil } }
    }
}

extension CertificateRevocation {
    var isGood: Bool { if case .good = self { true } else { false } }
    var isUnknown: Bool { if case .unknown = self { true } else { false } }
    var revoked: RevokedCertificate? {
        if case .revoked(let revoked) = self { revoked } else { nil }
    }
}
