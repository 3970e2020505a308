import ArgumentParser
import Configuration
import Files
import Glibc
import State
import UseCases

/// Where what is configured lies.
struct HomeOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Trust policy, trust store and peers. Else $AIRSEAL_HOME, the user's config folder, "
                + "/etc/airseal.",
            valueName: "folder"), completion: .directory)
    var home: String?
}

/// Where what changes with use lies.
struct StateOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Journal, audit record and sequences. Else $AIRSEAL_STATE, the user's state folder, "
                + "/var/lib/airseal.",
            valueName: "folder"), completion: .directory)
    var state: String?
}

/// The machine-readable form of the answer.
struct JSONFlag: ParsableArguments {
    @Flag(help: "Answer in JSON, stable and documented.")
    var json = false
}

extension Site {
    /// This machine, with the folders that the operator or the environment names. What is read
    /// moves `progress`.
    static func here(
        home: String? = nil, state: String? = nil, patience: LockPatience? = nil,
        progress: Progress? = nil
    ) -> Site {
        let environment = Environment.variables
        let files = progress.map { FileSystem(faults: nil, meter: $0.meter) } ?? .real
        func isFolder(_ path: String) -> Bool { files.kind(at: path) == .folder }
        var site = Site(
            files: files, clock: .system, randomness: .system,
            homePath: DefaultFolder.home.path(
                named: home, environment: environment, isFolder: isFolder),
            statePath: DefaultFolder.state.path(
                named: state, environment: environment, isFolder: isFolder),
            userName: Environment.userName, userID: geteuid(),
            agent: "airseal/\(Airseal.version)")
        if let patience { site.patience = patience }
        return site
    }

    /// As `here`, after finishing what an earlier run left behind. A rehearsal changes nothing, and
    /// so not that either.
    static func recovered(
        home: String? = nil, state: String? = nil, patience: LockPatience,
        progress: Progress? = nil, rehearsing: Bool = false
    ) throws -> Site {
        let site = Site.here(
            home: home, state: state, patience: rehearsing ? nil : patience, progress: progress)
        guard !rehearsing else { return site }
        for recovery in try site.recover() {
            switch recovery {
            case .completed(layoutPath: let path):
                Terminal.say("completed what an interrupted run began in \(ForeignText(path))")
            case .withdrawn(layoutPath: let path):
                Terminal.say("took back what an interrupted run began in \(ForeignText(path))")
            case .failed(layoutPath: let path, let error):
                Terminal.say(
                    "what an interrupted run began in \(ForeignText(path)) is still to be done: "
                        + error.sentence.text)
            case .waiting(layoutPath: let path):
                Terminal.say(
                    "an interrupted run left work for \(ForeignText(path)), which is not there now")
            }
        }
        return site
    }
}

/// What the process was given by its caller.
enum Environment {
    /// The variables that name folders; no others are read.
    static var variables: [String: String] {
        var found: [String: String] = [:]
        for name in [
            "AIRSEAL_HOME", "AIRSEAL_STATE", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "HOME",
        ] {
            if let value = unsafe getenv(name) { found[name] = unsafe String(cString: value) }
        }
        return found
    }

    /// The user's name in the system's list, else the number.
    static var userName: String {
        guard let entry = unsafe getpwuid(geteuid()) else { return String(geteuid()) }
        return unsafe String(cString: entry.pointee.pw_name)
    }
}

/// How long to wait for others.
struct WaitOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How long to wait for a process that is changing the same folder. Default 600.",
            valueName: "seconds"))
    var wait = 600

    /// A day: what takes longer has gone wrong.
    private static let secondsMax = 86_400

    func validate() throws {
        guard (0...Self.secondsMax).contains(wait) else {
            throw ValidationError("--wait takes 0 to \(Self.secondsMax) seconds")
        }
    }

    /// Waits so long, and says after the first second for what and for whom.
    var patience: LockPatience {
        LockPatience(limitSeconds: wait) { wait in
            let holder = wait.holder.map {
                " (process \($0.processID), \(ForeignText($0.program)))"
            }
            Terminal.say(
                "waiting for another process that is changing \(ForeignText(wait.path))"
                    + (holder ?? ""))
        }
    }
}
