import ArgumentParser
import UseCases

/// What the program tells its caller (rule V8). Wrong usage is 64, which the argument parser says itself.
enum ExitStatus: Int32 {
    /// It was done, or the answer is yes.
    case yes = 0
    /// Refused: something is damaged, missing, unsigned, untrusted, or out of order.
    case refused = 1
    /// No decision could be made.
    case undecided = 2

    /// The graver of two: a refusal outranks indecision, since no later run can mend it.
    func joined(_ other: ExitStatus) -> ExitStatus {
        if self == .refused || other == .refused { return .refused }
        return self == .undecided || other == .undecided ? .undecided : .yes
    }
}

/// A verb: parses its arguments, acts, prints, and says how it went.
protocol Verb: ParsableCommand {
    /// Acts and prints.
    func perform() throws -> ExitStatus
}

extension Verb {
    mutating func run() throws {
        defer { Terminal.eraseProgress() }
        let status: ExitStatus
        do {
            status = try perform()
        } catch let error as ValidationError {
            throw error
        } catch {
            Terminal.complain(Sentence(about: error))
            status = error.isDamage ? .refused : .undecided
        }
        guard status == .yes else { throw ExitCode(status.rawValue) }
    }
}
