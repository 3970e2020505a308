import Encodings
import TestSupport
import Testing

@Suite struct `Cases of our own vectors` {
    @Test(arguments: OwnCase.all) func `get the verdict, the rule and the reason of the case`(
        _ example: OwnCase
    ) throws {
        let actual = try VectorRun(example.example).outcome()
        let expected = example.example.expected
        #expect(actual.verdict.verdict == expected.verdict, "\(actual)")
        #expect(actual.verdict.warnings == expected.warnings)
        guard let reason = example.reason else { return }
        #expect(actual.validation == example.validation, "\(actual)")
        #expect(actual.rule == example.rule, "\(actual)")
        #expect(actual.reason.contains(reason), "\(actual)")
    }

    @Test func `differ from the one they are spoilt from in one way`() throws {
        let cases = Dictionary(uniqueKeysWithValues: OwnCase.all.map { ($0.example.id, $0) })
        for spoilt in OwnCase.all where spoilt.example.expected.verdict != "verified" {
            let name = try #require(spoilt.origin, "\(spoilt) is spoilt from nothing")
            let origin = try #require(cases[name], "\(spoilt) is spoilt from an unknown case")
            #expect(origin.example.expected.verdict == "verified", "\(spoilt)")
            #expect(spoilt.change != nil, "\(spoilt) does not say what is changed")
            #expect(spoilt.reason != nil, "\(spoilt) does not say the reason")
            #expect(spoilt.differences(from: origin).count == 1, "\(spoilt)")
            #expect(Set(spoilt.example.rules).isSubset(of: origin.example.rules), "\(spoilt)")
        }
    }

    @Test func `name another rule than their own only with a reason`() {
        for spoilt in OwnCase.all where spoilt.reason != nil {
            let isOwn = spoilt.rule.map(spoilt.example.rules.contains) ?? false
            #expect(isOwn == (spoilt.because == nil), "\(spoilt)")
        }
    }
}

/// A case of our own vectors: one of the shared form, with what only ours say.
struct OwnCase: Sendable, CustomTestStringConvertible {
    let example: VectorCase
    /// The members that make the case, by which it differs from another.
    let members: JSONObject
    /// The case that it is spoilt from, and what is changed.
    let origin: String?
    let change: String?
    /// Why another rule is named than the one that is broken.
    let because: String?
    let validation: String?
    let rule: String?
    /// A part of how the fact describes itself.
    let reason: String?
    var testDescription: String { example.testDescription }

    static let all: [OwnCase] = {
        do {
            return try VectorFolder.own.json("cases.json").array().map { try OwnCase($0) }
        } catch {
            preconditionFailure("our own vectors cannot be read: \(error)")
        }
    }()

    private init(_ place: JSONPlace) throws {
        example = try #require(try VectorCase(place, in: .own))
        members = try place.object()
        origin = try place.text("from")
        change = try place.text("change")
        because = try place.text("because")
        let expect = try place.member("expect")
        validation = try expect.text("validation")
        rule = try expect.text("rule")
        reason = try expect.text("reason")
    }

    /// The members in which this case differs from `other`; stores and the links in them are one.
    func differences(from other: OwnCase) -> Set<String> {
        let names = [
            "kind", "path", "base", "mediaType", "reference", "scope", "policy", "truststore", "at",
            "userMetadata", "maxSignatures", "absent",
        ]
        return Set(names.filter { members[$0] != other.members[$0] })
    }
}
