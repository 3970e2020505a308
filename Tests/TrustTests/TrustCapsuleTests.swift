import Encodings
import Testing
import Trust
import X509

@Suite struct `Trust capsules` {
    static func capsule() throws -> TrustCapsule {
        let root = try TestCertificates.chain().root
        let main = try #require(TrustStoreName("ca:main"))
        let times = try #require(TrustStoreName("tsa:times"))
        return TrustCapsule(
            counter: 7, policies: [.images: try PolicyText.read(PolicyText.with([:]))],
            stores: [
                main: try TrustedCertificates([root, TestCertificates.chain().root], for: .ca),
                times: try TrustedCertificates([root], for: .tsa),
            ],
            revocationLists: [
                .init(der: [3], urls: ["http://b", "http://a"]), .init(der: [1, 2], urls: []),
            ], ocspResponses: [[9]])
    }

    /// The members of a sound capsule, to be spoilt one at a time.
    static func members() throws -> JSONObject {
        try JSONPlace(JSON(parsing: capsule().bytes)).object()
    }

    @Test func `come back from their bytes, and have one spelling`() throws {
        let capsule = try Self.capsule()
        let again = try TrustCapsule(parsing: capsule.bytes)
        #expect(again.bytes == capsule.bytes)
        #expect(again.counter == 7)
        #expect(again.policies[.images]?.bytes == capsule.policies[.images]?.bytes)
        #expect(again.stores == capsule.stores)
        #expect(again.revocationLists.map(\.der) == [[1, 2], [3]])
        #expect(again.revocationLists.map(\.urls) == [[], ["http://a", "http://b"]])
        #expect(again.ocspResponses == [[9]])
        #expect(!again.isEmpty)
    }

    @Test func `may be empty`() throws {
        let capsule = try TrustCapsule(parsing: TrustCapsule.empty.bytes)
        #expect(capsule.isEmpty)
        #expect(capsule.counter == 0)
        let text =
            #"{"version":"1.0","critical":[],"counter":0,"policies":[],"trustStores":[],"#
            + #""crls":[],"ocspResponses":[]}"#
        #expect(String(decoding: capsule.bytes, as: UTF8.self) == text)
    }

    struct Spoilt: Sendable, CustomTestStringConvertible {
        let name: String
        let value: JSON?
        let error: TrustCapsuleError
        var testDescription: String { "\(name): \(error)" }

        init(_ name: String, _ value: JSON?, _ error: TrustCapsuleError) {
            self.name = name
            self.value = value
            self.error = error
        }
    }

    static let spoilt = [
        Spoilt("version", "1.1", .unsupportedVersion("1.1")),
        Spoilt("version", nil, .shape(.missing(path: "version"))),
        Spoilt("critical", ["floors"], .unknownCriticalMember("floors")),
        Spoilt(
            "counter", -1,
            .shape(.unexpected(path: "counter", expected: "an integer of at least 0"))),
        Spoilt("counter", nil, .shape(.missing(path: "counter"))),
        Spoilt("crls", nil, .shape(.missing(path: "crls"))),
        Spoilt(
            "crls", [["content": "AQ", "urls": []]],
            .shape(.unexpected(path: "crls[0].content", expected: "base64"))),
        Spoilt(
            "crls", [["content": "AQI="]], .shape(.missing(path: "crls[0].urls"))),
        Spoilt(
            "crls", [["content": "Aw==", "urls": []], ["content": "AQI=", "urls": []]],
            .notCanonical),
        Spoilt(
            "crls", [["content": "Aw==", "urls": []], ["content": "Aw==", "urls": []]],
            .notCanonical),
        Spoilt(
            "crls", [["content": "Aw==", "urls": ["http://b", "http://a"]]], .notCanonical),
        Spoilt("ocspResponses", ["Aw==", "AQI="], .notCanonical),
        Spoilt(
            "policies", [["name": "../x", "content": ""]], .unexpectedPolicy(name: "../x")),
        Spoilt(
            "policies", [["name": "trustpolicy.json", "content": ""]],
            .policy(name: "trustpolicy.json", .json(.truncated))),
        Spoilt(
            "policies", [["name": "trustpolicy.json", "content": "", "mode": 1]],
            .shape(.unknownMember(path: "policies[0].mode"))),
        Spoilt(
            "trustStores", [["name": "ca:..", "certificates": []]],
            .unexpectedTrustStore(name: "ca:..")),
    ]

    @Test(arguments: spoilt)
    func `are refused for one spoilt member`(_ spoilt: Spoilt) throws {
        var members = try Self.members()
        members[spoilt.name] = spoilt.value
        #expect(throws: spoilt.error) {
            try TrustCapsule(parsing: JSON.object(members).serialized())
        }
    }

    @Test func `are refused for certificates that may not stand in their store`() throws {
        let main = try #require(TrustStoreName("ca:main"))
        var members = try Self.members()
        members["trustStores"] = [["name": "ca:main", "certificates": []]]
        #expect(throws: TrustCapsuleError.trustStore(main, .none)) {
            try TrustCapsule(parsing: JSON.object(members).serialized())
        }
        let leaf = try TestCertificates.chain().leaf
        let text = JSON.string(Base64.encode(leaf.der))
        members["trustStores"] = [["name": "ca:main", "certificates": [text]]]
        let error = TrustedCertificatesError.notAnAuthority(fingerprint: leaf.sha256Fingerprint)
        #expect(throws: TrustCapsuleError.trustStore(main, error)) {
            try TrustCapsule(parsing: JSON.object(members).serialized())
        }
    }

    @Test func `are refused in any other spelling`() throws {
        let capsule = try Self.capsule()
        #expect(throws: TrustCapsuleError.notCanonical) {
            try TrustCapsule(parsing: capsule.bytes + [10])
        }
        #expect(throws: TrustCapsuleError.notCanonical) {
            try TrustCapsule(parsing: JSON(parsing: capsule.bytes).serialized(.indented))
        }
    }

    @Test func `keep members of a later version that are not critical`() throws {
        var members = try Self.members()
        members["a-later-member"] = ["x": 1]
        let bytes = JSON.object(members).serialized()
        #expect(try TrustCapsule(parsing: bytes).bytes == bytes)
        members["B-before"] = 1
        #expect(throws: TrustCapsuleError.notCanonical) {
            try TrustCapsule(parsing: JSON.object(members).serialized())
        }
    }
}
