import Encodings
import TestSupport
import Testing
import Trust
import X509

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
