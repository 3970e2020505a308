import ArgumentParser
import Encodings
import State
import UseCases

struct ClockCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clock", abstract: "Say which time it is at least, and what says so.",
        discussion: """
            Without a network nobody sets this clock but its operator, and whoever sets it back brings \
            revoked and expired things to life again. So every time that somebody trusted has signed \
            (a CRL, an OCSP response, a time stamp, a bundle) is remembered as the floor once its \
            signature was verified. A clock that is behind the floor gives no verdicts and no \
            signatures. A time that lies ahead of the clock never becomes the floor.

            Examples:
              airseal clock status
              airseal clock accept --reason 'the floor is from the day when the battery failed'
            """,
        subcommands: [ClockStatusCommand.self, ClockAcceptCommand.self])
}

struct ClockStatusCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show the clock, its floor and who has witnessed it.",
        discussion: """
            Exit 0 where the clock may be right, 2 where it is behind its floor or behind the last \
            signature of this machine.

            Example:
              airseal clock status --json
            """)

    @OptionGroup var home: HomeOption
    @OptionGroup var state: StateOption
    @OptionGroup var output: JSONFlag

    func perform() throws -> ExitStatus {
        let status = try Site.here(home: home.home, state: state.state).clockStatus()
        if output.json {
            Terminal.answer(.object(status.json))
        } else {
            status.lines.forEach { Terminal.answer($0) }
        }
        return status.exitStatus
    }
}

struct ClockAcceptCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "accept", abstract: "Take the clock's word against what was proven before.",
        discussion: """
            For the day when a wrong clock let a wrong time become the floor. The date must be typed \
            at a terminal, so no script can do this, and the record has the reason first. Afterwards \
            neither the floor nor the last signature is later than the clock. A clock that is not \
            behind needs nothing, and nothing is changed.

            What was proven about CRLs stays: see revocation reset.

            Example:
              airseal clock accept --reason 'clock was set to 2062 by mistake on 3 May'
            """)

    @Option(help: ArgumentHelp("Why, for the record.", valueName: "text"))
    var reason: OperatorReason

    @OptionGroup var home: HomeOption
    @OptionGroup var state: StateOption
    @OptionGroup var output: JSONFlag

    func perform() throws -> ExitStatus {
        let site = Site.here(home: home.home, state: state.state)
        let status = try site.clockStatus()
        guard status.isBehindFloor || status.isBehindLastSigning else {
            Terminal.say("note: the clock is not behind, and nothing was changed")
            if output.json { Terminal.answer(["accepted": false, "before": .object(status.json)]) }
            return .yes
        }
        status.lines.forEach { Terminal.say($0) }
        let date = String(status.now.description.prefix(10))
        let answer = Question.ask("Which date is it today, as YYYY-MM-DD? ")
        guard let answer else {
            Terminal.complain(
                Sentence(
                    "there is no terminal at which somebody could say which date it is",
                    hint: "run this by hand"))
            return .undecided
        }
        guard answer.utf8.elementsEqual(date.utf8) else {
            Terminal.complain(Sentence("the clock says \(date), and that was not typed"))
            return .refused
        }
        let before = try site.acceptClock(reason: reason.text)
        if output.json {
            Terminal.answer(["accepted": true, "before": .object(before.json)])
        } else {
            Terminal.answer("accepted: \(before.now)")
        }
        return .yes
    }
}

extension ClockStatus {
    fileprivate var exitStatus: ExitStatus {
        isBehindFloor || isBehindLastSigning ? .undecided : .yes
    }

    fileprivate var lines: [String] {
        var lines = ["clock: \(now)"]
        lines.append(
            floor.map { "floor: \($0.time), by \(ForeignText($0.witness))" }
                ?? "floor: none yet")
        if let lastSigning { lines.append("last signature: \(lastSigning)") }
        if isBehindFloor {
            lines.append("the clock is behind the floor: no verdicts, no signatures")
        } else if isBehindLastSigning {
            lines.append("the clock is behind the last signature: no signatures")
        }
        return lines
    }

    fileprivate var json: JSONObject {
        [
            "clock": .string(now.description),
            "floor": floor.map {
                ["time": .string($0.time.description), "witness": .string($0.witness)]
            } ?? .null,
            "lastSigning": lastSigning.map { .string($0.description) } ?? .null,
            "tolerance": .integer(tolerance), "behindFloor": .boolean(isBehindFloor),
            "behindLastSigning": .boolean(isBehindLastSigning),
        ]
    }
}
