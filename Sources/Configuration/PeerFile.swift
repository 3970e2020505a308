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
    let repositories: [RepositoryPrefix]
    let permissions: Set<Peer.Permission>
    let isSuspended: Bool
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
            "identities": .array(peer.identities.texts.map { .string($0) }),
            "repositories": .array(peer.repositories.map { .string($0.text) }),
            "may": .array(
                Peer.Permission.allCases.filter(peer.permissions.contains).map {
                    .string($0.rawValue)
                }),
            "suspended": .boolean(peer.isSuspended),
        ]
    }

    /// Reads the entry of the peer called `name` at `path`.
    init(_ document: VersionedFile, of name: SiteName) throws(ConfigurationError) {
        let path = document.path
        let texts = try document.read { place throws(JSONShapeError) in
            try place.onlyMembers([
                "version", "name", "anchors", "identities", "repositories", "may", "suspended",
            ])
            return Texts(
                name: try place.member("name").string(),
                anchors: try Self.strings(place.member("anchors")),
                identities: try Self.strings(place.member("identities")),
                repositories: try Self.strings(place.member("repositories")),
                permissions: try Self.strings(place.member("may")),
                isSuspended: try place.member("suspended").boolean())
        }
        guard texts.name.utf8.elementsEqual(name.text.utf8) else {
            throw .siteName(path: path, texts.name)
        }
        do throws(PeerError) {
            identities = try Self.identities(texts.identities)
            repositories = try Self.repositories(texts.repositories)
            permissions = try Self.permissions(texts.permissions)
            for anchor in texts.anchors where Hex.decode(anchor)?.count != 32 {
                throw PeerError.missingAnchor(fingerprint: anchor)
            }
        } catch {
            throw .peer(path: path, error)
        }
        anchors = texts.anchors
        isSuspended = texts.isSuspended
    }

    private struct Texts {
        let name: String
        let anchors: [String]
        let identities: [String]
        let repositories: [String]
        let permissions: [String]
        let isSuspended: Bool
    }

    private static func strings(_ place: JSONPlace) throws(JSONShapeError) -> [String] {
        var strings: [String] = []
        for element in try place.array() { strings.append(try element.string()) }
        return strings
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
