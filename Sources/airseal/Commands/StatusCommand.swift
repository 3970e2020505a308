import ArgumentParser
import Encodings
import UseCases

struct StatusCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Say what has ended, and what ends within 30 and 90 days.",
        discussion: """
            Looks at certificates in trust stores, roots for time stamps, anchors of peers, CRLs and \
            OCSP responses in the home; at signers, authorities and expiries of what is signed in \
            layouts and archives that are named; at certificates of own keys, in files that are named \
            or on a token, which is not logged in to. Nothing is judged, and nothing changes.

            Exit: 0 nothing has ended; 1 something has; 2 something could not be looked at, or the clock is \
            behind its floor.

            Examples:
              airseal status
              airseal status layout chain.pem --key 'pkcs11:token=site'
              airseal status --within 14d --json
            """)

    @Argument(
        help: ArgumentHelp(
            "Layouts, archives, and files with certificates.", valueName: "layout or chain"),
        completion: .file())
    var subjects: [String] = []

    @Option(
        help: ArgumentHelp("A token whose certificates are looked at.", valueName: "pkcs11 uri"))
    var key: String?

    @OptionGroup var token: TokenOptions

    @Option(
        help: ArgumentHelp(
            "How far ahead to look: a number with s, m, h or d. Default 90d.",
            valueName: "time"))
    var within: Lifetime?

    @OptionGroup var home: HomeOption
    @OptionGroup var state: StateOption
    @OptionGroup var output: JSONFlag

    func perform() throws -> ExitStatus {
        var request = StatusRequest()
        request.subjects = subjects
        request.key = try key.map { try token.access(to: $0) }
        if let within { request.horizonSeconds = within.seconds }
        let report = try Site.here(home: home.home, state: state.state).status(request)
        if output.json {
            Terminal.answer(report.json)
        } else {
            report.lines.forEach { Terminal.answer($0) }
        }
        for thing in report.unreadable { Terminal.complain(thing.sentence) }
        if report.clock.isBehindFloor {
            Terminal.complain(
                Sentence(
                    "the clock is behind the time that was proven, so none of this holds",
                    hint: "see clock status"))
        }
        guard report.unreadable.isEmpty, !report.clock.isBehindFloor else { return .undecided }
        return report.hasEnded ? .refused : .yes
    }
}

extension UnreadableThing {
    fileprivate var sentence: Sentence {
        switch kind {
        case .trustStore:
            Sentence("the store \(place) cannot be used", hint: "see trust check")
        case .signature:
            Sentence(
                "the signature \(name) in \(ForeignText(place)) cannot be read",
                hint: "see inspect")
        }
    }
}

extension StatusReport {
    fileprivate var hasEnded: Bool { ending.contains { $0.end < clock.now.wholeSeconds } }

    fileprivate var lines: [String] {
        var lines: [String] = []
        var heading = ""
        for thing in ending {
            let own = thing.heading(at: clock.now)
            if own != heading { lines.append("\(own):") }
            heading = own
            lines.append(
                "  \(thing.end) \(thing.kind.words) \(ForeignText(escaped: thing.name)), "
                    + "\(ForeignText(escaped: thing.place))")
        }
        let rest = count - ending.count
        lines.append(
            "\(rest) of \(count) things that were looked at end later; the clock says \(clock.now)")
        return lines
    }

    fileprivate var json: JSON {
        [
            "clock": .string(clock.now.description),
            "clockIsBehind": .boolean(clock.isBehindFloor), "count": .integer(Int64(count)),
            "ending": .array(
                ending.map { thing in
                    [
                        "kind": .string(thing.kind.rawValue), "place": .string(thing.place),
                        "name": .string(thing.name), "end": .string(thing.end.description),
                        "ended": .boolean(thing.end < clock.now.wholeSeconds),
                        "secondsLeft": .integer(thing.end.seconds - clock.now.seconds),
                    ]
                }),
            "unreadable": .array(
                unreadable.map { thing in
                    [
                        "kind": .string(thing.kind.rawValue), "place": .string(thing.place),
                        "name": .string(thing.name),
                    ]
                }),
        ]
    }
}

extension EndingThing {
    /// Under which of the times that people plan by it falls.
    fileprivate func heading(at now: Timestamp) -> String {
        if end < now.wholeSeconds { return "ended" }
        if end <= now.adding(seconds: 30 * 86_400) { return "within 30 days" }
        return end <= now.adding(seconds: 90 * 86_400) ? "within 90 days" : "later"
    }
}

extension EndingThing.Kind {
    fileprivate var words: String {
        switch self {
        case .trustedCertificate: "trusted certificate"
        case .timestampRoot: "root for time stamps"
        case .peerAnchor: "anchor of a peer"
        case .revocationList: "CRL"
        case .ocspResponse: "OCSP response"
        case .signerCertificate: "signer's certificate"
        case .signature: "signature"
        case .ownCertificate: "own certificate"
        }
    }
}
