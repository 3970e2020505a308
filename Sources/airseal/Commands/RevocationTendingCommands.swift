import ArgumentParser
import Encodings
import State
import UseCases
import X509

struct RevocationPruneCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove CRLs that newer ones replace, and OCSP responses that have expired.",
        discussion: """
            A CRL goes only where it and the newer one are signed by the same authority, of a trust \
            store or of a chain named with --for: nothing unproven pushes anything out. An expired \
            CRL that nothing replaces stays, for what it revokes is still revoked.

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
        var site = Site.here(home: home.home, state: state.state)
        site.patience = wait.patience
        let pruning = try site.pruneRevocation(for: subjects.subjects, rehearsing: dryRun)
        if output.json {
            Terminal.answer([
                "removed": .array(
                    pruning.lists.map { .object($0.json) }
                        + pruning.responses.map { .object($0.json) }),
                "dryRun": .boolean(dryRun),
            ])
            return .yes
        }
        let verb = dryRun ? "would remove" : "removed"
        for words in pruning.lists.map(\.words) + pruning.responses.map(\.words) {
            Terminal.answer("\(verb) \(words)")
        }
        if pruning.lists.isEmpty, pruning.responses.isEmpty {
            Terminal.answer("nothing to remove")
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
    var reason: String

    @OptionGroup var home: HomeOption
    @OptionGroup var state: StateOption
    @OptionGroup var output: JSONFlag

    func validate() throws {
        guard reason.utf8.contains(where: { $0 != UInt8(ascii: " ") }) else {
            throw ValidationError("--reason says nothing")
        }
    }

    func perform() throws -> ExitStatus {
        let gone = try Site.here(home: home.home, state: state.state)
            .resetRevocation(of: issuer, reason: reason)
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
            each distribution point that the certificates name, with the newest CRL that its issuer \
            has signed and that is current. OCSP responses are nothing that notation keeps: a \
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
        var site = Site.here(home: home.home, state: state.state)
        site.patience = wait.patience
        let export = try site.exportRevocation(to: notationCache, for: subjects.subjects)
        if output.json {
            Terminal.answer(export.json)
        } else {
            export.points.filter { $0.written != nil }.forEach { Terminal.answer($0.line) }
            if export.points.isEmpty, export.isComplete {
                Terminal.answer("no certificate names a CRL, so notation asks for none")
            }
        }
        for point in export.points where point.written == nil {
            Terminal.complain(
                Sentence(
                    "no current CRL for \(ForeignText(point.url)), which \(point.subject.shown) names",
                    hint: "see revocation check"))
        }
        for subject in export.withoutLists {
            Terminal.complain(
                Sentence("\(subject.shown) names no CRL, and notation keeps no OCSP responses"))
        }
        return export.isComplete ? .yes : .undecided
    }
}

extension CachedDistributionPoint {
    fileprivate var line: String {
        let verb = written?.wasPresent == true ? "present" : "wrote"
        let until = written.map { ", until \($0.until)" } ?? ""
        return "\(verb) crl/\(fileName) for \(ForeignText(url))\(until)"
    }

    fileprivate var json: JSON {
        [
            "url": .string(url), "file": .string("crl/\(fileName)"),
            "subject": .string(subject.description),
            "written": written.map { written in
                [
                    "base": .string(written.base.description),
                    "delta": written.delta.map { .string($0.description) } ?? .null,
                    "until": .string(written.until.description),
                    "wasPresent": .boolean(written.wasPresent),
                ]
            } ?? .null,
        ]
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
