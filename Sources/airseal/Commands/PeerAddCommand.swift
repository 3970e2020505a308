import ArgumentParser
import Configuration
import Encodings
import UseCases
import X509

struct PeerAddCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Enrol an origin, after comparing its anchors' fingerprints by voice.",
        discussion: """
            From then on bundles of that origin are received if they are signed by a key whose chain \
            leads to an anchor, whose certificate has one of the identities, and only for \
            repositories under the prefixes. An image signer's key grants none of this.

            Each anchor is a file of one certificate. Without --fingerprint each fingerprint is shown \
            at the terminal and must be confirmed; with it there is one for each --anchor, in the \
            same order.

            Enrolling a site again says its whole entry anew and ends its suspension. What changes \
            is shown before anything is asked, and recorded. How far its bundles were taken stays.

            Examples:
              airseal peer add low-side --anchor root.pem --fingerprint 3f1a… --identity '*' \
            --repositories site.example/team
              airseal peer add low-side --anchor old.pem --anchor new.pem --identity '*' \
            --repositories site.example --may bundles,capsules \
            --capsule-identity 'x509.subject: C=US, ST=WA, O=Example, CN=Trust office'
            """)

    @Argument(help: "What the origin calls itself.")
    var origin: String

    @Option(
        help: ArgumentHelp(
            "A certificate that its keys lead to. Repeat for more.", valueName: "file"),
        completion: .file())
    var anchor: [String]

    @Option(
        help: ArgumentHelp(
            "The SHA-256 of the certificate's DER, in hexadecimal; case, colons and blanks do not "
                + "count. One for each anchor.", valueName: "sha256"))
    var fingerprint: [String] = []

    @Option(
        help: ArgumentHelp(
            "Whose signatures count: '*' or 'x509.subject: C=…, ST=…, O=…'. Repeat for more.",
            valueName: "identity"))
    var identity: [String]

    @Option(
        help: ArgumentHelp(
            "Whose count on trust capsules, where they are others.", valueName: "identity"))
    var capsuleIdentity: [String] = []

    @Option(
        help: ArgumentHelp(
            "Whose count on receipts, where they are others.", valueName: "identity"))
    var receiptIdentity: [String] = []

    @Option(
        help: ArgumentHelp(
            "What it may speak for: repositories, or whole leading segments of them.",
            valueName: "prefix"))
    var repositories: [String]

    @Option(
        help: "What its keys may sign, with commas between: bundles, capsules, receipts.",
        completion: .list(["bundles", "capsules", "receipts"]))
    var may = "bundles"

    @OptionGroup var home: HomeOption
    @OptionGroup var state: StateOption
    @OptionGroup var wait: WaitOption
    @OptionGroup var output: JSONFlag

    func validate() throws {
        guard fingerprint.isEmpty || fingerprint.count == anchor.count else {
            throw ValidationError("give one --fingerprint for each --anchor, in the same order")
        }
        _ = try permissions()
    }

    func perform() throws -> ExitStatus {
        let site = Site.here(
            home: home.home, state: state.state, patience: wait.patience)
        var enrolment = PeerEnrolment(
            try SiteName(origin), anchors: try anchor.map(site.anchor), identities: identity,
            repositories: repositories, permissions: try permissions())
        enrolment.capsuleIdentities = capsuleIdentity
        enrolment.receiptIdentities = receiptIdentity
        let plan = try site.plan(enrolment)
        if plan.previous != nil, !plan.difference.isEmpty {
            Terminal.say("\(plan.peer.name) is enrolled, and this changes:")
            plan.difference.lines.forEach { Terminal.say("  \($0)") }
        }
        for (place, certificate) in enrolment.anchors.enumerated() {
            try confirm(certificate, place)
        }
        let isChanged = try site.enrol(plan)
        if output.json {
            Terminal.answer(plan.json(isChanged: isChanged))
        } else {
            let did =
                !isChanged
                ? "enrolled as this already:" : plan.previous == nil ? "enrolled" : "changed"
            let anchors = enrolment.anchors.map(\.sha256Fingerprint).joined(separator: ", ")
            Terminal.answer("\(did) \(plan.peer.name), anchor \(anchors)")
        }
        return .yes
    }

    private func permissions() throws -> Set<Peer.Permission> {
        var permissions: Set<Peer.Permission> = []
        for word in may.split(separator: ",", omittingEmptySubsequences: false) {
            guard let permission = Peer.Permission(rawValue: String(word)) else {
                throw ValidationError("--may takes bundles, capsules and receipts")
            }
            permissions.insert(permission)
        }
        return permissions
    }

    private func confirm(_ certificate: Certificate, _ place: Int) throws {
        let path = anchor[place]
        let actual = certificate.sha256Fingerprint
        guard fingerprint.isEmpty else {
            let expected = fingerprint[place].lowercased().filter { !" :\t".contains($0) }
            guard expected == actual else {
                throw PeerEnrolmentError.fingerprint(
                    path: path, expected: expected, actual: actual)
            }
            return
        }
        let answer = Question.ask(
            """
            anchor: \(ForeignText(certificate.subject.description))
            fingerprint: \(Fingerprint.spoken(actual))
            type yes if the origin reads out the same fingerprint: \

            """)
        guard answer == "yes" else {
            throw PeerEnrolmentError.fingerprintNotConfirmed(path: path)
        }
    }
}

/// How a fingerprint is compared by voice.
enum Fingerprint {
    /// Groups of four, which can be read aloud.
    static func spoken(_ fingerprint: String) -> String {
        var groups: [String] = []
        var rest = Substring(fingerprint)
        while !rest.isEmpty {
            groups.append(String(rest.prefix(4)))
            rest = rest.dropFirst(4)
        }
        return groups.joined(separator: " ")
    }
}

extension PeerDifference {
    /// A line for each thing that comes or goes.
    fileprivate var lines: [String] {
        var lines = changes.flatMap { change in
            change.removed.map { "\(change.list.words): no longer \(ForeignText($0))" }
                + change.added.map { "\(change.list.words): now \(ForeignText($0))" }
        }
        if let lifted {
            lines.append(
                "the suspension since \(lifted.since) ends: \(ForeignText(lifted.reason))")
        }
        return lines
    }

    fileprivate var json: JSON {
        var members: JSONObject = [:]
        for change in changes {
            members[change.list.rawValue] = [
                "added": .array(change.added.map { .string($0) }),
                "removed": .array(change.removed.map { .string($0) }),
            ]
        }
        return .object(members)
    }
}

extension PeerDifference.List {
    fileprivate var words: String {
        switch self {
        case .anchors: "anchor"
        case .identities: "identity"
        case .capsuleIdentities: "identity for capsules"
        case .receiptIdentities: "identity for receipts"
        case .repositories: "repositories"
        case .may: "may sign"
        }
    }
}

extension PeerPlan {
    fileprivate func json(isChanged: Bool) -> JSON {
        [
            "name": .string(peer.name.text), "new": .boolean(previous == nil),
            "changed": .boolean(isChanged),
            "changes": previous == nil ? [:] : difference.json, "entry": peer.json,
        ]
    }
}

extension PeerEnrolmentError: Speakable {
    var sentence: Sentence {
        switch self {
        case .anchor(let path, let error): error.sentence.after("\(ForeignText(path))")
        case .anchors(let error): error.sentence.after("the anchors")
        case .severalAnchors(let path, let count):
            Sentence(
                "\(ForeignText(path)) holds \(count) certificates; an anchor is one",
                hint: "name a file with the root only; --anchor can be repeated")
        case .fingerprint(let path, let expected, let actual):
            Sentence(
                "the anchor in \(ForeignText(path)) has the fingerprint \(actual), not "
                    + "\(ForeignText(expected))",
                hint: "this is not the certificate that was read out; ask for it again")
        case .fingerprintNotConfirmed(let path):
            Sentence(
                "nobody confirmed the fingerprint of the anchor in \(ForeignText(path))",
                hint: "compare it by voice and give it with --fingerprint")
        case .ownName(let name):
            Sentence("\(name) is this site itself", hint: "see airseal peer self")
        case .changedMeanwhile(let name):
            Sentence(
                "somebody changed the entry of \(name) meanwhile, and nothing was changed",
                hint: "run the command again and look at what it changes")
        }
    }
}
