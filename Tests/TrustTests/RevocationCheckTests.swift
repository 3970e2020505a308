import Encodings
import TestSupport
import Testing
import X509

@testable import Trust

@Suite struct `A revocation check` {
    @Test func `asks about every certificate but the root, leaf first`() throws {
        let root = try TestCertificate("Root")
        let rootURL = TestCertificate.Extension("crlDistributionPoints", "URI:http://crl.test/root")
        let middle = try TestCertificate(
            "Middle", issuer: root, extensions: TestCertificate.authority + [rootURL])
        let site = try RevocationSite(root: middle, [])
        let chain = try CertificateChain([
            site.leaf.certificate, middle.certificate, root.certificate,
        ])
        let list = TestRevocationList(
            by: root, [.init(middle.certificate.serialNumber, reason: 2)])
        let status = try site.with(list).check().status(
            of: chain, at: RevocationSite.now, reference: nil)
        #expect(status.certificates.count == 2)
        #expect(status.certificates.first == .withoutSource)
        #expect(status.certificates.last?.revoked?.reason == .authorityCompromise)
        let alone = try CertificateChain([root.certificate])
        let nothing = site.check().status(of: alone, at: RevocationSite.now, reference: nil)
        #expect(nothing.certificates.isEmpty)
    }

    @Test func `passes a certificate without a source unless the site requires one`() throws {
        let site = try RevocationSite([])
        // A list of its issuer is not asked: the certificate names none.
        let known = try site.with(site.list(site.entry(1)))
        #expect(try known.leafStatus() == .withoutSource)
        let strict = known.with { $0.rules = RevocationRules(requiresInformation: true) }
        #expect(try strict.leafStatus() == .unknown([.noSource]))
    }

    @Test func `says first what helps most`() throws {
        let site = try RevocationSite([
            RevocationSite.responder,
            .init("crlDistributionPoints", "URI:\(RevocationSite.url)"),
        ])
        let expired = site.list()
        let elsewhere = site.list().with {
            $0.extensions = TestRevocationList.scope(TestRevocationList.name("http://b.test/"))
        }
        let time = TestRevocationList.end.adding(seconds: 1)
        guard case .unknown(let gaps) = try site.with(elsewhere, expired).leafStatus(at: time),
            case .list(let facts, let flaw)? = gaps.first
        else {
            Issue.record("unknown by an expired list")
            return
        }
        #expect(flaw == .expired(since: TestRevocationList.end))
        #expect(facts.number == [7])
        #expect(facts.issuer == site.root.certificate.subject)
        #expect(gaps.count == 3)
    }

    @Test func `verifies a list once, and answers for a chain and time once`() throws {
        let site = try RevocationSite()
        let known = try site.with(site.list())
        let check = known.check()
        for second in 0..<100 {
            let leaf =
                second < 50
                ? known : try RevocationSite(root: site.root)
            let time = RevocationSite.now.adding(seconds: Int64(second % 10))
            let status = try check.status(of: leaf.chain, at: time, reference: nil)
            #expect(status.certificates.first?.isGood == true)
        }
        #expect(check.memory.listCount == 1)
        #expect(check.memory.answerCount == 60)
    }

    @Test func `asks lists of the issuer about any certificate only when told so`() throws {
        let site = try RevocationSite([])
        let known = try site.with(site.list(site.entry(1)))
        let status = try known.check(impliesPoints: true).status(
            of: known.chain, at: RevocationSite.now, reference: nil)
        #expect(status.certificates.first?.revoked != nil)
    }
}
