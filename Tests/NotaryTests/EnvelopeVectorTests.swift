import Encodings
import Notary
import OCI
import TestSupport
import Testing

/// A case of `kind: envelope`, and how far this module can judge it.
struct EnvelopeCase: Sendable, CustomTestStringConvertible {
    let id: String
    let path: String
    let format: SignatureFormat
    let target: String
    let rules: [String]
    let verdict: String
    let failing: String?
    let alsoAcceptable: [String]
    var testDescription: String { "\(id) (\(rules.joined(separator: ", ")))" }

    static let all: [EnvelopeCase] = {
        guard VectorFolder.shared.isPresent,
            let document = try? VectorFolder.shared.json("cases.json"),
            let cases = try? document.array()
        else { return [] }
        return cases.compactMap { try? EnvelopeCase($0) }
    }()

    init?(_ place: JSONPlace) throws {
        guard try place.member("kind").string() == "envelope",
            let format = SignatureFormat(mediaType: try place.member("mediaType").string())
        else { return nil }
        self.format = format
        id = try place.member("id").string()
        path = try place.member("path").string()
        target = try place.member("reference").string()
        rules = try place.member("rules").array().map { try $0.string() }
        let expect = try place.member("expect")
        verdict = try expect.member("verdict").string()
        failing = try? expect.member("failing").string()
        alsoAcceptable =
            try (try? expect.member("alsoAcceptable").array())?.map {
                try $0.string()
            } ?? []
    }

    /// What a trust policy, a trust store or a clock decides: here such an envelope is whole.
    private static let laterValidations: Set = [
        "authenticity", "authenticTimestamp", "expiry", "revocation",
    ]

    /// Whether this module should find the envelope whole and about its target.
    func isWhole(except later: Set<String>) -> Bool {
        verdict == "verified" || later.contains(id)
            || Self.laterValidations.contains(failing ?? "")
    }

    /// The refusal of the envelope, or of its payload for this target; nil for neither.
    func failedRule() throws -> String? {
        switch try SignatureEnvelope.verify(VectorFolder.shared.bytes(path), format: format) {
        case .refused(let failure): return failure.rule
        case .verified(let verified):
            let index = try VectorFolder.shared.json("layouts/envelope-base/index.json")
            let target = try index.member("manifests").array().map { try Descriptor($0) }
                .first { $0.digest.description == self.target }
            return try verified.payload.speaks(of: #require(target)) ? nil : "P4"
        }
    }
}

/// Where the vectors and this module differ, with the reasons.
struct EnvelopeExceptions {
    struct Alias: Hashable {
        let given: String
        let named: String
    }

    let later: Set<String>
    let aliases: Set<Alias>

    init() throws {
        let document = try TestFiles.vectors("notary/exceptions.json")
        later = Set(
            try document.member("later").array().map { try $0.member("id").string() })
        var aliases = Set<Alias>()
        for place in try document.member("rules").array() {
            let given = try place.member("given").string()
            for named in try place.member("named").array() {
                aliases.insert(Alias(given: given, named: try named.string()))
            }
        }
        self.aliases = aliases
    }
}

@Suite(.enabled(if: VectorFolder.shared.isPresent)) struct `Envelopes of the shared vectors` {
    @Test(arguments: EnvelopeCase.all) func `get the verdict of their case`(
        _ example: EnvelopeCase
    ) throws {
        let expected = example.isWhole(except: try EnvelopeExceptions().later)
        let failedRule = try example.failedRule()
        let isTolerated = example.alsoAcceptable.contains(
            failedRule == nil ? "verified" : "refused")
        #expect((failedRule == nil) == expected || isTolerated, "\(failedRule ?? "whole")")
    }

    @Test func `are refused by a rule that their case names`() throws {
        let exceptions = try EnvelopeExceptions()
        var unused = exceptions.aliases
        for example in EnvelopeCase.all {
            guard let given = try example.failedRule(), !example.rules.contains(given) else {
                continue
            }
            let aliases = example.rules.map { EnvelopeExceptions.Alias(given: given, named: $0) }
            #expect(!exceptions.aliases.isDisjoint(with: aliases), "\(example.id): \(given)")
            unused.subtract(aliases)
        }
        #expect(unused.isEmpty, "excuses that are no longer needed")
    }
}
