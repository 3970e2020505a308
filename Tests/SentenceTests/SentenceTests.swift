import OCILayout
import Testing
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
