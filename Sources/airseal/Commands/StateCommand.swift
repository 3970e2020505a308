import ArgumentParser
import Encodings
import State
import UseCases

struct StateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "state", abstract: "Back up what this machine must remember, and restore it.",
        discussion: """
            The state holds the audit record, the numbers of the bundles that went out, the marks of those \
            that came in, and the floors of time and revocation. Whoever goes on without it, or from an old \
            copy of the folder, may use a number twice or take an old bundle. A backup goes into one file; \
            its import sees to it that no number goes out twice.

            Example:
              airseal state export /backup/state.tar
              airseal state import /backup/state.tar
            """,
        subcommands: [StateExportCommand.self, StateImportCommand.self])
}

struct StateExportCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the state into one file.",
        discussion: """
            A plain tar with the digest of every file, for its owner only; sha256sum -c checks it once it is \
            unpacked. What is under way must have ended: an interrupted run is finished first where that can \
            be done. The home (policies, stores, peers) is not in it: copy the folder.

            Examples:
              airseal state export /backup/state.tar
              airseal state export /backup/state.tar --replace
            """)

    @Argument(
        help: ArgumentHelp("Where to write.", valueName: "file"), completion: .file())
    var file: String

    @Flag(help: "Take the place of a file that stands there.")
    var replace = false

    @OptionGroup var home: HomeOption
    @OptionGroup var state: StateOption
    @OptionGroup var wait: WaitOption
    @OptionGroup var output: JSONFlag

    func perform() throws -> ExitStatus {
        let site = try Site.recovered(
            home: home.home, state: state.state, patience: wait.patience)
        do {
            let report = try site.exportState(to: file, replacing: replace)
            if output.json {
                Terminal.answer(report.json(file))
            } else {
                report.lines(file).forEach { Terminal.answer($0) }
            }
            return .yes
        } catch StateBackupError.taken(let path) {
            Terminal.complain(StateBackupError.taken(path: path).sentence)
            return .refused
        }
    }
}

extension StateExportReport {
    fileprivate func lines(_ file: String) -> [String] {
        [
            "wrote \(ForeignText(file)): the state of "
                + "\(backup.site.map { "\($0)" } ?? "a site without a name")",
            "  backup \(backup.digest)",
            "  \(backup.files.count) files, \(backup.byteCount) bytes, "
                + "\(recordCount) lines of the audit record",
        ] + (head.map { ["  head \($0)"] } ?? [])
    }

    fileprivate func json(_ file: String) -> JSON {
        [
            "file": .string(file), "backup": .string(backup.digest.description),
            "site": backup.site.map { .string($0.text) } ?? .null,
            "created": .string(backup.created.description),
            "files": .integer(Int64(backup.files.count)), "bytes": .integer(backup.byteCount),
            "records": .integer(recordCount),
            "head": head.map { .string($0.description) } ?? .null,
        ]
    }
}

struct StateImportCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make a backup the state of this site.",
        discussion: """
            Only where there is no state yet; with --replace and a reason, a state that is there is put aside \
            into the folder replaced of the new one. The backup must be whole, and of the site of this name: \
            restore the home first.

            What went out after the backup was made is known to nobody here. So every stream begins anew, and \
            each far side accepts it with receive --accept-stream and a reason. Whoever is sure that nothing \
            was sent since says --nothing-sent-since, and why; then streams go on. What came in after the \
            backup is forgotten: ask every origin for its last number before anything is received.

            Examples:
              airseal state import /backup/state.tar
              airseal state import /backup/state.tar --replace --reason 'disk failed on 3 May'
              airseal state import /backup/state.tar --nothing-sent-since --reason 'made an hour before'
            """)

    @Argument(
        help: ArgumentHelp("A backup by state export.", valueName: "file"), completion: .file())
    var file: String

    @Flag(help: "Put aside a state that is there.")
    var replace = false

    @Flag(help: "Let streams go on: nothing was sent after the backup was made.")
    var nothingSentSince = false

    @Option(help: ArgumentHelp("Why, for the record.", valueName: "text"))
    var reason: OperatorReason?

    @OptionGroup var home: HomeOption
    @OptionGroup var state: StateOption
    @OptionGroup var output: JSONFlag

    func validate() throws {
        guard reason != nil || !replace && !nothingSentSince else {
            throw ValidationError("--reason is missing")
        }
    }

    func perform() throws -> ExitStatus {
        let site = Site.here(home: home.home, state: state.state)
        var request = StateImportRequest(file)
        request.isReplacing = replace
        request.isContinuing = nothingSentSince
        request.reason = reason?.text
        do {
            let taken = try site.importState(request)
            if output.json {
                Terminal.answer(taken.json(file))
            } else {
                taken.lines(file).forEach { Terminal.answer($0) }
            }
            taken.notes.forEach { Terminal.say("note: \($0)") }
            return .yes
        } catch StateBackupError.refused(let fault) {
            if output.json {
                Terminal.answer([
                    "outcome": "refused", "code": .string(fault.code),
                    "reason": .string(fault.sentence.text),
                ])
            }
            Terminal.complain(fault.sentence.after("backup refused (\(fault.code))"))
            return .refused
        }
    }
}

extension StateImport {
    fileprivate func lines(_ file: String) -> [String] {
        [
            "took the state of \(backup.site.map { "\($0)" } ?? "a site without a name") "
                + "as of \(backup.created)",
            "  backup \(backup.digest)",
            "  \(recordCount) lines of the audit record, and one for this",
        ]
            + freshStreams.map { "  a fresh stream to \($0)" }
            + keptStreams.map { "  the stream to \($0) goes on" }
            + marks.map { "  bundles from \($0.origin) up to \($0.sequence)" }
    }

    fileprivate var notes: [String] {
        freshStreams.map {
            "\($0) refuses the next bundle as of a foreign stream until its operator says "
                + "--accept-stream and why"
        }
            + marks.map {
                "a bundle from \($0.origin) above \($0.sequence) that was taken after the backup "
                    + "would be taken again: ask there for the last number"
            }
            + [
                "PINs that were rejected after the backup, and times and CRLs that were seen, are forgotten"
            ]
    }

    fileprivate func json(_ file: String) -> JSON {
        [
            "outcome": "imported", "file": .string(file),
            "backup": .string(backup.digest.description),
            "site": backup.site.map { .string($0.text) } ?? .null,
            "created": .string(backup.created.description), "records": .integer(recordCount),
            "head": head.map { .string($0.description) } ?? .null,
            "replacedHead": replacedHead.map { .string($0.description) } ?? .null,
            "freshStreams": .array(freshStreams.map { .string($0.text) }),
            "keptStreams": .array(keptStreams.map { .string($0.text) }),
            "marks": .array(
                marks.map {
                    ["origin": .string($0.origin.text), "sequence": .integer($0.sequence)]
                }),
        ]
    }
}
