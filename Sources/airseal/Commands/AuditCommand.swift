import ArgumentParser
import Audit
import Encodings
import UseCases

struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Read the record of what was done, and hold it together.",
        discussion: """
            Every signature, export, reception and change of trust leaves a line in audit.jsonl of the \
            state folder before it can be seen. Each line names the hash of the one before, so that no \
            line can be changed, removed or put in between without breaking what follows.

            Examples:
              airseal audit show --last 10
              airseal audit verify
            """,
        subcommands: [AuditShowCommand.self, AuditVerifyCommand.self])
}

struct AuditShowCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show lines of the audit record.",
        discussion: """
            The whole chain is walked, whatever is shown of it. Where it breaks, the lines before are \
            shown, and the exit status is 1. Nothing is written, so that a copy of the state folder on \
            a read-only medium can be read with --state.

            Examples:
              airseal audit show --last 10
              airseal audit show --kind sign --since 2026-11-01T00:00:00Z --json
              airseal audit show --since 1200
            """)

    @Option(
        help: ArgumentHelp(
            "Begin with the line of this number, or with what happened at this time or later.",
            valueName: "number|RFC 3339 time"))
    var since: AuditSelection.Start?

    @Option(help: "Only what is of this kind: sign, export, receive, peer-add, …")
    var kind: String?

    @Option(help: ArgumentHelp("Only this operation.", valueName: "id"))
    var operation: OperationID?

    @Option(
        help: ArgumentHelp(
            "Only so many lines, the latest of those that are wanted.", valueName: "count"))
    var last: Int?

    @OptionGroup var state: StateOption
    @OptionGroup var output: JSONFlag

    func validate() throws {
        if let last, last < 1 { throw ValidationError("--last takes a number above zero") }
    }

    func perform() throws -> ExitStatus {
        var selection = AuditSelection()
        selection.since = since
        selection.kind = kind
        selection.operation = operation
        // What is not kept back is shown as it is read: a record may be long.
        let keeps = output.json || last != nil
        var kept: [AuditRecord] = []
        let report = try Site.here(state: state.state).readAudit(selection) { record in
            guard keeps else { return record.lines.forEach { Terminal.answer($0) } }
            kept.append(record)
            // Cut back now and then, not for every record.
            if let last, kept.count / 2 >= last { kept.removeFirst(kept.count - last) }
        }
        if let last { kept = kept.suffix(last) }
        if output.json {
            Terminal.answer(.array(kept.map(\.json)))
        } else {
            for record in kept { record.lines.forEach { Terminal.answer($0) } }
        }
        return report.tell()
    }
}

struct AuditVerifyCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Walk the chain of the audit record from its first line to its last.",
        discussion: """
            Says how many lines there are and the hash of the last one, the head. A chain shows every \
            change of a line, but not that lines are missing at its end: write the head down where the \
            machine cannot reach it, and give it to a later run with --head.

            A last line that is not finished was never promised to anybody: a run died while it wrote \
            it. It is told, and cut off by the next line.

            Examples:
              airseal audit verify
              airseal audit verify --head sha256:4f2d… --state /media/evidence/state
            """)

    @Option(
        help: ArgumentHelp(
            "The head that was noted elsewhere: one line must have this hash.",
            valueName: "digest"))
    var head: Digest?

    @OptionGroup var state: StateOption
    @OptionGroup var output: JSONFlag

    func perform() throws -> ExitStatus {
        let report = try Site.here(state: state.state).readAudit(head: head)
        if output.json {
            Terminal.answer(report.json(notedHead: head))
        } else if case .intact(let count, let last, _) = report.verdict {
            let records = count == 1 ? "1 record" : "\(count) records"
            Terminal.answer("intact: \(records), head \(last.map(\.description) ?? "none")")
            if let line = report.lineOfHead {
                Terminal.answer("the noted head is line \(line) of \(count)")
            }
        }
        let status = report.tell()
        guard status == .yes, let head, report.lineOfHead == nil else { return status }
        Terminal.complain(
            Sentence(
                "no line of \(ForeignText(report.path)) has the hash \(head): lines are missing "
                    + "at its end, or this is another record",
                hint: "keep the file as evidence, and compare it with a backup"))
        return .refused
    }
}

extension AuditRecord {
    /// The record for a person: what and who on one line, then each detail.
    fileprivate var lines: [String] {
        let user = "\(ForeignText(event.userName)) (\(event.userID))"
        return ["\(sequence) \(event.time) \(ForeignText(event.kind)) by \(user)"]
            + event.details.members.map {
                "    \(ForeignText($0.name)): \(ForeignText($0.value.text))"
            }
            + ["    operation: \(event.operation)"]
    }
}

extension AuditReport {
    /// Says what is wrong with the record, or worth knowing.
    fileprivate func tell() -> ExitStatus {
        switch verdict {
        case .intact(_, _, unfinishedByteCount: 0): return .yes
        case .intact(_, _, let byteCount):
            Terminal.say(
                "note: behind the last line of \(ForeignText(path)) stand \(byteCount) bytes of one "
                    + "that was never finished")
            return .yes
        case .broken(let line):
            Terminal.complain(
                Sentence(
                    "\(ForeignText(path)): line \(line) is no record, or does not follow the line "
                        + "before it",
                    hint: "keep the file as evidence, and compare it with a backup"))
            return .refused
        }
    }

    fileprivate func json(notedHead: Digest?) -> JSON {
        var object: JSONObject = ["path": .string(path), "verdict": "intact"]
        switch verdict {
        case .intact(let count, let head, let unfinished):
            object["records"] = .integer(count)
            object["head"] = head.map { .string($0.description) } ?? .null
            object["unfinishedBytes"] = .integer(unfinished)
            object["brokenLine"] = .null
            if notedHead != nil, lineOfHead == nil { object["verdict"] = "headMissing" }
        case .broken(let line):
            object["verdict"] = "broken"
            object["records"] = .integer(line - 1)
            object["head"] = .null
            object["unfinishedBytes"] = .null
            object["brokenLine"] = .integer(line)
        }
        object["notedHead"] =
            notedHead.map {
                [
                    "digest": .string($0.description),
                    "line": lineOfHead.map { .integer($0) } ?? .null,
                ]
            } ?? .null
        return .object(object)
    }
}

extension AuditReadingError: Speakable {
    var sentence: Sentence {
        switch self {
        case .noState(let path):
            Sentence(
                "there is no state at \(ForeignText(path)), and so no audit record",
                hint: "name the folder with --state")
        case .noRecord(let path):
            Sentence(
                "there is no audit record at \(ForeignText(path))",
                hint: "where this machine has signed, exported, received or changed anything, the "
                    + "record was taken away: restore the state from its backup")
        }
    }
}
