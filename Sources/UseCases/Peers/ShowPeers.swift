public import Configuration
public import Encodings
internal import Files
public import State
internal import Trust

/// What is known of another site.
public struct PeerSummary: Sendable {
    /// Its entry in the home.
    public enum Entry: Sendable {
        /// It is enrolled.
        case enrolled(Peer)
        /// Something stands for it that cannot be used.
        case unusable(ConfigurationError)
        /// It is not enrolled.
        case none
    }

    /// Its name.
    public let name: SiteName
    /// Whether it is enrolled, and for what.
    public let entry: Entry
    /// How far its bundles were taken; nil where it has no mark.
    public let received: ReceivingState?
    /// The stream to it; nil where nothing was ever exported to it.
    public let sent: SendingState?
    /// Why what is remembered of it cannot be read; nil where it can.
    public let stateFault: StateError?
}

/// This site and the others.
public struct PeerListing: Sendable {
    /// The name of this one; nil if it has none.
    public let ownName: SiteName?
    /// The others, by name: those that are enrolled, and those of which the state knows streams.
    public let peers: [PeerSummary]
}

extension Site {
    /// Every site that is enrolled, or with which this one has exchanged bundles.
    public func peers() throws -> PeerListing {
        let home = try home()
        let state = try existingState()
        let names = try Set(home.peerNames() + (state?.knownSites() ?? []))
        let peers = names.sorted { $0.text < $1.text }.map { summary(of: $0, home, state) }
        // Somebody's leftovers, such as the folder of an enrolment that was cut short, are no peer.
        return PeerListing(ownName: try home.ownName(), peers: peers.filter(\.isKnown))
    }

    /// What is known of `name`; nil where nothing is.
    public func peer(_ name: SiteName) throws -> PeerSummary? {
        let summary = summary(of: name, try home(), try existingState())
        return summary.isKnown ? summary : nil
    }

    private func summary(of name: SiteName, _ home: Home, _ state: StateFolder?) -> PeerSummary {
        let entry: PeerSummary.Entry
        do throws(ConfigurationError) {
            entry = try home.peer(name).map { .enrolled($0) } ?? .none
        } catch { entry = .unusable(error) }
        do throws(StateError) {
            return PeerSummary(
                name: name, entry: entry, received: try state?.knownReceiving(from: name),
                sent: try state?.knownSending(to: name), stateFault: nil)
        } catch {
            return PeerSummary(
                name: name, entry: entry, received: nil, sent: nil, stateFault: error)
        }
    }
}

extension PeerSummary {
    /// Whether there is anything to say about it.
    fileprivate var isKnown: Bool {
        if case .none = entry { return received != nil || sent != nil || stateFault != nil }
        return true
    }
}
