private import CProcess
public import Files
import Glibc
import SystemPackage

/// A program that is run as another user, in a folder that is given to it, for so long at most. It
/// gets no environment and no input, keeps no rights and no open file of ours, and everything that it
/// starts ends with it.
public struct BoundedProgram: Sendable {
    /// What is kept of both its outputs together, in bytes; the rest is read and thrown away.
    public static let outputByteCountMax = 16 << 10

    /// The absolute path of the program, and its arguments.
    let command: [String]
    let account: UserAccount
    let limitSeconds: Int64

    /// The program `command` as `account`, for at most `limitSeconds`.
    public init(_ command: [String], as account: UserAccount, limitSeconds: Int64) {
        precondition(command.first?.hasPrefix("/") ?? false, "the path of a program is absolute")
        self.command = command
        self.account = account
        self.limitSeconds = limitSeconds
    }

    /// Runs it with `folder` as its working directory, and waits for its end.
    public func run(in folder: Folder) throws(ProcessError) -> ProcessEnd {
        guard airseal_adopt_orphans() == 0 else { throw .system(call: "prctl", .current) }
        let output = try Pipe()
        let report = try Pipe()
        let child = try start(in: folder, output: output.writing, report: report.writing)
        output.closeWriting()
        report.closeWriting()
        var watch = ProcessWatch(child, output: output.reading, limitSeconds: limitSeconds)
        if let failure = report.failure() {
            watch.discard()
            throw error(of: failure)
        }
        let end: ProcessEnd
        do { end = try watch.wait() } catch {
            // The error that led here is the one to report.
            _ = Descendants.end(of: child)
            throw error
        }
        // What it says counts for nothing while something of it goes on.
        guard Descendants.end(of: child) else { throw .survived }
        return end
    }

    private func start(in folder: Folder, output: Int32, report: Int32) throws(ProcessError)
        -> pid_t
    {
        var arguments: [UnsafeMutablePointer<CChar>?] = unsafe command.map { unsafe strdup($0) }
        defer { unsafe arguments.forEach { unsafe free($0) } }
        unsafe arguments.append(nil)
        let child = unsafe arguments.withUnsafeBufferPointer { arguments in
            unsafe account.groups.withUnsafeBufferPointer { groups in
                folder.lend { folder in
                    var start = unsafe airseal_start()
                    unsafe start.path = UnsafePointer(arguments[0])
                    unsafe start.arguments = arguments.baseAddress
                    unsafe start.folder = folder
                    unsafe start.output = output
                    unsafe start.report = report
                    unsafe start.user = account.user
                    unsafe start.group = account.group
                    unsafe start.groups = groups.baseAddress
                    unsafe start.group_count = groups.count
                    return unsafe airseal_start_as(&start)
                }
            }
        }
        guard child > 0 else { throw .system(call: "fork", .current) }
        return child
    }

    private func error(of failure: (step: Int32, errno: Errno)) -> ProcessError {
        switch UInt32(bitPattern: failure.step) {
        case airseal_step_user.rawValue: .mayNotBecome(account.name, failure.errno)
        case airseal_step_exec.rawValue:
            .notExecutable(path: command[0], failure.errno)
        case airseal_step_folder.rawValue: .system(call: "fchdir", failure.errno)
        case airseal_step_limits.rawValue: .system(call: "prctl", failure.errno)
        default: .system(call: "dup2", failure.errno)
        }
    }
}

/// A pipe, both ends closed with its last user.
private final class Pipe {
    let reading: Int32
    private(set) var writing: Int32

    init() throws(ProcessError) {
        var ends: [Int32] = [0, 0]
        guard unsafe pipe2(&ends, O_CLOEXEC) == 0 else {
            throw .system(call: "pipe2", .current)
        }
        (reading, writing) = (ends[0], ends[1])
    }

    deinit {
        closeWriting()
        close(reading)
    }

    func closeWriting() {
        if writing >= 0 { close(writing) }
        writing = -1
    }

    /// What the child reported: a step and its error; nil where it came to its end, exec.
    func failure() -> (step: Int32, errno: Errno)? {
        var told: [Int32] = [0, 0]
        while true {
            let count = unsafe read(reading, &told, 8)
            if count < 0, Glibc.errno == EINTR { continue }
            return count == 8 ? (told[0], Errno(rawValue: told[1])) : nil
        }
    }
}

extension Errno {
    /// The error of the call that has just failed.
    static var current: Errno { Errno(rawValue: Glibc.errno) }
}
