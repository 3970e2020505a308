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

    /// What a trust policy, a trust store, a clock or a plugin decides: here such an envelope is
    /// whole.
    static let laterValidations: Set = [
        "authenticity", "authenticTimestamp", "expiry", "revocation",
    ]

    static let all: [EnvelopeCase] = {
        guard SharedVectors.isPresent, let document = try? SharedVectors.json("cases.json"),
            let cases = try? document.array()
        else { return [] }
        return cases.compactMap { try? EnvelopeCase($0) }.compactMap { $0 }
    }()

    init?(_ place: JSONPlace) throws {
        guard try place.member("kind").string() == "envelope" else { return nil }
        id = try place.member("id").string()
        path = try place.member("path").string()
        guard let format = SignatureFormat(mediaType: try place.member("mediaType").string()) else {
            return nil
        }
        self.format = format
        target = try place.member("reference").string()
        rules = try place.member("rules").array().map { try $0.string() }
        let expect = try place.member("expect")
        verdict = try expect.member("verdict").string()
        failing = try? expect.member("failing").string()
        alsoAcceptable =
            try expect.optional("alsoAcceptable").map { try $0.array().map { try $0.string() } }
            ?? []
    }
}

@Suite("Envelopes of the shared vectors", .enabled(if: SharedVectors.isPresent))
struct EnvelopeVectorTests {
    /// Cases that are judged by a later module though no validation's name says so.
    static let judgedLater: Set = [
        "I-jws-plugin-not-installed", "I-jws-plugin-not-installed-audit",
        "I-cose-plugin-not-installed",
    ]

    @Test(arguments: EnvelopeCase.all) func `get the verdict of the case`(_ example: EnvelopeCase)
        throws
    {
        let index = try SharedVectors.json("layouts/envelope-base/index.json")
        let target = try index.member("manifests").array().map { try Descriptor($0) }
            .first { $0.digest.description == example.target }
        let outcome = try SignatureEnvelope.verify(
            SharedVectors.bytes(example.path), format: example.format)
        let isWhole: Bool
        var reason = ""
        switch outcome {
        case .verified(let verified): isWhole = try verified.payload.speaks(of: #require(target))
        case .refused(let failure):
            isWhole = false
            reason = "\(failure)"
        }
        let isForLater =
            Self.judgedLater.contains(example.id)
            || EnvelopeCase.laterValidations.contains(example.failing ?? "")
        let expected = example.verdict == "verified" || isForLater
        let isTolerated = example.alsoAcceptable.contains(isWhole ? "verified" : "refused")
        #expect(isWhole == expected || isTolerated, "\(reason)")
        print(
            "CASE \(example.id) exp=\(example.verdict)/\(example.failing ?? "-") rules=\(example.rules) got=\(isWhole) \(reason)"
        )
    }
}
