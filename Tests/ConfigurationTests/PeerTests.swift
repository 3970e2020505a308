import Configuration
import Encodings
import Files
import SystemPackage
import TestSupport
import Testing
import Trust
import X509

@Suite struct `Peers of a home` {
    let home: TemporaryHome
    let root: Certificate
    let name: SiteName

    init() throws {
        home = try TemporaryHome()
        root = try TemporaryHome.chain().root
        name = try SiteName("low-side")
    }

    func peer(_ identities: [String] = ["*"], isSuspended: Bool = false) throws -> Peer {
        try Peer(
            name: name, anchors: TrustedCertificates([root], for: .ca),
            identities: TrustedIdentities(identities),
            repositories: [RepositoryPrefix("registry.test/team"), RepositoryPrefix("b.test")],
            permissions: [.bundles, .receipts],
            suspension: isSuspended
                ? Peer.Suspension(since: Timestamp(seconds: 0), reason: "lost") : nil)
    }

    /// The members of a sound entry, to be spoilt one at a time.
    func members() throws -> JSONObject {
        try home.home.setPeer(peer())
        let file = try FileSystem.real.file(at: "\(home.path)/peers/low-side/peer.json")
        return try JSONPlace(JSON(parsing: file.readAll(limit: 1 << 20))).object()
    }

    var path: String { "\(home.path)/peers/low-side/peer.json" }

    @Test func `come back as they were written, suspended or not`() throws {
        #expect(try home.home.peer(name) == nil)
        let identity = "x509.subject: C=US, ST=WA, O=Acme"
        for isSuspended in [true, false] {
            try home.home.setPeer(peer([identity], isSuspended: isSuspended))
            let read = try #require(try home.home.peer(name))
            #expect(read.name == name)
            #expect(read.anchors.certificates == [root])
            #expect(read.identities.texts == [identity])
            #expect(read.repositories.map(\.text) == ["registry.test/team", "b.test"])
            #expect(read.permissions == [.bundles, .receipts])
            #expect(read.isSuspended == isSuspended)
            #expect(read.may(.bundles) == !isSuspended)
            #expect(!read.may(.capsules))
        }
        #expect(try home.home.peerNames() == [name])
    }

    @Test(arguments: [
        ("registry.test/team", true), ("registry.test/team/app", true), ("b.test/x", true),
        ("registry.test/teams", false), ("registry.test/other", false), ("b.test.evil/x", false),
    ]) func `speak for the repositories inside their prefixes only`(
        _ repository: String, _ isAllowed: Bool
    ) throws {
        #expect(try peer().maySpeak(for: RegistryScope(repository)) == isAllowed)
    }

    @Test func `are refused as entries that could serve for nothing`() throws {
        let anchors = try TrustedCertificates([root], for: .ca)
        let prefix = try RepositoryPrefix("a.test")
        #expect(throws: PeerError.noRepositories) {
            try Peer(
                name: name, anchors: anchors, identities: .everyone, repositories: [],
                permissions: [.bundles])
        }
        #expect(throws: PeerError.repository("a.test")) {
            try Peer(
                name: name, anchors: anchors, identities: .everyone,
                repositories: [prefix, prefix], permissions: [.bundles])
        }
        #expect(throws: PeerError.noPermissions) {
            try Peer(
                name: name, anchors: anchors, identities: .everyone, repositories: [prefix],
                permissions: [])
        }
        #expect(throws: PeerError.foreignIdentity("x509.san:a")) { try peer(["x509.san:a"]) }
    }

    @Test(
        arguments: [
            ("identities", [], PeerError.identities(.none)),
            ("identities", ["*", "*"], .identities(.wildcardBesideOthers)),
            ("repositories", [], .noRepositories),
            ("repositories", ["*"], .repository("*")),
            ("may", [], .noPermissions),
            ("may", ["bundles", "bundles"], .permission("bundles")),
            ("may", ["everything"], .permission("everything")),
            ("anchors", [], .anchors(.none)),
            ("anchors", ["../../x"], .missingAnchor(fingerprint: "../../x")),
        ] as [(String, JSON, PeerError)])
    func `are refused for one spoilt list of their file`(
        _ member: String, _ value: JSON, _ error: PeerError
    ) throws {
        var members = try members()
        members[member] = value
        try home.put("peers/low-side/peer.json", JSON.object(members).serialized())
        #expect(throws: ConfigurationError.peer(path: path, error)) { try home.home.peer(name) }
    }

    @Test func `are refused for another version, shape or name of their file`() throws {
        let sound = try members()
        func put(_ name: String, _ value: JSON?) throws {
            var members = sound
            members[name] = value
            try home.put("peers/low-side/peer.json", JSON.object(members).serialized())
        }
        try put("version", "2.0")
        #expect(throws: ConfigurationError.unsupportedVersion(path: path, "2.0")) {
            try home.home.peer(name)
        }
        try put("suspended", nil)
        #expect(throws: ConfigurationError.shape(path: path, .missing(path: "suspended"))) {
            try home.home.peer(name)
        }
        try put("extra", 1)
        #expect(throws: ConfigurationError.shape(path: path, .unknownMember(path: "extra"))) {
            try home.home.peer(name)
        }
        try put("name", "other")
        #expect(throws: ConfigurationError.siteName(path: path, "other")) {
            try home.home.peer(name)
        }
    }

    @Test func `are refused when an anchor is gone, another, or a link`() throws {
        let fingerprint = root.sha256Fingerprint
        let file = "peers/low-side/anchors/\(fingerprint).pem"
        try home.home.setPeer(peer())
        try home.put(file, TemporaryHome.chain().root.pem)
        #expect(throws: ConfigurationError.peer(path: path, .wrongAnchor(fingerprint: fingerprint)))
        { try home.home.peer(name) }
        let anchors = try home.folder.folder("peers").folder("low-side").folder("anchors")
        try anchors.remove("\(fingerprint).pem")
        #expect(
            throws: ConfigurationError.peer(path: path, .missingAnchor(fingerprint: fingerprint))
        ) { try home.home.peer(name) }
        try home.put("elsewhere.pem", root.pem)
        home.link(file, to: "../../../elsewhere.pem")
        #expect(throws: ConfigurationError.file(.wrongKind(path: "\(home.path)/\(file)"))) {
            try home.home.peer(name)
        }
    }

    @Test func `count no anchor that their entry does not name`() throws {
        try home.home.setPeer(peer())
        let other = try TemporaryHome.chain().root
        try home.put("peers/low-side/anchors/\(other.sha256Fingerprint).pem", other.pem)
        #expect(try home.home.peer(name)?.anchors.certificates == [root])
    }

    @Test func `are the old entry or the new one, whichever operation fails`() throws {
        let old = try peer()
        let new = try peer(isSuspended: true)
        for failing in 1... {
            let faulty = FaultyFiles(at: failing, by: .fail(.ioError))
            let home = try TemporaryHome(faults: faulty.faults)
            try home.reopened().setPeer(old)
            do {
                try home.home.setPeer(new)
                #expect(try home.reopened().peer(name)?.isSuspended == true)
                #expect(failing > 6)
                return
            } catch {
                let read = try #require(try home.reopened().peer(name))
                #expect(read.anchors == old.anchors)
            }
        }
    }

    @Test func `no folder under peers has a name that no site could have`() throws {
        try home.put("peers/Low Side/peer.json", "{}")
        #expect(throws: ConfigurationError.siteName(path: "\(home.path)/peers", "Low Side")) {
            try home.home.peerNames()
        }
    }
}

@Suite struct `A site's own name` {
    @Test func `comes back as it was given, and can be changed`() throws {
        let home = try TemporaryHome()
        #expect(try home.home.ownName() == nil)
        for text in ["signing-room", "room.2"] {
            try home.home.setOwnName(SiteName(text))
            #expect(try home.home.ownName()?.text == text)
        }
        #expect(try home.home.peerNames().isEmpty)
    }

    @Test func `is refused when its file was spoilt`() throws {
        let home = try TemporaryHome()
        let path = "\(home.path)/peers/self.json"
        try home.put("peers/self.json", #"{"version":"1.0","name":"A"}"#)
        #expect(throws: ConfigurationError.siteName(path: path, "A")) { try home.home.ownName() }
        try home.put("peers/self.json", #"{"version":"1.0","name":"a","x":1}"#)
        #expect(throws: ConfigurationError.shape(path: path, .unknownMember(path: "x"))) {
            try home.home.ownName()
        }
    }
}
