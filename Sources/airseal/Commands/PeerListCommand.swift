import ArgumentParser
import Configuration
import Encodings
import State
import Trust
import UseCases
import X509

struct PeerListCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List this site and the others.",
        discussion: """
            The name of this site, then a line for each other one that is enrolled, or with which \
            bundles were exchanged: what it may sign and for which repositories, how far its bundles \
            were taken, and how far bundles were sent to it.

            Examples:
              airseal peer list
              airseal peer list --json
            """)

    @OptionGroup var home: HomeOption
    @OptionGroup var state: StateOption
    @OptionGroup var output: JSONFlag

    func perform() throws -> ExitStatus {
        let listing = try Site.here(home: home.home, state: state.state).peers()
        if output.json {
            Terminal.answer([
                "self": listing.ownName.map { .string($0.text) } ?? .null,
                "peers": .array(listing.peers.map(\.json)),
            ])
        } else {
            Terminal.answer(
                listing.ownName.map { "this site is \($0)" } ?? "this site has no name")
            listing.peers.forEach { Terminal.answer($0.line) }
        }
        return .yes
    }
}

struct PeerShowCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show what a site is enrolled for, and where the streams to and from it stand.",
        discussion: """
            Anchors with their fingerprints in groups that can be read aloud, identities, \
            repositories, rights; the mark of what was received from it; the stream to it with its \
            next number, what is void and what is unfinished.

            Examples:
              airseal peer show low-side
              airseal peer show low-side --json
            """)

    @Argument(help: "The site's name.")
    var name: String

    @OptionGroup var home: HomeOption
    @OptionGroup var state: StateOption
    @OptionGroup var output: JSONFlag

    func perform() throws -> ExitStatus {
        let site = Site.here(home: home.home, state: state.state)
        let name = try SiteName(name)
        guard let summary = try site.peer(name) else {
            guard try site.home().ownName() == name else {
                throw ConfigurationError.noPeer(name)
            }
            if output.json {
                Terminal.answer(["self": .string(name.text)])
            } else {
                Terminal.answer("\(name) is this site")
            }
            return .yes
        }
        if output.json {
            Terminal.answer(summary.json)
        } else {
            Terminal.answer(name.text)
            summary.lines.forEach { Terminal.answer("  \($0)") }
        }
        return .yes
    }
}

extension PeerSummary {
    fileprivate var line: String {
        var parts: [String]
        switch entry {
        case .enrolled(let peer):
            parts = peer.suspension.map { ["suspended since \($0.since)"] } ?? []
            parts.append("may send \(Listing(peer.permissionNames))")
            parts.append("for \(Listing(peer.repositories.map(\.text)))")
        case .unusable(let error): parts = ["cannot be used: \(error.sentence.text)"]
        case .none: parts = ["not enrolled"]
        }
        if let stateFault { parts.append(stateFault.sentence.text) }
        if let received {
            parts.append(
                received.sequence == 0 ? "nothing taken yet" : "taken up to \(received.sequence)")
        }
        if let sent, sent.next > 1 { parts.append("sent up to \(sent.next - 1)") }
        return "\(name): \(parts.joined(separator: "; "))"
    }

    fileprivate var lines: [String] {
        var lines: [String]
        switch entry {
        case .enrolled(let peer): lines = peer.lines
        case .unusable(let error): lines = ["cannot be used: \(error.sentence.text)"]
        case .none: lines = ["not enrolled: nothing is received from it"]
        }
        if let stateFault { lines.append("state: \(stateFault.sentence.text)") }
        if let received {
            if let bundle = received.bundle, let stream = received.stream {
                lines.append("received: up to \(received.sequence), \(bundle)")
                lines.append("  stream \(stream)")
            } else {
                lines.append("received: nothing yet; the first bundle fixes the stream")
            }
        } else if case .enrolled = entry {
            lines.append("received: the mark is lost, and nothing is received without it")
        }
        return lines + (sent?.lines ?? [])
    }

    fileprivate var json: JSON {
        var enrolled: JSON = .null
        var fault: JSON = .null
        switch entry {
        case .enrolled(let peer): enrolled = peer.json
        case .unusable(let error): fault = .string(error.sentence.text)
        case .none: break
        }
        return [
            "name": .string(name.text), "entry": enrolled, "unusable": fault,
            "received": received?.json ?? .null, "sent": sent?.json ?? .null,
            "unreadableState": stateFault.map { .string($0.sentence.text) } ?? .null,
        ]
    }
}

extension Peer {
    fileprivate var permissionNames: [String] {
        Permission.allCases.filter(permissions.contains).map(\.rawValue)
    }

    fileprivate var lines: [String] {
        var lines = ["may send: \(Listing(permissionNames))"]
        if let suspension {
            lines.append(
                "suspended since \(suspension.since): \(ForeignText(suspension.reason))")
        }
        for anchor in anchors.certificates {
            lines.append("anchor: \(ForeignText(anchor.subject.description))")
            lines.append("  valid: \(anchor.notBefore) to \(anchor.notAfter)")
            lines.append("  fingerprint: \(Fingerprint.spoken(anchor.sha256Fingerprint))")
        }
        let identities: [(String, TrustedIdentities?)] = [
            ("identity", identities), ("identity for capsules", capsuleIdentities),
            ("identity for receipts", receiptIdentities),
        ]
        for (words, listed) in identities {
            lines += (listed?.texts ?? []).map { "\(words): \(ForeignText($0))" }
        }
        return lines + repositories.map { "repositories: \($0.text)" }
    }

    /// The entry as every verb shows it.
    var json: JSON {
        func texts(_ identities: TrustedIdentities) -> JSON {
            .array(identities.texts.map { .string($0) })
        }
        return [
            "may": .array(permissionNames.map { .string($0) }),
            "suspended": suspension.map {
                ["since": .string($0.since.description), "reason": .string($0.reason)]
            } ?? .null,
            "anchors": .array(anchors.certificates.map(\.json)), "identities": texts(identities),
            "capsuleIdentities": capsuleIdentities.map(texts) ?? .null,
            "receiptIdentities": receiptIdentities.map(texts) ?? .null,
            "repositories": .array(repositories.map { .string($0.text) }),
        ]
    }
}

extension ReceivingState {
    fileprivate var json: JSON {
        [
            "sequence": .integer(sequence),
            "stream": stream.map { .string($0.text) } ?? .null,
            "bundle": bundle.map { .string($0.description) } ?? .null,
        ]
    }
}

extension SendingState {
    fileprivate var lines: [String] {
        var lines = [
            previous.map { "sent: up to \(next - 1), \($0)" } ?? "sent: nothing yet",
            "  next \(next), stream \(stream)",
        ]
        if acknowledged > 0 { lines.append("  acknowledged up to \(acknowledged)") }
        lines += voids.map { "  void: \($0.sequence), \(ForeignText($0.reason))" }
        if let pending {
            lines.append("  unfinished: \(pending.sequence), \(pending.bundle)")
        }
        return lines
    }

    fileprivate var json: JSON {
        [
            "stream": .string(stream.text), "next": .integer(next),
            "previous": previous.map { .string($0.description) } ?? .null,
            "acknowledged": .integer(acknowledged),
            "voids": .array(
                voids.map { ["sequence": .integer($0.sequence), "reason": .string($0.reason)] }),
            "pending": pending.map {
                [
                    "sequence": .integer($0.sequence), "bundle": .string($0.bundle.description),
                    "inventory": .string($0.inventory.description),
                ]
            } ?? .null,
        ]
    }
}
