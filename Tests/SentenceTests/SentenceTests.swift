import Configuration
import Encodings
import OCILayout
import Testing
import Trust
import Verification
import X509

@testable import airseal

@Suite struct `Sentences about errors` {
    @Test(arguments: HostileGroup.all)
    func `hostile text in an error is shown harmless`(_ group: HostileGroup) {
        for error in group.errors {
            #expect(error is any Speakable, "\(type(of: error))")
            expectHarmless(Sentence(about: error))
        }
    }

    @Test func `a hostile name among a layout's files is shown harmless`() {
        expectHarmless(LayoutCheck.Note.stray(Hostile.text).sentence)
        expectHarmless(
            LayoutCheck.Problem.document(Hostile.descriptor, .noSuchReference(Hostile.text))
                .sentence)
    }

    @Test(arguments: CertificateRule.allCases)
    func `each rule of the certificate profile has words`(_ rule: CertificateRule) {
        expectHarmless(CertificateViolation(rule: rule, position: 0).sentence)
    }

    @Test(arguments: Hostile.findings)
    func `hostile text in a finding is shown harmless`(_ finding: Finding) {
        expectHarmless(finding.sentence)
    }

    @Test func `hostile names in a home are shown harmless`() throws {
        let store = try #require(TrustStoreName("ca:x"))
        let policy: JSON = .object([
            "version": "1.0", "trustPolicies": [], Hostile.text: .string(Hostile.text),
        ])
        let review = TrustPolicyReview(of: policy.serialized(), as: .oci)
        #expect(review.findings.count == 2)
        let findings: [HomeCheck.Finding] =
            review.findings.map { .policy(.images, $0) } + [
                .exposed(path: Hostile.text), .wrongKind(path: Hostile.text),
                .settings(.settings(path: Hostile.text, .keySpec(Hostile.text))),
                .stray(path: Hostile.text), .store(store, .missing, namedBy: [Hostile.text]),
                .store(store, .notAFile(name: Hostile.text), namedBy: []),
                .noAuthorities(.images, statement: Hostile.text),
                .foreignIdentity(.images, statement: Hostile.text, identity: Hostile.text),
                .notationRefusesStore(store, names: [Hostile.text]),
            ]
        for finding in findings { expectHarmless(Sentence(finding.words)) }
    }

    @Test func `an error that has no sentence is shown harmless`() {
        struct Unknown: Error { let text: String }
        let sentence = Sentence(about: Unknown(text: Hostile.text))
        #expect(!sentence.text.unicodeScalars.contains { $0.value < 0x20 || $0 == "\u{202E}" })
    }

    private func expectHarmless(
        _ sentence: Sentence, at location: SourceLocation = #_sourceLocation
    ) {
        for text in [sentence.text, sentence.hint].compactMap({ $0 }) {
            #expect(text.first?.isUppercase == false, "\(text)", sourceLocation: location)
            #expect(text.last != "." && text.last != "!", "\(text)", sourceLocation: location)
            let hidden = text.unicodeScalars.filter {
                switch $0.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator: true
                default: false
                }
            }
            #expect(hidden.isEmpty, "\(text)", sourceLocation: location)
        }
    }
}
