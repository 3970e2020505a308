public import Encodings
import Files
import SystemPackage
import Trust
import X509

// Peers: `peers/self.json` and `peers/ORIGIN/`.
extension Home {
    static let peersFolder = "peers"
    private static let ownNameFile = "self.json"
    private static let ownNameByteCountMax: Int64 = 4 << 10

    /// This site's own name; nil if it has none yet.
    public func ownName() throws(ConfigurationError) -> SiteName? {
        guard let peers = try peersFolder() else { return nil }
        let limit = Self.ownNameByteCountMax
        guard let file = try VersionedFile(Self.ownNameFile, in: peers, limit: limit) else {
            return nil
        }
        let text = try file.read { place throws(JSONShapeError) in
            try place.onlyMembers(["version", "name"])
            return try place.member("name").string()
        }
        do throws(SiteNameError) { return try SiteName(text) } catch {
            throw .siteName(path: file.path, text)
        }
    }

    /// Gives this site its name, or another one, in one step.
    public func setOwnName(_ name: SiteName) throws(ConfigurationError) {
        let document: JSON = ["version": "1.0", "name": .string(name.text)]
        try ConfigurationError.files { () throws(FileError) in
            let lock = try FolderLock.acquire(folder)
            defer { withExtendedLifetime(lock) {} }
            let peers = try folder.makeDurableFolder(Self.peersFolder)
            peers.sweep()
            try peers.replace(Self.ownNameFile, with: document.serialized(.indented))
        }
    }

    /// The names of all peers, in byte order.
    ///
    /// - Throws: `.siteName` for an entry that no peer could have made.
    public func peerNames() throws(ConfigurationError) -> [SiteName] {
        guard let peers = try peersFolder() else { return [] }
        let entries = try ConfigurationError.files { () throws(FileError) in
            try peers.entries()
        }
        var names: [SiteName] = []
        for entry in entries
        where entry.name != Self.ownNameFile && !TemporaryName.matches(entry.name) {
            do throws(SiteNameError) {
                names.append(try SiteName(entry.name))
            } catch {
                throw .siteName(path: peers.path, entry.name)
            }
        }
        return names
    }

    /// The peer called `name`; nil if it was never enrolled.
    ///
    /// - Throws: when the entry or one of its anchors is not as it was written.
    public func peer(_ name: SiteName) throws(ConfigurationError) -> Peer? {
        guard let peers = try peersFolder() else { return nil }
        let folder = try ConfigurationError.files { () throws(FileError) -> Folder? in
            try peers.kind(of: name.text) == nil ? nil : try peers.folder(name.text)
        }
        guard let folder else { return nil }
        let limit = PeerFile.byteCountMax
        guard let document = try VersionedFile(PeerFile.name, in: folder, limit: limit) else {
            return nil
        }
        let entry = try PeerFile(document, of: name)
        let certificates = try Self.anchors(entry.anchors, in: folder, document.path)
        do throws(PeerError) {
            let anchors: TrustedCertificates
            do throws(TrustedCertificatesError) {
                anchors = try TrustedCertificates(certificates, for: .ca)
            } catch {
                throw PeerError.anchors(error)
            }
            return try Peer(
                name: name, anchors: anchors, identities: entry.identities,
                capsuleIdentities: entry.capsuleIdentities,
                receiptIdentities: entry.receiptIdentities, repositories: entry.repositories,
                permissions: entry.permissions, suspension: entry.suspension)
        } catch {
            throw .peer(path: document.path, error)
        }
    }

    /// Whether anything stands for the peer called `name`, readable or not.
    public func hasPeer(_ name: SiteName) throws(ConfigurationError) -> Bool {
        guard let peers = try peersFolder() else { return false }
        return try ConfigurationError.files { () throws(FileError) in
            try peers.kind(of: name.text) != nil
        }
    }

    /// Enrols `peer`, or changes its entry, in one step, as `HomeWriter` does.
    public func setPeer(_ peer: Peer) throws(ConfigurationError) {
        try HomeWriter(self).set(peer)
    }

    func peersFolder() throws(ConfigurationError) -> Folder? {
        try ConfigurationError.files { () throws(FileError) -> Folder? in
            guard try folder.kind(of: Self.peersFolder) != nil else { return nil }
            return try folder.folder(Self.peersFolder)
        }
    }

    private static func anchors(_ fingerprints: [String], in folder: Folder, _ path: String)
        throws(ConfigurationError) -> [Certificate]
    {
        var certificates: [Certificate] = []
        for fingerprint in fingerprints {
            let name = PeerFile.anchorFile(fingerprint)
            let bytes = try ConfigurationError.files { () throws(FileError) -> [UInt8]? in
                guard try folder.kind(of: PeerFile.anchorsFolder) != nil else { return nil }
                let anchors = try folder.folder(PeerFile.anchorsFolder)
                guard try anchors.kind(of: name) != nil else { return nil }
                return try anchors.file(name).readAll(limit: Int64(X509Limits.fileSizeMax))
            }
            guard let bytes else {
                throw .peer(path: path, .missingAnchor(fingerprint: fingerprint))
            }
            guard let certificate = try? Certificate.list(bytes).first,
                certificate.sha256Fingerprint.utf8.elementsEqual(fingerprint.utf8)
            else { throw .peer(path: path, .wrongAnchor(fingerprint: fingerprint)) }
            certificates.append(certificate)
        }
        return certificates
    }
}
