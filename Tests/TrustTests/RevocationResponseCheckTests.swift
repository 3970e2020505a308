import Encodings
import TestSupport
import Testing
import Trust
import X509

@Suite struct `Revocation by OCSP` {
    let site: RevocationSite
    let response: TestOCSPResponse
    init() throws {
        site = try RevocationSite([RevocationSite.responder])
        response = TestOCSPResponse(about: site.leaf.certificate, by: site.root)
    }

    static let signing = TestCertificate.Extension("extendedKeyUsage", "OCSPSigning")
    static let digital = TestCertificate.Extension("keyUsage", "critical,digitalSignature")
    static let unchecked = TestCertificate.Extension("noCheck", "ignored")

    func delegate(
        _ extensions: [TestCertificate.Extension] = [digital, signing, unchecked],
        by issuer: TestCertificate? = nil
    ) throws -> TestCertificate {
        try TestCertificate("Responder", issuer: issuer ?? site.root, extensions: extensions)
    }

    func flaws(_ response: TestOCSPResponse, at time: Timestamp = RevocationSite.now) throws
        -> [OCSPResponseFlaw]
    {
        try site.with(response).responseFlaws(at: time)
    }

    @Test func `is unknown without a response about the certificate`() throws {
        let gap = RevocationGap.noResponse(
            issuer: site.root.certificate.subject, urls: [RevocationSite.responderURL])
        #expect(try site.leafStatus() == .unknown([gap]))
        let other = try TestCertificate(
            "Other", issuer: site.root, extensions: TestCertificate.leaf)
        let about = TestOCSPResponse(about: other.certificate, by: site.root)
        #expect(try site.with(about).leafStatus() == .unknown([gap]))
        let odd = response.with { $0.certHash.identifier = "1.2.840.113549.2.5" }
        #expect(try site.with(odd).leafStatus() == .unknown([gap]))
    }

    @Test func `is unknown by a response that another key signed`() throws {
        let other = try TestCertificate("Root")
        #expect(try flaws(response.with { $0.responder = other }) == [.unproven(.otherKey)])
    }

    @Test func `is unknown by a response of somebody who is not in it`() throws {
        let delegate = try delegate()
        let bare = response.with { $0.responder = delegate }
        #expect(try flaws(bare) == [.unproven(.noCertificate)])
    }

    @Test func `is unknown by a response signed with SHA-1 (X6)`() throws {
        #expect(
            try flaws(response.with { $0.hash = "SHA1" })
                == [.unproven(.weakSignature("1.2.840.10045.4.1"))])
    }

    @Test func `is unknown by a delegate of another authority`() throws {
        let other = try TestCertificate("Other")
        let delegated = TestOCSPResponse(
            about: site.leaf.certificate, by: site.root, delegate: try delegate(by: other))
        #expect(try flaws(delegated) == [.unproven(.otherIssuer)])
    }

    @Test func `is unknown by a delegate of whom the purpose is not said`() throws {
        for (extensions, flaw) in [
            ([Self.digital, Self.unchecked], OCSPSignatureFlaw.otherUsage),
            ([Self.digital, .init("extendedKeyUsage", "codeSigning")], .otherUsage),
            ([Self.digital, .init("extendedKeyUsage", "anyExtendedKeyUsage")], .otherUsage),
            ([Self.signing, .init("keyUsage", "keyEncipherment")], .otherPurpose),
        ] {
            let delegated = TestOCSPResponse(
                about: site.leaf.certificate, by: site.root, delegate: try delegate(extensions))
            #expect(try flaws(delegated) == [.unproven(flaw)])
        }
    }

    @Test func `is unknown by the certificate's own word`() throws {
        let own = TestOCSPResponse(
            about: site.leaf.certificate, by: site.root, delegate: site.leaf)
        #expect(try flaws(own) == [.unproven(.otherUsage)])
    }

    @Test func `is unknown by a delegate that was not valid when it signed`() throws {
        let delegate = try delegate()
        let before = TestCertificate.notBefore.adding(seconds: -1)
        let early = TestOCSPResponse(
            about: site.leaf.certificate, by: site.root, delegate: delegate
        ).with { $0.producedAt = before }
        #expect(
            try flaws(early) == [
                .unproven(
                    .outsideValidity(
                        notBefore: TestCertificate.notBefore, notAfter: TestCertificate.notAfter))
            ])
    }

    @Test func `is unknown by a delegate that may be revoked`() throws {
        let mute = try delegate([Self.digital, Self.signing])
        let delegated = TestOCSPResponse(
            about: site.leaf.certificate, by: site.root, delegate: mute)
        #expect(try flaws(delegated) == [.responderUnknown([.responderWithoutSource])])

        let named = try delegate([
            Self.digital, Self.signing,
            .init("crlDistributionPoints", "URI:\(RevocationSite.url)"),
        ])
        let answer = TestOCSPResponse(about: site.leaf.certificate, by: site.root, delegate: named)
        let gap = RevocationGap.noList(
            issuer: site.root.certificate.subject, urls: [RevocationSite.url])
        #expect(try flaws(answer) == [.responderUnknown([gap])])
        let list = TestRevocationList(by: site.root)
        #expect(try site.with(answer).with(list).leafStatus().isGood)
        let revoking = list.with { $0.entries = [.init(named.certificate.serialNumber, reason: 1)] }
        let flaws = try site.with(answer).with(revoking).responseFlaws()
        guard case .responderRevoked(let revoked)? = flaws.first else {
            Issue.record("a revoked responder says nothing: \(flaws)")
            return
        }
        #expect(revoked.reason == .keyCompromise)
    }

    @Test func `is unknown by a response with a critical extension that nobody knows`() throws {
        let odd = TestDER.part("1.2.3", isCritical: true, [5, 0])
        #expect(
            try flaws(response.with { $0.extensions = odd })
                == [.unknownCriticalExtensions(["1.2.3"])])
        #expect(
            try flaws(response.with { $0.answerExtensions = odd })
                == [.unknownCriticalExtensions(["1.2.3"])])
    }

    @Test func `is unknown by a response of more than five minutes ahead`() throws {
        let late = RevocationSite.now.adding(seconds: 301)
        #expect(try flaws(response.with { $0.producedAt = late }) == [.fromFuture])
        #expect(try flaws(response.with { $0.thisUpdate = late }) == [.fromFuture])
        let near = response.with { $0.thisUpdate = RevocationSite.now.adding(seconds: 300) }
        #expect(try site.with(near).leafStatus().isGood)
    }

    @Test func `is unknown from the second after nextUpdate`() throws {
        let end = TestRevocationList.end
        guard case .good(let source, let until) = try site.with(response).leafStatus(at: end) else {
            Issue.record("good at nextUpdate")
            return
        }
        #expect(source.kind == .ocsp)
        #expect(until == end.adding(seconds: 1))
        #expect(try flaws(response, at: until) == [.expired(since: end)])
        #expect(try flaws(response.with { $0.nextUpdate = nil }) == [.withoutNextUpdate])
    }

    @Test func `is unknown where the responder does not know the certificate`() throws {
        #expect(
            try flaws(response.with { $0.status = TestOCSPResponse.unknown }) == [.doesNotKnow])
    }

    @Test func `is told by the issuer and by a delegate, in every hash`() throws {
        let delegated = TestOCSPResponse(
            about: site.leaf.certificate, by: site.root, delegate: try delegate())
        #expect(try site.with(delegated).leafStatus().isGood)
        let keyID = try TestOCSPResponse.keyID(of: delegated.responder.certificate)
        #expect(
            try site.with(delegated.with { $0.responderID = keyID }).leafStatus().isGood)
        for (name, identifier) in [
            ("SHA256", "2.16.840.1.101.3.4.2.1"), ("SHA384", "2.16.840.1.101.3.4.2.2"),
            ("SHA512", "2.16.840.1.101.3.4.2.3"),
        ] {
            let hashed = response.with { $0.certHash = (name, identifier) }
            #expect(try site.with(hashed).leafStatus().isGood)
        }
    }

    @Test func `is told though the response has expired or a newer one says otherwise`() throws {
        let revoking = response.with { $0.status = TestOCSPResponse.revoked(reason: 1) }
        let late = TestRevocationList.end.adding(seconds: 1)
        let revoked = try #require(try site.with(revoking).leafStatus(at: late).revoked)
        #expect(revoked.reason == .keyCompromise)
        let newer = response.with { $0.thisUpdate = TestRevocationList.start.adding(seconds: 60) }
        #expect(try site.with(revoking, newer).leafStatus().revoked != nil)
    }

    @Test func `is a hold while the newest response says so`() throws {
        let holding = response.with { $0.status = TestOCSPResponse.revoked(reason: 6) }
        let newer = response.with { $0.thisUpdate = TestRevocationList.start.adding(seconds: 60) }
        #expect(try site.with(holding).leafStatus().revoked?.reason == .certificateHold)
        #expect(try site.with(holding, newer).leafStatus().isGood)
        #expect(try site.with(response, holding).leafStatus().revoked != nil)
        #expect(
            try flaws(holding, at: TestRevocationList.end.adding(seconds: 1))
                == [.expired(since: TestRevocationList.end)])
    }

    @Test func `counts from the invalidity date against a proven time of signing`() throws {
        let date = TestRevocationList.start
        let known = try site.with(
            response.with {
                $0.status = TestOCSPResponse.revoked(reason: 1)
                $0.answerExtensions = TestDER.part("2.5.29.24", TestDER.generalizedTime(date))
            })
        #expect(try known.leafStatus().revoked?.invalidityDate == date)
        #expect(try known.leafStatus(reference: date).revoked != nil)
        #expect(try known.leafStatus(reference: date.adding(seconds: -1)).isGood)
    }

    @Test func `goes before lists, which speak where it says nothing definite`() throws {
        let both = try RevocationSite(
            root: site.root,
            [
                RevocationSite.responder,
                .init("crlDistributionPoints", "URI:\(RevocationSite.url)"),
            ])
        let response = TestOCSPResponse(about: both.leaf.certificate, by: both.root)
        let revoking = both.list(both.entry(1))
        #expect(try both.with(response).with(revoking).leafStatus().isGood)
        let revoked = response.with { $0.status = TestOCSPResponse.revoked() }
        #expect(try both.with(revoked).with(both.list()).leafStatus().revoked != nil)
        let unknown = response.with { $0.status = TestOCSPResponse.unknown }
        #expect(try both.with(unknown).with(revoking).leafStatus().revoked != nil)
        guard case .good(let source, _) = try both.with(unknown).with(both.list()).leafStatus()
        else {
            Issue.record("the list tells")
            return
        }
        #expect(source.kind == .base)
    }
}
