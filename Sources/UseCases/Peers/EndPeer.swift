public import Configuration
public import Encodings
internal import Files

extension Site {
    /// Suspends the peer called `name`: nothing that it signed counts any more, and nothing is
    /// exported to it, until it is enrolled again.
    ///
    /// - Returns: the suspension, and whether it stood before: the first reason stays.
    /// - Throws: `.noPeer`.
    public func suspendPeer(_ name: SiteName, reason: String) throws
        -> (suspension: Peer.Suspension, isNew: Bool)
    {
        let home = try home()
        let writer = try HomeWriter(home, patience: patience)
        guard let peer = try home.peer(name) else { throw ConfigurationError.noPeer(name) }
        if let suspension = peer.suspension {
            try writer.settlePeer(name)
            return (suspension, false)
        }
        let suspension = Peer.Suspension(since: clock.now.wholeSeconds, reason: reason)
        try recorded(
            "peer-suspend", ["origin": .string(name.text), "reason": .string(reason)]
        ) {
            try writer.set(peer.suspended(suspension))
        }
        return (suspension, true)
    }

    /// Takes the entry of the peer called `name` away, readable or not. What the state remembers of
    /// its streams stays, and counts if it is enrolled again.
    ///
    /// - Throws: `.noPeer`.
    public func removePeer(_ name: SiteName, reason: String) throws {
        let home = try home()
        let writer = try HomeWriter(home, patience: patience)
        guard try home.hasPeer(name) else {
            // The run that removed it may have died before that was on the medium.
            try writer.settlePeer(name)
            throw ConfigurationError.noPeer(name)
        }
        try recorded("peer-remove", ["origin": .string(name.text), "reason": .string(reason)]) {
            try writer.removePeer(name)
        }
    }
}
