import Encodings
import TestSupport
import Testing
import Trust
import X509

@Suite struct `Revocation by delta` {
    static let deltaURL = "http://crl.test/delta.crl"
    let site: RevocationSite
    init() throws { site = try RevocationSite() }

    /// List 7, which says that deltas are to be had.
    func base(_ entries: TestRevocationList.Entry...) -> TestRevocationList {
        TestRevocationList(by: site.root, entries).with {
            $0.extensions = TestDER.part("2.5.29.46", TestDER.points([Self.deltaURL]))
        }
    }

    /// Delta 9 to list 7.
    func delta(_ entries: TestRevocationList.Entry...) -> TestRevocationList {
        TestRevocationList(by: site.root, entries).with {
            $0.number = [9]
            $0.baseNumber = [7]
        }
    }

    /// The flaws of the delta and of the list that lacks one.
    func flaws(_ delta: TestRevocationList, at time: Timestamp = RevocationSite.now) throws
        -> [RevocationListFlaw]
    {
        try site.with(base(), delta).listFlaws(at: time)
    }

    static let missing = RevocationListFlaw.withoutDelta(urls: [deltaURL])

    @Test func `is unknown where the list names one that is not at hand`() throws {
        #expect(try site.with(base()).listFlaws() == [Self.missing])
    }

    @Test func `is unknown where the certificate names one that is not at hand`() throws {
        let named = try RevocationSite(
            root: site.root,
            [
                .init("crlDistributionPoints", "URI:\(RevocationSite.url)"),
                .init("freshestCRL", "URI:\(Self.deltaURL)"),
            ])
        #expect(try named.with(named.list()).listFlaws() == [Self.missing])
        #expect(try named.with(named.list(), delta()).leafStatus().isGood)
    }

    @Test func `is unknown by a delta alone`() throws {
        guard case .unknown(let gaps) = try site.with(delta()).leafStatus() else {
            Issue.record("a delta is no list")
            return
        }
        #expect(
            gaps == [
                .noList(issuer: site.root.certificate.subject, urls: [RevocationSite.url])
            ])
    }

    @Test func `is unknown by a delta whose number is not above the list's`() throws {
        for number: [UInt8] in [[7], [6]] {
            let flaws = try flaws(delta().with { $0.number = number })
            #expect(flaws == [.notAboveBase(number: [7]), Self.missing])
        }
        #expect(try site.with(base(), delta().with { $0.number = [1, 0] }).leafStatus().isGood)
    }

    @Test func `is unknown by a delta to a newer list`() throws {
        let newer = delta().with {
            $0.number = [12]
            $0.baseNumber = [8]
        }
        #expect(try flaws(newer) == [.needsNewerBase(number: [8])])
        // Neither an older delta that fits, nor that none is needed, says what has happened since.
        let older = try site.with(base(), delta(), newer)
        #expect(try older.listFlaws() == [.needsNewerBase(number: [8])])
        let plain = try site.with(site.list(), newer)
        #expect(try plain.listFlaws() == [.needsNewerBase(number: [8])])
        #expect(try site.with(base(), delta().with { $0.baseNumber = [6] }).leafStatus().isGood)
    }

    @Test func `is unknown by a delta without a number`() throws {
        #expect(try flaws(delta().with { $0.number = nil }) == [.unnumbered, Self.missing])
    }

    @Test func `is unknown by a forged delta`() throws {
        let other = try TestCertificate("Root")
        #expect(try flaws(delta().with { $0.issuer = other }) == [Self.missing, .notSigned])
    }

    @Test func `is unknown by a delta about something else`() throws {
        let other = delta().with { $0.extensions = TestRevocationList.scope([0x81, 1, 0xFF]) }
        #expect(try flaws(other) == [Self.missing])
        let elsewhere = try site.with(base()).with(delta(), urls: ["http://b.test/"])
        #expect(try elsewhere.listFlaws() == [Self.missing, .otherDistributionPoint])
    }

    @Test func `is unknown once the delta has expired, which may be sooner than the list`() throws {
        let end = TestRevocationList.end.adding(seconds: -60)
        let known = try site.with(base(), delta().with { $0.nextUpdate = end })
        guard case .good(let source, let until) = try known.leafStatus() else {
            Issue.record("good before")
            return
        }
        #expect(source.kind == .base)
        #expect(until == end.adding(seconds: 1))
        #expect(try known.listFlaws(at: until) == [.expired(since: end), Self.missing])
    }

    @Test func `is unknown below the floor of deltas`() throws {
        let scope = RevocationFloors.Scope(
            issuerKey: site.root.certificate.keyFingerprint, distributionPoint: "", isDelta: true)
        let floor = RevocationFloors.Floor(number: [10], thisUpdate: TestRevocationList.start)
        let past = try site.with(base(), delta()).with { $0.floors[scope] = floor }
        #expect(try past.listFlaws() == [.belowFloor(floor), Self.missing])
    }

    @Test func `is told by a delta though the list is silent`() throws {
        let revoked = try site.with(base(), delta(site.entry(1))).leafStatus().revoked
        #expect(revoked?.source.kind == .delta)
        let held = try site.with(base(), delta(site.entry(6))).leafStatus().revoked
        #expect(held?.reason == .certificateHold)
    }

    @Test func `is undone by a delta only if it was a hold, and an earlier one`() throws {
        #expect(
            try site.with(base(site.entry(6)), delta(site.entry(8, after: 60))).leafStatus().isGood)
        #expect(
            try site.with(base(site.entry(6, after: 60)), delta(site.entry(8))).leafStatus().revoked
                != nil)
        #expect(
            try site.with(base(site.entry(1)), delta(site.entry(8, after: 60))).leafStatus().revoked
                != nil)
    }

    @Test func `takes the newest delta`() throws {
        let older = delta(site.entry(6)).with { $0.number = [8] }
        #expect(try site.with(base(), older, delta()).leafStatus().isGood)
        let newer = delta(site.entry(6)).with { $0.number = [10] }
        #expect(try site.with(base(), newer, delta()).leafStatus().revoked != nil)
    }
}
