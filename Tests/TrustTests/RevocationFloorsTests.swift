import Encodings
import TestSupport
import Testing
import X509

@testable import Trust

@Suite struct `Revocation floors` {
    let site: RevocationSite
    init() throws { site = try RevocationSite() }

    func proofs(_ lists: TestRevocationList...) throws -> [RevocationProof] {
        var known = site
        for list in lists { known = try known.with(list) }
        return try known.status().proofs
    }

    var scope: RevocationFloors.Scope {
        .init(
            issuerKey: site.root.certificate.keyFingerprint, distributionPoint: "",
            isDelta: false)
    }

    @Test func `move by no list that is forged, from the future or about others`() throws {
        let other = try TestCertificate("Root")
        #expect(try proofs(TestRevocationList(by: other)).isEmpty)
        let year2040 = Timestamp(seconds: 2_208_988_800)
        #expect(try proofs(site.list().with { $0.thisUpdate = year2040 }).isEmpty)
        let indirect = site.list().with {
            $0.extensions = TestRevocationList.scope([0x84, 1, 0xFF])
        }
        #expect(try proofs(indirect).isEmpty)
        let response = TestOCSPResponse(about: site.leaf.certificate, by: other)
        #expect(try site.with(response).status().proofs.isEmpty)
    }

    @Test func `move up by number, and never down`() throws {
        var floors = RevocationFloors()
        floors.raise(by: try proofs(site.list()))
        #expect(floors[scope] == .init(number: [7], thisUpdate: TestRevocationList.start))
        let before = floors
        for lower: [UInt8] in [[6], [0], [7]] {
            floors.raise(by: try proofs(site.list().with { $0.number = lower }))
            #expect(floors == before)
        }
        floors.raise(by: try proofs(site.list().with { $0.number = [1, 0] }))
        #expect(floors[scope]?.number == [1, 0])
        #expect(floors.scopes == [scope])
    }

    @Test func `move up by date where there is no number`() throws {
        var floors = RevocationFloors()
        let later = TestRevocationList.start.adding(seconds: 60)
        floors.raise(by: try proofs(site.list()))
        let unnumbered = site.list().with { $0.number = nil }
        floors.raise(by: try proofs(unnumbered))
        #expect(floors[scope] == .init(number: [7], thisUpdate: TestRevocationList.start))
        floors.raise(by: try proofs(unnumbered.with { $0.thisUpdate = later }))
        #expect(floors[scope] == .init(number: [7], thisUpdate: later))
        #expect(
            RevocationFloors.Floor(number: nil, thisUpdate: TestRevocationList.start).isBelow(
                .init(number: [7], thisUpdate: later)))
    }

    @Test func `are apart for each scope, for bases and deltas, and for each key`() throws {
        var floors = RevocationFloors()
        let delta = site.list().with {
            $0.number = [9]
            $0.baseNumber = [7]
        }
        let users = site.list().with {
            $0.number = [3]
            $0.extensions = TestRevocationList.scope([0x81, 1, 0xFF])
        }
        floors.raise(by: try proofs(site.list(), delta, users))
        #expect(floors.scopes.count == 3)
        #expect(floors[scope]?.number == [7])
        let numbers = floors.scopes.filter { $0 != scope }.map { floors[$0]?.number }
        #expect(Set(numbers) == [[3], [9]])
    }

    @Test func `do not move by what is below them`() throws {
        let known = try site.with(site.list()).with {
            $0.floors[scope] = .init(number: [9], thisUpdate: TestRevocationList.start)
        }
        var floors = known.floors
        floors.raise(by: try known.status().proofs)
        #expect(floors == known.floors)
    }

    @Test func `move by a list that has expired`() throws {
        let status = try site.with(site.list()).status(
            at: TestRevocationList.end.adding(seconds: 86_400))
        #expect(status.proofs.map(\.number) == [[7]])
        #expect(status.proofs.first?.nextUpdate == TestRevocationList.end)
        #expect(status.proofs.first?.issuer == "CN=Root,O=TEST ONLY,ST=Test,C=US")
    }
}

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
