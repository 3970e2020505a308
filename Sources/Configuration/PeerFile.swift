import Encodings
import Trust
import X509

/// A peer's entry as its file `peer.json` spells it: without the certificates, which lie beside it
/// in files of their own, and which it names by their fingerprints.
///
/// A certificate that lies there and is not named is none of the peer's: an enrolment that was
/// interrupted leaves no anchor behind.
struct PeerFile {
    let identities: TrustedIdentities
    let capsuleIdentities: TrustedIdentities?
    let receiptIdentities: TrustedIdentities?
    let repositories: [RepositoryPrefix]
    let permissions: Set<Peer.Permission>
    let suspension: Peer.Suspension?
    /// SHA-256 fingerprints, lower-case hexadecimal.
    let anchors: [String]

    static let name = "peer.json"
    static let anchorsFolder = "anchors"
    static let byteCountMax: Int64 = 1 << 20

    /// The name of the file that holds the certificate with this fingerprint.
    static func anchorFile(_ fingerprint: String) -> String { "\(fingerprint).pem" }

    /// The document of `peer`.
    static func document(of peer: Peer) -> JSON {
        [
            "version": "1.0", "name": .string(peer.name.text),
            "anchors": .array(peer.anchors.certificates.map { .string($0.sha256Fingerprint) }),
            "identities": json(of: peer.identities),
            "capsuleIdentities": peer.capsuleIdentities.map(json) ?? .null,
            "receiptIdentities": peer.receiptIdentities.map(json) ?? .null,
            "repositories": .array(peer.repositories.map { .string($0.text) }),
            "may": .array(
                Peer.Permission.allCases.filter(peer.permissions.contains).map {
                    .string($0.rawValue)
                }),
            "suspended": peer.suspension.map {
                ["since": .string($0.since.description), "reason": .string($0.reason)]
            } ?? .null,
        ]
    }

    private static func json(of identities: TrustedIdentities) -> JSON {
        .array(identities.texts.map { .string($0) })
    }

    /// Reads the entry of the peer called `name` at `path`.
    init(_ document: VersionedFile, of name: SiteName) throws(ConfigurationError) {
        let path = document.path
        let texts = try document.read { place throws(JSONShapeError) in
            try place.onlyMembers([
                "version", "name", "anchors", "identities", "capsuleIdentities",
                "receiptIdentities", "repositories", "may", "suspended",
            ])
            return Texts(
                name: try place.member("name").string(),
                anchors: try Self.strings(place.member("anchors")),
                identities: try Self.strings(place.member("identities")),
                capsuleIdentities: try Self.nullableStrings(place.member("capsuleIdentities")),
                receiptIdentities: try Self.nullableStrings(place.member("receiptIdentities")),
                repositories: try Self.strings(place.member("repositories")),
                permissions: try Self.strings(place.member("may")),
                suspension: try Self.suspension(place.member("suspended")))
        }
        guard texts.name.utf8.elementsEqual(name.text.utf8) else {
            throw .siteName(path: path, texts.name)
        }
        do throws(PeerError) {
            identities = try Self.identities(texts.identities)
            capsuleIdentities = try Self.identities(texts.capsuleIdentities)
            receiptIdentities = try Self.identities(texts.receiptIdentities)
            repositories = try Self.repositories(texts.repositories)
            permissions = try Self.permissions(texts.permissions)
            for anchor in texts.anchors where Hex.decode(anchor)?.count != 32 {
                throw PeerError.missingAnchor(fingerprint: anchor)
            }
        } catch {
            throw .peer(path: path, error)
        }
        anchors = texts.anchors
        suspension = texts.suspension
    }

    private struct Texts {
        let name: String
        let anchors: [String]
        let identities: [String]
        let capsuleIdentities: [String]?
        let receiptIdentities: [String]?
        let repositories: [String]
        let permissions: [String]
        let suspension: Peer.Suspension?
    }

    private static func strings(_ place: JSONPlace) throws(JSONShapeError) -> [String] {
        var strings: [String] = []
        for element in try place.array() { strings.append(try element.string()) }
        return strings
    }

    private static func nullableStrings(_ place: JSONPlace) throws(JSONShapeError) -> [String]? {
        place.value == .null ? nil : try strings(place)
    }

    private static func suspension(_ place: JSONPlace) throws(JSONShapeError) -> Peer.Suspension? {
        guard place.value != .null else { return nil }
        try place.onlyMembers(["since", "reason"])
        return Peer.Suspension(
            since: try place.member("since").timestamp(),
            reason: try place.member("reason").string())
    }

    private static func identities(_ texts: [String]?) throws(PeerError) -> TrustedIdentities? {
        guard let texts else { return nil }
        return try identities(texts)
    }

    private static func identities(_ texts: [String]) throws(PeerError) -> TrustedIdentities {
        do throws(TrustedIdentityError) { return try TrustedIdentities(texts) } catch {
            throw .identities(error)
        }
    }

    private static func repositories(_ texts: [String]) throws(PeerError) -> [RepositoryPrefix] {
        var prefixes: [RepositoryPrefix] = []
        for text in texts {
            do throws(RegistryScopeError) { prefixes.append(try RepositoryPrefix(text)) } catch {
                throw .repository(text)
            }
        }
        return prefixes
    }

    private static func permissions(_ texts: [String]) throws(PeerError) -> Set<Peer.Permission> {
        var permissions = Set<Peer.Permission>()
        for text in texts {
            let named = Peer.Permission.allCases.first {
                $0.rawValue.utf8.elementsEqual(text.utf8)
            }
            guard let named, permissions.insert(named).inserted else { throw .permission(text) }
        }
        return permissions
    }
}
