import Encodings
import Files
import TestSupport
import Testing

@Suite("Cases of the shared vectors", .enabled(if: VectorFolder.shared.isPresent))
struct VectorTests {
    @Test(arguments: VectorCase.shared)
    func `get the verdict and the failing validation of the case`(_ example: VectorCase) throws {
        let outcome = try VectorRun(example).outcome()
        let actual = outcome.verdict
        let excuse = VectorExcuse.all.first { $0.id == example.id }
        // A tolerated verdict is another one; whoever gives the expected one gives its validation.
        let isTolerated =
            actual.verdict != example.expected.verdict
            && example.alsoAcceptable.contains(actual.verdict)
        let isAsExpected = actual == example.expected || isTolerated
        guard let excuse else {
            #expect(isAsExpected, "expected \(example.expected), got \(actual)")
            if example.category == "F" { expectItsRule(outcome, example) }
            return
        }
        #expect(!isAsExpected, "the excuse is no longer needed")
        #expect("\(example.expected)" == excuse.expected)
        #expect("\(actual)" == excuse.actual)
        #expect(actual.verdict == "refused", "an excuse never makes anything pass")
        #expect(example.rules.contains(excuse.rule), "\(excuse.rule) is no rule of the case")
    }

    /// What notation keeps in its cache of CRLs serves as well as the CRLs themselves.
    @Test(arguments: VectorCase.shared.filter(\.hasCache))
    func `get it from notation's cache, too`(_ example: VectorCase) throws {
        let actual = try VectorRun(example, fromCache: true).outcome().verdict
        let isTolerated = example.alsoAcceptable.contains(actual.verdict)
        #expect(actual == example.expected || isTolerated, "got \(actual)")
    }

    /// The rule that a refused time stamp breaks, or one that is told in its place.
    private func expectItsRule(_ outcome: VectorOutcome, _ example: VectorCase) {
        let told = [
            "T2": ["T9"],  // the imprint is another, whatever it was made over
            "T23": ["T14"],  // no chain leads to a root
            "T24": ["T14"],  // the authority's certificates were not valid either
            "T25": ["T24"],  // the bounds are compared, however they came about
            "T26": ["T28", "O4"],  // what is wrong is told, whatever follows from it
            "T28": ["X15"],  // no token is looked at, and a certificate has ended
        ]
        guard outcome.verdict.verdict == "refused", let rule = outcome.rule else { return }
        let rules = example.rules + example.rules.flatMap { told[$0] ?? [] }
        #expect(rules.contains(rule), "\(rule): \(outcome.reason)")
    }

    @Test(
        .disabled("waits for the issue about blobs"),
        arguments: VectorCase.waiting(for: "M"))
    func `M: signatures of blobs`(_ id: String) {}

    @Test func `every category is run or skipped by name`() {
        let known = VectorCase.categories.union(["M"])
        #expect(VectorCase.everyCategory == known)
    }

    @Test func `every excuse names a case`() {
        let names = Set(VectorCase.shared.map(\.id))
        for excuse in VectorExcuse.all {
            #expect(names.contains(excuse.id), "no case \(excuse.id)")
            #expect(TestFiles.exists(excuse.decision), "no decision \(excuse.decision)")
        }
        #expect(Set(VectorExcuse.all.map(\.id)).count == VectorExcuse.all.count)
    }
}

/// One entry of `exceptions.json`: where we differ, and why.
struct VectorExcuse: Sendable {
    let id: String
    let expected: String
    let actual: String
    /// The rule that is read differently.
    let rule: String
    /// Where that was decided: a record in docs/decisions.
    let decision: String

    static let all: [VectorExcuse] = {
        do {
            let parts = #filePath.split(separator: "/").dropLast()
            let path = "/" + parts.joined(separator: "/") + "/exceptions.json"
            let bytes = try FileSystem.real.file(at: path).readAll(limit: 1 << 20)
            return try JSONPlace(JSON(parsing: bytes)).array().map { place in
                try place.onlyMembers(["id", "expected", "actual", "rule", "reason", "decision"])
                _ = try place.member("reason").string()
                return VectorExcuse(
                    id: try place.member("id").string(),
                    expected: try place.member("expected").string(),
                    actual: try place.member("actual").string(),
                    rule: try place.member("rule").string(),
                    decision: try place.member("decision").string())
            }
        } catch {
            preconditionFailure("exceptions.json cannot be read: \(error)")
        }
    }()
}
