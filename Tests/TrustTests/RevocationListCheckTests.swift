import Encodings
import TestSupport
import Testing
import Trust
import X509

@Suite struct `Revocation by list` {
    let site: RevocationSite
    init() throws { site = try RevocationSite() }

    // Refusals of the list itself.

    @Test func `is unknown without a list, however much else is at hand (O4)`() throws {
        let gap = RevocationGap.noList(
            issuer: site.root.certificate.subject, urls: [RevocationSite.url])
        #expect(try site.leafStatus() == .unknown([gap]))
        let other = try TestCertificate("Other")
        #expect(try site.with(TestRevocationList(by: other)).leafStatus() == .unknown([gap]))
    }

    @Test func `is unknown by a list of another issuer from where the certificate says`() throws {
        let other = try TestCertificate("Other")
        let list = TestRevocationList(by: site.root).with {
            $0.issuerName = other.certificate.subject.der
        }
        #expect(try site.with(list, urls: [RevocationSite.url]).listFlaws() == [.otherIssuer])
    }

    @Test func `is unknown by a forged list, and nothing is proven`() throws {
        let other = try TestCertificate("Root")
        let status = try site.with(TestRevocationList(by: other, [site.entry()])).status()
        #expect(status.proofs.isEmpty)
        #expect(
            try site.with(TestRevocationList(by: other, [site.entry()])).listFlaws() == [.notSigned]
        )
    }

    @Test func `is unknown by a list signed with SHA-1 (X6)`() throws {
        let list = site.list().with { $0.hash = "SHA1" }
        #expect(try site.with(list).listFlaws() == [.weakSignature("1.2.840.10045.4.1")])
    }

    @Test func `is unknown by a list that another key of the issuer signed by its word (O3)`()
        throws
    {
        let named = try RevocationSite(
            rootExtensions: TestCertificate.authority + [.init("subjectKeyIdentifier", "01:02")])
        let list = named.list().with {
            $0.extensions = TestDER.part(
                "2.5.29.35", TestDER.sequence(TestDER.element(0x80, [1, 3])))
        }
        #expect(try named.with(list).listFlaws() == [.otherKey])
        let right = named.list().with {
            $0.extensions = TestDER.part(
                "2.5.29.35", TestDER.sequence(TestDER.element(0x80, [1, 2])))
        }
        #expect(try named.with(right).leafStatus().isGood)
    }

    @Test func `is unknown by a list of an authority that may not sign any`() throws {
        let mute = try RevocationSite(
            rootExtensions: [
                .init("basicConstraints", "critical,CA:TRUE"),
                .init("keyUsage", "critical,keyCertSign"),
            ])
        #expect(try mute.with(mute.list()).listFlaws() == [.issuerMayNotSign])
    }

    @Test func `is unknown by a list with a critical extension that nobody knows`() throws {
        let list = site.list(site.entry()).with {
            $0.extensions = TestDER.part("1.2.3", isCritical: true, [5, 0])
        }
        #expect(try site.with(list).listFlaws() == [.unknownCriticalExtensions(["1.2.3"])])
        let harmless = site.list().with { $0.extensions = TestDER.part("1.2.3", [5, 0]) }
        #expect(try site.with(harmless).leafStatus().isGood)
    }

    @Test func `is unknown by an entry with a critical extension that nobody knows`() throws {
        var entry = site.entry(1)
        entry.extensions = TestDER.part("1.2.3", isCritical: true, [5, 0])
        #expect(
            try site.with(site.list(entry)).listFlaws()
                == [.unknownCriticalEntryExtensions(["1.2.3"])])
        entry.extensions = TestDER.part("2.5.29.24", [5, 0])
        #expect(
            try site.with(site.list(entry)).listFlaws()
                == [.unreadableEntry(.malformedExtension("2.5.29.24"))])
    }

    @Test func `is unknown by an unreadable entry though an older list is silent`() throws {
        var entry = site.entry(1)
        entry.extensions = TestDER.part("1.2.3", isCritical: true, [5, 0])
        let newer = site.list(entry).with { $0.number = [8] }
        #expect(try site.with(site.list(), newer).leafStatus().isUnknown)
    }

    // Time.

    @Test func `is unknown from the second after nextUpdate, and good up to it`() throws {
        let known = try site.with(site.list())
        let end = TestRevocationList.end
        guard case .good(_, let until) = try known.leafStatus(at: end) else {
            Issue.record("good at nextUpdate")
            return
        }
        #expect(until == end.adding(seconds: 1))
        #expect(try known.leafStatus(at: end.adding(nanoseconds: 999_999_999)).isGood)
        #expect(try known.listFlaws(at: until) == [.expired(since: end)])
    }

    @Test func `is unknown by a list without nextUpdate`() throws {
        let list = site.list().with { $0.nextUpdate = nil }
        #expect(try site.with(list).listFlaws() == [.withoutNextUpdate])
    }

    @Test func `is unknown by a list that is older than the site allows (O2)`() throws {
        let strict = try site.with(site.list()).with {
            $0.rules = RevocationRules(maxCRLAge: 3600)
        }
        let last = TestRevocationList.start.adding(seconds: 3600)
        guard case .good(_, let until) = try strict.leafStatus(at: last) else {
            Issue.record("good at the limit")
            return
        }
        #expect(until == last.adding(seconds: 1))
        #expect(try strict.listFlaws(at: until) == [.tooOld(limit: 3600)])
    }

    @Test func `is good by a list of any age that a site may allow`() throws {
        let lax = try site.with(site.list()).with { $0.rules = RevocationRules(maxCRLAge: .max) }
        guard case .good(_, let until) = try lax.leafStatus() else {
            Issue.record("good until nextUpdate")
            return
        }
        #expect(until == TestRevocationList.end.adding(seconds: 1))
    }

    @Test func `is unknown by a list that is made more than five minutes ahead`() throws {
        let early = TestRevocationList.start.adding(seconds: -300)
        let known = try site.with(site.list(site.entry(1)))
        #expect(try known.leafStatus(at: early).revoked != nil)
        let tooEarly = early.adding(seconds: -1)
        #expect(try known.listFlaws(at: tooEarly) == [.fromFuture])
        #expect(try known.status(at: tooEarly).proofs.isEmpty)
    }

    @Test func `is unknown below the floor of the list's scope`() throws {
        let scope = RevocationFloors.Scope(
            issuerKey: site.root.certificate.keyFingerprint, distributionPoint: "",
            isDelta: false)
        let floor = RevocationFloors.Floor(number: [8], thisUpdate: TestRevocationList.start)
        let past = try site.with(site.list()).with { $0.floors[scope] = floor }
        #expect(try past.listFlaws() == [.belowFloor(floor)])
        let other = RevocationFloors.Scope(
            issuerKey: String(repeating: "0", count: 64), distributionPoint: "", isDelta: false)
        #expect(
            try site.with(site.list()).with { $0.floors[other] = floor }.leafStatus().isGood)
    }

    // Scope.

    @Test func `is unknown by a list that may be about others' certificates`() throws {
        let list = site.list(site.entry()).with {
            $0.extensions = TestRevocationList.scope([0x84, 1, 0xFF])
        }
        #expect(try site.with(list).listFlaws() == [.indirect])
    }

    @Test(arguments: [UInt8(2), 5])
    func `is unknown by a list about other kinds of certificates`(_ field: UInt8) throws {
        let list = site.list(site.entry()).with {
            $0.extensions = TestRevocationList.scope([0x80 | field, 1, 0xFF])
        }
        #expect(try site.with(list).listFlaws() == [.otherKind])
    }

    @Test func `is known by a list about certificates of users`() throws {
        let list = site.list().with {
            $0.extensions = TestRevocationList.scope([0x81, 1, 0xFF])
        }
        #expect(try site.with(list).leafStatus().isGood)
    }

    @Test func `is unknown by a list about another distribution point`() throws {
        let list = site.list(site.entry()).with {
            $0.extensions = TestRevocationList.scope(TestRevocationList.name("http://b.test/"))
        }
        #expect(
            try site.with(list, urls: [RevocationSite.url]).listFlaws()
                == [.otherDistributionPoint])
        let own = site.list().with {
            $0.extensions = TestRevocationList.scope(TestRevocationList.name(RevocationSite.url))
        }
        #expect(try site.with(own, urls: ["http://b.test/"]).leafStatus().isGood)
    }

    @Test func `is unknown by a list that the operator has from elsewhere`() throws {
        #expect(
            try site.with(site.list(site.entry()), urls: ["http://b.test/"]).listFlaws()
                == [.otherDistributionPoint])
        #expect(
            try site.with(site.list(), urls: ["http://b.test/", RevocationSite.url]).leafStatus()
                .isGood)
    }

    @Test func `is unknown for a certificate that names lists of others alone`() throws {
        let name = TestDER.element(0xA0, TestDER.element(0xA0, TestDER.element(0x86, [0x61])))
        let root = site.root.certificate.subject.der
        let point = TestDER.sequence(
            TestDER.sequence(name, TestDER.element(0xA2, TestDER.element(0xA4, root))))
        let hex = point.map { "\(Hex.encode([$0]))" }.joined(separator: ":")
        let indirect = try RevocationSite(
            root: site.root, [.init("crlDistributionPoints", "DER:\(hex)")])
        #expect(
            try indirect.leafStatus()
                == .unknown([.indirectListsOnly(issuer: site.root.certificate.subject)]))
    }

    @Test func `takes every reason, from as many lists as it needs`() throws {
        // ReasonFlags: keyCompromise and cACompromise; then all the others.
        let some = site.list().with {
            $0.extensions = TestRevocationList.scope([0x83, 2, 5, 0x60])
        }
        let rest = site.list().with {
            $0.extensions = TestRevocationList.scope([0x83, 3, 7, 0x1F, 0x80])
            $0.nextUpdate = TestRevocationList.end.adding(seconds: -60)
        }
        let missing = RevocationReason.all.subtracting([.keyCompromise, .authorityCompromise])
        guard case .unknown(let gaps) = try site.with(some).leafStatus() else {
            Issue.record("some reasons are not all")
            return
        }
        #expect(gaps == [.uncoveredReasons(missing)])
        guard case .good(_, let until) = try site.with(some, rest).leafStatus() else {
            Issue.record("together they are about all")
            return
        }
        #expect(until == TestRevocationList.end.adding(seconds: -59))
        let listing = rest.with { $0.entries = [site.entry(4)] }
        #expect(try site.with(some, listing).leafStatus().revoked?.reason == .superseded)
    }

    // Revocations.

    @Test(arguments: [nil, UInt8(0), 1, 2, 3, 4, 5, 9, 10])
    func `is told for every reason`(_ reason: UInt8?) throws {
        let list = site.list(site.entry(reason))
        let revoked = try #require(try site.with(list).leafStatus().revoked)
        #expect(revoked.reason?.rawValue == reason.map(Int.init))
        #expect(revoked.since == TestRevocationList.start)
        #expect(revoked.source.kind == .base)
    }

    @Test func `is told by an expired list, and by one that a newer one replaced`() throws {
        let later = TestRevocationList.end.adding(seconds: 86_400)
        let old = site.list(site.entry(1))
        #expect(try site.with(old).leafStatus(at: later).revoked != nil)
        let newer = site.list().with { $0.number = [8] }
        #expect(try site.with(old, newer).leafStatus().revoked != nil)
    }

    @Test func `of others says nothing of this certificate`() throws {
        let others = (0..<300).map {
            TestRevocationList.Entry([0x11, UInt8($0 >> 8), UInt8($0 & 255)])
        }
        let list = site.list().with { $0.entries = others }
        #expect(try site.with(list).leafStatus().isGood)
    }

    @Test func `counts from the invalidity date against a proven time of signing`() throws {
        let date = TestRevocationList.start
        let known = try site.with(site.list(site.entry(1, invalidSince: date)))
        #expect(try known.leafStatus().revoked?.invalidityDate == date)
        #expect(try known.leafStatus(reference: date).revoked != nil)
        #expect(try known.leafStatus(reference: date.adding(seconds: -1)).isGood)
        let expired = try known.listFlaws(
            at: TestRevocationList.end.adding(seconds: 1), reference: date.adding(seconds: -1))
        #expect(expired == [.expired(since: TestRevocationList.end)])
    }

    // Holds.

    @Test func `is a hold while the latest word by its date is a hold`() throws {
        let held = try site.with(site.list(site.entry(6)))
        #expect(try held.leafStatus().revoked?.reason == .certificateHold)
        let after = try held.listFlaws(at: TestRevocationList.end.adding(seconds: 1))
        #expect(after == [.expired(since: TestRevocationList.end)])
        let removed = site.list(site.entry(6), site.entry(8, after: 60))
        #expect(try site.with(removed).leafStatus().isGood)
        let again = site.list(site.entry(6, after: 60), site.entry(8))
        #expect(try site.with(again).leafStatus().revoked != nil)
        let same = site.list(site.entry(8), site.entry(6))
        #expect(try site.with(same).leafStatus().revoked != nil)
    }

    @Test func `is over when a newer list no longer holds`() throws {
        let newer = site.list().with { $0.number = [8] }
        #expect(try site.with(site.list(site.entry(6)), newer).leafStatus().isGood)
    }
}
