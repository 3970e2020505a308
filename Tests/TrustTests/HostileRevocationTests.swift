import Encodings
import TestSupport
import Testing
import X509

@testable import Trust

@Suite struct `Revocation by what somebody brings along` {
    static let unknown = TestDER.part("1.2.3.4", isCritical: true, [5, 0])
    let site: RevocationSite
    init() throws { site = try RevocationSite() }

    @Test func `sets the place of no delta without a signature`() throws {
        let url = "http://crl.test/delta.crl"
        let named = site.list().with {
            $0.extensions = TestDER.part("2.5.29.46", TestDER.points(["http://crl.test/other.crl"]))
        }
        let delta = site.list().with {
            $0.number = [9]
            $0.baseNumber = [7]
        }
        let before = try site.with(named).with(delta, urls: [url])
        #expect(try before.leafStatus().isUnknown)
        let freshest = TestDER.part("2.5.29.46", TestDER.points([url]))
        let forged = TestRevocationList(by: try TestCertificate("Root")).with {
            $0.extensions = freshest
        }
        #expect(try before.with(forged).leafStatus().isUnknown)
        #expect(try before.with(named.with { $0.extensions = freshest }).leafStatus().isGood)
    }

    @Test func `undoes nothing that was known before`() throws {
        let site = try RevocationSite([
            .init("crlDistributionPoints", "URI:\(RevocationSite.url)"), RevocationSite.responder,
        ])
        let response = TestOCSPResponse(about: site.leaf.certificate, by: site.root)
        let brought = RevocationEvidence(
            lists: [], responses: [try OCSPResponse(der: response.der)])
        func status(_ own: RevocationSite) throws -> CertificateRevocation? {
            RevocationCheck(own.check(), besides: brought)
                .status(of: try own.chain, at: RevocationSite.now, reference: nil)
                .certificates.first
        }
        #expect(try status(site)?.isGood == true)
        #expect(try status(site.with(site.list(site.entry(1))))?.revoked?.reason == .keyCompromise)
        // Of what is all at hand by the site's own doing, responses go first.
        #expect(try site.with(site.list(site.entry(1))).with(response).leafStatus().isGood)
    }

    @Test
    func `counts for nothing with critical extensions that nobody knows, nor does an older one`()
        throws
    {
        let newer = site.list(site.entry(1)).with {
            $0.number = [8]
            $0.extensions = Self.unknown
        }
        #expect(
            try site.with(site.list(), newer).listFlaws()
                == [.unknownCriticalExtensions(["1.2.3.4"])])
        var entry = TestRevocationList.Entry([0x55])
        entry.extensions = Self.unknown
        let other = site.list(entry).with { $0.number = [8] }
        #expect(
            try site.with(site.list(), other).listFlaws()
                == [.unknownCriticalEntryExtensions(["1.2.3.4"])])
    }

    @Test func `revokes by one entry though another about the same cannot be read`() throws {
        var spoilt = site.entry()
        spoilt.extensions = TestDER.part("2.5.29.21", [1, 1, 0xFF])
        let known = try site.with(site.list(spoilt, site.entry(1)))
        #expect(try known.leafStatus().revoked?.reason == .keyCompromise)
        #expect(try site.with(site.list(spoilt)).leafStatus().isUnknown)
    }

    @Test func `is put into one order where some have no number`() throws {
        func list(_ number: [UInt8]?, after hours: Int64, _ entries: TestRevocationList.Entry...)
            -> TestRevocationList
        {
            TestRevocationList(by: site.root, entries).with {
                $0.number = number
                $0.thisUpdate = TestRevocationList.start.adding(seconds: 3_600 * hours)
            }
        }
        // By numbers the first comes last; by dates it comes first.
        let lists = try site.with(list([9], after: 0), list(nil, after: 1), list([8], after: 2))
        #expect(try lists.leafStatus().isGood)
        let held = try lists.with(list(nil, after: 3, site.entry(6)))
        #expect(try held.leafStatus().revoked?.reason == .certificateHold)
    }
}

@Suite struct `Lists for the cache of stock notation` {
    let site: RevocationSite
    init() throws { site = try RevocationSite() }

    private func choice(_ site: RevocationSite) -> CacheableLists {
        site.check().cacheableLists(
            for: site.leaf.certificate, issuedBy: site.root.certificate, at: RevocationSite.url,
            time: RevocationSite.now)
    }

    private func gaps(_ site: RevocationSite) -> [RevocationGap] {
        if case .nothing(let gaps) = choice(site) { gaps } else { [] }
    }

    @Test func `are none that this site does not judge by`() throws {
        #expect(gaps(site).count == 1)
        let scopes: [[UInt8]] = [[0x82, 1, 0xFF], [0x83, 2, 3, 0x08]]
        for scope in scopes {
            let list = site.list().with { $0.extensions = TestRevocationList.scope(scope) }
            #expect(try !gaps(site.with(list)).isEmpty, "\(scope)")
        }
        let number: [UInt8] = [9]
        let below = try site.with(site.list()).with { site in
            site.floors[
                RevocationFloors.Scope(
                    issuerKey: site.root.certificate.keyFingerprint, distributionPoint: "",
                    isDelta: false)] = .init(number: number, thisUpdate: RevocationSite.now)
        }
        #expect(!gaps(below).isEmpty)
        let old = try site.with(site.list()).with { $0.rules = RevocationRules(maxCRLAge: 60) }
        #expect(!gaps(old).isEmpty)
        let weak = site.list().with { $0.hash = "SHA1" }
        #expect(try !gaps(site.with(weak)).isEmpty)
    }

    @Test func `are none that is silent about what another revokes`() throws {
        let expired = site.list(site.entry(1)).with {
            $0.number = [6]
            $0.nextUpdate = $0.thisUpdate.adding(seconds: 60)
        }
        guard case .revoked(let revoked) = choice(try site.with(expired, site.list())) else {
            Issue.record("a silent list is no answer")
            return
        }
        #expect(revoked.reason == .keyCompromise)
    }

    @Test func `are the newest with its delta, be the certificate good or revoked`() throws {
        let older = site.list().with { $0.number = [5] }
        let delta = site.list().with {
            $0.number = [9]
            $0.baseNumber = [7]
        }
        for list in [site.list(), site.list(site.entry(1))] {
            guard case .lists(let base, let added) = choice(try site.with(older, list, delta))
            else {
                Issue.record("there is one")
                return
            }
            #expect(base.number == [7])
            #expect(added?.number == [9])
        }
    }
}
