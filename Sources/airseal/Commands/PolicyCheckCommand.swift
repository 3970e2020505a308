import ArgumentParser
import Encodings
import Trust
import UseCases

struct PolicyCheckCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Hold policies against every rule.",
        discussion: """
            Without FILE, the policies in force in the home. Everything that is wrong is told, with \
            its place in the document and the rule; where stock notation would load the policy all \
            the same, the line says so. A file called trustpolicy.blob.json is read as a policy for \
            blobs, any other as one for images unless --blob is given.

            Exit status: 0 acceptable, 1 not, 2 no such file.

            Examples:
              airseal policy check
              airseal policy check draft.json --json
            """)

    @Argument(
        help: ArgumentHelp("A policy that is not in the home.", valueName: "file"),
        completion: .file())
    var file: String?

    @OptionGroup var kind: PolicyKindFlag
    @OptionGroup var home: HomeOption
    @OptionGroup var output: JSONFlag

    func perform() throws -> ExitStatus {
        let site = Site.here(home: home.home)
        let reviews: [PolicyFileReview]
        if let file {
            let isBlob = kind.blob || file.hasSuffix(TrustPolicyFile.blobs.rawValue)
            reviews = [try site.reviewPolicy(at: file, as: isBlob ? .blob : .oci)]
        } else {
            reviews = try site.reviewPolicies().filter { !kind.blob || $0.kind == .blob }
        }
        if output.json {
            Terminal.answer(JSON.array(reviews.map(\.json)))
        } else {
            reviews.flatMap(\.lines).forEach { Terminal.answer($0) }
        }
        return reviews.allSatisfy(\.isAcceptable) ? .yes : .refused
    }
}

extension PolicyFileReview {
    fileprivate var isAcceptable: Bool { review.policy != nil }

    fileprivate var lines: [String] {
        guard let policy = review.policy else {
            return ["fail: \(ForeignText(path))"]
                + review.findings.map { finding in
                    let notation = finding.error.notationView.words.map { "; \($0)" } ?? ""
                    return "  \(finding.error.rule): \(finding.words)\(notation)"
                }
        }
        return ["pass: \(ForeignText(path)), statements: \(policy.statements.count)"]
    }

    fileprivate var json: JSON {
        [
            "path": .string(path), "kind": kind == .blob ? "blob" : "oci",
            "verdict": isAcceptable ? "pass" : "fail",
            "findings": .array(review.findings.map(\.json)),
        ]
    }
}

extension TrustPolicyReview.Finding {
    /// The members that every verb shows of a finding.
    var json: JSON {
        [
            "rule": .string(error.rule), "path": .string(path),
            "line": line.map { .integer(Int64($0)) } ?? .null,
            "text": .string(error.sentence.text),
            "notation": .string(error.notationView.rawValue),
        ]
    }
}
