import Encodings
import X509

/// A trust capsule as its document spells it: its shape checked, its contents not yet.
struct TrustCapsuleText {
    struct Policy {
        let name: String
        let content: [UInt8]
    }

    struct Store {
        let name: String
        let certificates: [[UInt8]]
    }

    let counter: Int64
    let revocationLists: [TrustCapsule.List]
    let ocspResponses: [[UInt8]]
    let extensions: JSONObject
    private let policyTexts: [Policy]
    private let storeTexts: [Store]

    private static let members = [
        "version", "critical", "counter", "policies", "trustStores", "crls", "ocspResponses",
    ]

    init(_ document: JSON) throws(TrustCapsuleError) {
        let place = JSONPlace(document)
        let version: String
        let critical: [String]
        do throws(JSONShapeError) {
            version = try place.member("version").string()
            var names: [String] = []
            for name in try place.member("critical").array() { names.append(try name.string()) }
            critical = names
        } catch {
            throw .shape(error)
        }
        guard version.utf8.elementsEqual("1.0".utf8) else { throw .unsupportedVersion(version) }
        // Version 1.0 has no member that may be passed over, so none needs to be called critical.
        if let name = critical.first { throw .unknownCriticalMember(name) }
        do throws(JSONShapeError) {
            counter = try place.member("counter").integer(atLeast: 0)
            policyTexts = try Self.policies(place.member("policies"))
            storeTexts = try Self.stores(place.member("trustStores"))
            revocationLists = try Self.lists(place.member("crls"))
            ocspResponses = try Self.evidence(place.member("ocspResponses"))
            extensions = try Self.extensions(place)
        } catch {
            throw .shape(error)
        }
    }

    func policies() throws(TrustCapsuleError) -> [TrustPolicyFile: TrustPolicyDocument] {
        var policies: [TrustPolicyFile: TrustPolicyDocument] = [:]
        for text in policyTexts {
            guard let file = TrustPolicyFile(spelled: text.name), policies[file] == nil else {
                throw .unexpectedPolicy(name: text.name)
            }
            do throws(TrustPolicyError) {
                policies[file] = try TrustPolicyDocument(parsing: text.content, as: file.kind)
            } catch {
                throw .policy(name: text.name, error)
            }
        }
        return policies
    }

    func trustStores() throws(TrustCapsuleError) -> [TrustStoreName: TrustedCertificates] {
        var stores: [TrustStoreName: TrustedCertificates] = [:]
        for text in storeTexts {
            guard let name = TrustStoreName(text.name), stores[name] == nil else {
                throw .unexpectedTrustStore(name: text.name)
            }
            var certificates: [Certificate] = []
            do throws(CertificateError) {
                for der in text.certificates { certificates.append(try Certificate(der: der)) }
            } catch {
                throw .certificate(store: name, error)
            }
            do throws(TrustedCertificatesError) {
                stores[name] = try TrustedCertificates(certificates, for: name.type)
            } catch {
                throw .trustStore(name, error)
            }
        }
        return stores
    }

    private static func policies(_ place: JSONPlace) throws(JSONShapeError) -> [Policy] {
        var policies: [Policy] = []
        for element in try place.array() {
            try element.onlyMembers(["name", "content"])
            let name = try element.member("name").string()
            policies.append(
                Policy(name: name, content: try bytes(element.member("content"))))
        }
        return policies
    }

    private static func stores(_ place: JSONPlace) throws(JSONShapeError) -> [Store] {
        var stores: [Store] = []
        for element in try place.array() {
            try element.onlyMembers(["name", "certificates"])
            let name = try element.member("name").string()
            let certificates = try evidence(element.member("certificates"))
            stores.append(Store(name: name, certificates: certificates))
        }
        return stores
    }

    private static func evidence(_ place: JSONPlace) throws(JSONShapeError) -> [[UInt8]] {
        let elements = try place.array()
        guard elements.count <= TrustCapsule.evidenceCountMax else {
            throw .unexpected(
                path: place.path, expected: "at most \(TrustCapsule.evidenceCountMax) elements")
        }
        var values: [[UInt8]] = []
        for element in elements { values.append(try bytes(element)) }
        return values
    }

    private static func lists(_ place: JSONPlace) throws(JSONShapeError) -> [TrustCapsule.List] {
        let elements = try place.array()
        guard elements.count <= TrustCapsule.evidenceCountMax else {
            throw .unexpected(
                path: place.path, expected: "at most \(TrustCapsule.evidenceCountMax) elements")
        }
        var lists: [TrustCapsule.List] = []
        for element in elements {
            try element.onlyMembers(["content", "urls"])
            lists.append(
                TrustCapsule.List(
                    der: try bytes(element.member("content")),
                    urls: try element.member("urls").elements { it throws(JSONShapeError) in
                        try it.string()
                    }))
        }
        return lists
    }

    private static func bytes(_ place: JSONPlace) throws(JSONShapeError) -> [UInt8] {
        guard let bytes = Base64.decode(try place.string()) else {
            throw .unexpected(path: place.path, expected: "base64")
        }
        return bytes
    }

    /// The members that this version does not know, in byte order.
    private static func extensions(_ place: JSONPlace) throws(JSONShapeError) -> JSONObject {
        let unknown = try place.object().members.filter { member in
            !members.contains { $0.utf8.elementsEqual(member.name.utf8) }
        }
        guard unknown.count <= TrustCapsule.extensionCountMax else {
            throw .unexpected(
                path: "the document",
                expected: "at most \(TrustCapsule.extensionCountMax) unknown members")
        }
        var extensions = JSONObject()
        for member in unknown.sorted(by: {
            $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
        }) {
            extensions[member.name] = member.value
        }
        return extensions
    }
}
