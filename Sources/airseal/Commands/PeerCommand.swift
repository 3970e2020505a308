import ArgumentParser
import Configuration
import Encodings
import Glibc
import UseCases
import X509

struct PeerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "peer", abstract: "Name this site, and enrol the sites that may send bundles.",
        discussion: """
            Example:
              airseal peer self high-side
            """,
        subcommands: [PeerSelfCommand.self, PeerAddCommand.self])
}

struct PeerSelfCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "self",
        abstract: "Set the name by which other sites know this one.",
        discussion: """
            A name is words of lower-case letters and digits with one dot, dash or underscore \
            between.

            Example:
              airseal peer self high-side
            """)

    @Argument(help: "This site's name.")
    var name: String

    @OptionGroup var home: HomeOption
    @OptionGroup var state: StateOption

    func perform() throws -> ExitStatus {
        let name = try SiteName(name)
        try Site.here(home: home.home, state: state.state).nameSelf(name)
        Terminal.answer("this site is \(name)")
        return .yes
    }
}

struct PeerAddCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Enrol an origin, after comparing its anchor's fingerprint by voice.",
        discussion: """
            From then on bundles of that origin are received if they are signed by a key whose chain \
            leads to the anchor, whose certificate has one of the identities, and only for \
            repositories under the prefixes. An image signer's key grants none of this.

            Without --fingerprint the fingerprint is shown at the terminal and must be confirmed.

            Example:
              airseal peer add low-side --anchor root.pem --fingerprint 3f1a… --identity '*' \
            --repositories site.example/team
            """)

    @Argument(help: "What the origin calls itself.")
    var origin: String

    @Option(
        help: ArgumentHelp("The certificate that its keys lead to.", valueName: "file"),
        completion: .file())
    var anchor: String

    @Option(
        help: ArgumentHelp(
            "The SHA-256 of the certificate's DER, in hexadecimal; case, colons and blanks do not "
                + "count.", valueName: "sha256"))
    var fingerprint: String?

    @Option(
        help: ArgumentHelp(
            "Whose signatures count: '*' or 'x509.subject: C=…, ST=…, O=…'.",
            valueName: "identity"))
    var identity: [String]

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

    func perform() throws -> ExitStatus {
        let site = Site.here(home: home.home, state: state.state)
        let name = try SiteName(origin)
        let permissions = try permissions()
        let certificate = try site.anchor(at: anchor)
        try confirm(certificate)
        try site.enrol(
            name, anchor: certificate, identities: identity, repositories: repositories,
            permissions: permissions)
        Terminal.answer("enrolled \(name), anchor \(certificate.sha256Fingerprint)")
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

    private func confirm(_ certificate: Certificate) throws {
        let actual = certificate.sha256Fingerprint
        if let fingerprint {
            let expected = fingerprint.lowercased().filter { !" :\t".contains($0) }
            guard expected == actual else {
                throw PeerEnrolmentError.fingerprint(expected: expected, actual: actual)
            }
            return
        }
        guard isatty(0) == 1 else { throw PeerEnrolmentError.fingerprintNotConfirmed }
        Terminal.say("anchor: \(ForeignText(certificate.subject.description))")
        Terminal.say("fingerprint: \(Self.grouped(actual))")
        Terminal.say("type yes if the origin reads out the same fingerprint")
        guard readLine() == "yes" else { throw PeerEnrolmentError.fingerprintNotConfirmed }
    }

    /// Groups of four, which can be read aloud.
    static func grouped(_ fingerprint: String) -> String {
        var groups: [String] = []
        var rest = Substring(fingerprint)
        while !rest.isEmpty {
            groups.append(String(rest.prefix(4)))
            rest = rest.dropFirst(4)
        }
        return groups.joined(separator: " ")
    }
}

extension PeerEnrolmentError: Speakable {
    var sentence: Sentence {
        switch self {
        case .anchor(let path, let error): error.sentence.after("\(ForeignText(path))")
        case .anchors(let path, let error): error.sentence.after("\(ForeignText(path))")
        case .severalAnchors(let path, let count):
            Sentence(
                "\(ForeignText(path)) holds \(count) certificates; an anchor is one",
                hint: "name a file with the root only")
        case .fingerprint(let expected, let actual):
            Sentence(
                "the anchor has the fingerprint \(actual), not \(ForeignText(expected))",
                hint: "this is not the certificate that was read out; ask for it again")
        case .fingerprintNotConfirmed:
            Sentence(
                "nobody confirmed the anchor's fingerprint",
                hint: "compare it by voice and give it with --fingerprint")
        }
    }
}
