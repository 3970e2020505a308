import ArgumentParser
import Encodings
import State
import Trust
import UseCases
import X509

struct RevocationPruneCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove CRLs that newer ones replace, and OCSP responses that have expired.",
        discussion: """
            A CRL goes only where the newer one is of the same authority (of a trust store, or of a \
            chain named with --for), counts now, and revokes for good whatever the older one did. A \
            response that says revoked stays. So no verdict changes by it.

            Examples:
              airseal revocation prune --dry-run
              airseal revocation prune --for layout
            """)

    @OptionGroup var subjects: SubjectOptions

    @Flag(help: "Say what would be removed, and remove nothing.")
    var dryRun = false

    @OptionGroup var home: HomeOption
    @OptionGroup var state: StateOption
    @OptionGroup var wait: WaitOption
    @OptionGroup var output: JSONFlag

    func perform() throws -> ExitStatus {
        let site = Site.here(
            home: home.home, state: state.state, patience: wait.patience)
        let pruning = try site.pruneRevocation(for: subjects.subjects, rehearsing: dryRun)
        if output.json {
            Terminal.answer([
                "removed": pruning.json, "dryRun": .boolean(dryRun),
            ])
            return .yes
        }
        let verb = dryRun ? "would remove" : "removed"
        pruning.words.forEach { Terminal.answer("\(verb) \($0)") }
        if pruning.lists.isEmpty, pruning.responses.isEmpty {
            Terminal.answer("nothing to remove")
        }
        return .yes
    }
}

extension RevocationPruning {
    fileprivate var words: [String] { lists.map(\.words) + responses.map(\.words) }

    fileprivate var json: JSON {
        .array(lists.map { .object($0.json) } + responses.map { .object($0.json) })
    }
}

struct RevocationRemoveCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove CRLs and OCSP responses whatever they say.",
        discussion: """
            For a CRL that was added for the wrong --url, or one that lists a certificate by mistake. \
            The record has the reason first. What was revoked by it alone is no longer revoked.

            Example:
              airseal revocation remove sha256:3f1a… --reason 'added for the wrong URL'
            """)

    @Argument(help: ArgumentHelp("As revocation list shows them.", valueName: "digest"))
    var digests: [String]

    @Option(help: ArgumentHelp("Why, for the record.", valueName: "text"))
    var reason: OperatorReason

    @OptionGroup var home: HomeOption
    @OptionGroup var state: StateOption
    @OptionGroup var wait: WaitOption
    @OptionGroup var output: JSONFlag

    func perform() throws -> ExitStatus {
        let site = Site.here(
            home: home.home, state: state.state, patience: wait.patience)
        let removed = try site.removeRevocation(
            digests.map { try Digest($0) }, reason: reason.text)
        if output.json {
            Terminal.answer(["removed": removed.json])
        } else {
            removed.words.forEach { Terminal.answer("removed \($0)") }
        }
        return .yes
    }
}

struct RevocationResetCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "reset",
        abstract: "Forget how far the CRLs of one authority had come.",
        discussion: """
            For an authority that starts over, or one that once published a CRL with a number too \
            high. The record has the reason first. An older CRL of the authority is then believed \
            again, as long as it is current: make sure that there is no other way.

            Example:
              airseal revocation reset root.pem --reason 'the CA was rebuilt, letter of 3 May'
            """)

    @Argument(
        help: ArgumentHelp(
            "A file with the authority's certificate, or the SHA-256 of its key as revocation list "
                + "shows it.",
            valueName: "issuer"), completion: .file())
    var issuer: String

    @Option(help: ArgumentHelp("Why, for the record.", valueName: "text"))
    var reason: OperatorReason

    @OptionGroup var home: HomeOption
    @OptionGroup var state: StateOption
    @OptionGroup var output: JSONFlag

    func perform() throws -> ExitStatus {
        let gone = try Site.here(home: home.home, state: state.state)
            .resetRevocation(of: issuer, reason: reason.text)
        if output.json {
            Terminal.answer(JSON.array(gone.map(\.json)))
        } else {
            gone.forEach {
                Terminal.answer(
                    "forgot the \($0.isDelta ? "delta CRL" : "CRL") of "
                        + "\(ForeignText(escaped: $0.issuer)), of \($0.thisUpdate)")
            }
        }
        return .yes
    }
}

struct RevocationExportCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write CRLs as the cache of stock notation, which then needs no network.",
        discussion: """
            With NOTATION_CACHE pointing at the folder, and trust export for its configuration, an \
            unmodified notation verifies at level strict without a network. One file is written for \
            each distribution point that the certificates name, with the CRL by which verify itself \
            judges. notation looks at no scope, reasons or age, and remembers no newer CRL: what would \
            let it pass a certificate that does not pass here is not written, and removed where an \
            earlier export left it. OCSP responses are nothing that notation keeps: a \
            certificate that only names a responder stays unknown to it.

            Exit: 0 everything is there; 2 something is missing, which is said.

            Example:
              airseal revocation export --notation-cache ~/.cache/notation --for layout
            """)

    @Option(
        help: ArgumentHelp("Where to write: NOTATION_CACHE.", valueName: "folder"),
        completion: .directory)
    var notationCache: String

    @OptionGroup var subjects: SubjectOptions
    @OptionGroup var home: HomeOption
    @OptionGroup var state: StateOption
    @OptionGroup var wait: WaitOption
    @OptionGroup var output: JSONFlag

    func validate() throws {
        guard !subjects.subjects.isEmpty else {
            throw ValidationError("name chains or layouts with --for")
        }
    }

    func perform() throws -> ExitStatus {
        let site = Site.here(
            home: home.home, state: state.state, patience: wait.patience)
        let export = try site.exportRevocation(to: notationCache, for: subjects.subjects)
        if output.json {
            Terminal.answer(export.json)
        } else {
            export.points.compactMap(\.line).forEach { Terminal.answer($0) }
            if export.points.isEmpty, export.isComplete {
                Terminal.answer("no certificate names a CRL, so notation asks for none")
            }
        }
        for point in export.points {
            if case .missing(let reason) = point.outcome {
                Terminal.complain(reason.sentence(of: point))
            }
        }
        for subject in export.withoutLists {
            Terminal.complain(
                Sentence("\(subject.shown) names no CRL, and notation keeps no OCSP responses"))
        }
        return export.isComplete ? .yes : .undecided
    }
}

extension CachedDistributionPoint {
    fileprivate var line: String? {
        guard case .written(let written) = outcome else { return nil }
        let verb = written.wasPresent ? "present" : "wrote"
        return "\(verb) crl/\(fileName) for \(ForeignText(url)), until \(written.until)"
    }

    fileprivate var json: JSON {
        var object: JSONObject = [
            "url": .string(url), "file": .string("crl/\(fileName)"),
            "subject": .string(subject.description), "written": .null, "reason": .null,
        ]
        switch outcome {
        case .written(let written):
            object["written"] = [
                "base": .string(written.base.description),
                "delta": written.delta.map { .string($0.description) } ?? .null,
                "until": .string(written.until.description),
                "wasPresent": .boolean(written.wasPresent),
            ]
        case .missing(let reason): object["reason"] = .string(reason.sentence(of: self).text)
        }
        return .object(object)
    }
}

extension CachedDistributionPoint.Reason {
    fileprivate func sentence(of point: CachedDistributionPoint) -> Sentence {
        let place =
            "nothing is written for \(ForeignText(point.url)), which \(point.subject.shown) names"
        switch self {
        case .unknown(let gaps):
            return Sentence(
                "\(place): \(gaps.first?.words ?? "nothing is known")",
                hint: "see revocation check")
        case .revoked(let revoked):
            return Sentence(
                "\(place): the certificate is revoked since \(revoked.since), and no CRL there says so"
            )
        case .taken(let subject):
            return Sentence(
                "\(place): another CRL is written there, for \(subject.shown)",
                hint: "notation keeps one CRL for each URL; use another cache for this chain")
        }
    }
}

extension RevocationExport {
    fileprivate var json: JSON {
        [
            "complete": .boolean(isComplete), "points": .array(points.map(\.json)),
            "withoutLists": .array(withoutLists.map { .string($0.description) }),
        ]
    }
}
