import ArgumentParser
import Configuration
import Encodings
import Trust
import UseCases
import X509

struct TrustCheckCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Look at the whole home as a verifier would.",
        discussion: """
            Problems: policies that are not acceptable, trust stores that cannot be used or that a \
            policy names and are not there, files that others may change, links. Warnings: stores \
            that no policy names, certificates that have expired or soon will, statements that can \
            trust nobody. Notes: what stock notation would refuse or not find.

            Exit status: 0 no problem, 1 a problem, 2 the home cannot be read.

            Examples:
              airseal trust check
              airseal trust check --home /etc/airseal --warn-days 90 --json
            """)

    @Option(
        help: ArgumentHelp(
            "Ask for the validity of certificates at another time than now.",
            valueName: "RFC 3339 time"))
    var at: Timestamp?

    @Option(help: ArgumentHelp("How early to warn of a certificate's end.", valueName: "days"))
    var warnDays = 30

    @OptionGroup var home: HomeOption
    @OptionGroup var output: JSONFlag

    func validate() throws {
        guard (0...36_500).contains(warnDays) else {
            throw ValidationError("--warn-days takes a number from 0 to 36500")
        }
    }

    func perform() throws -> ExitStatus {
        let check = try Site.here(home: home.home).checkTrust(at: at, warningDays: warnDays)
        if output.json {
            Terminal.answer(check.json)
        } else {
            check.lines.forEach { Terminal.answer($0) }
        }
        return check.passes ? .yes : .refused
    }
}

extension HomeCheck {
    fileprivate var lines: [String] {
        let policies = policies.isEmpty ? "none" : policies.map(\.rawValue).joined(separator: ", ")
        let stores = stores.isEmpty ? "none" : stores.map(\.description).joined(separator: ", ")
        return ["acceptable policies: \(policies)", "usable trust stores: \(stores)"]
            + findings.map { finding in
                let rule = finding.rule.map { " (rule \($0))" } ?? ""
                return "\(finding.weight.rawValue): \(finding.words)\(rule)"
            }
    }

    fileprivate var json: JSON {
        [
            "verdict": passes ? "pass" : "fail",
            "policies": .array(policies.map { .string($0.rawValue) }),
            "stores": .array(stores.map { .string($0.description) }),
            "findings": .array(
                findings.map { finding in
                    [
                        "weight": .string(finding.weight.rawValue),
                        "rule": finding.rule.map { .string($0) } ?? .null,
                        "text": .string(finding.words),
                    ]
                }),
        ]
    }
}
