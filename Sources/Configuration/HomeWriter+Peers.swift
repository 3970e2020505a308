public import Encodings
import Files
import Trust
import X509

// The peers of a home.
extension HomeWriter {
    /// Enrols `peer`, or changes its entry, in one step: the anchors go first, and count only once
    /// the entry names them. Those that it names no more go last.
    public func set(_ peer: Peer) throws(ConfigurationError) {
        try ConfigurationError.files { () throws(FileError) in
            let peers = try home.folder.makeDurableFolder(Home.peersFolder)
            let own = try peers.makeDurableFolder(peer.name.text)
            let anchors = try own.makeDurableFolder(PeerFile.anchorsFolder)
            for swept in [peers, own, anchors] { swept.sweep() }
            for certificate in peer.anchors.certificates {
                let file = PeerFile.anchorFile(certificate.sha256Fingerprint)
                try anchors.replace(file, with: Array(certificate.pem.utf8))
            }
            let document = PeerFile.document(of: peer)
            try own.replace(PeerFile.name, with: document.serialized(.indented))
            let named = Set(
                peer.anchors.certificates.map { PeerFile.anchorFile($0.sha256Fingerprint) })
            for entry in try anchors.entries() where !named.contains(entry.name) {
                // It counts for nothing, so a folder that keeps it is no failure.
                try? anchors.remove(entry.name)
            }
        }
    }

    /// Takes the entry of the peer called `name` away in one step, readable or not.
    ///
    /// - Throws: `.noPeer` where there is none.
    public func removePeer(_ name: SiteName) throws(ConfigurationError) {
        guard let peers = try home.peersFolder(), try home.hasPeer(name) else {
            throw .noPeer(name)
        }
        try discard(name.text, in: peers)
    }

    /// Brings onto the medium what there is of the peer called `name`, or that it is gone: a run
    /// that died may have left it undone.
    public func settlePeer(_ name: SiteName) throws(ConfigurationError) {
        guard let peers = try home.peersFolder() else { return }
        try ConfigurationError.files { () throws(FileError) in
            if try peers.kind(of: name.text) == .folder {
                try peers.folder(name.text).synchronise()
            }
            try peers.synchronise()
        }
    }
}
