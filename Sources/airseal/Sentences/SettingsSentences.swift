import Configuration
import Cryptography
import Trust

extension VerificationSettingsError: Speakable {
    var sentence: Sentence {
        switch self {
        case .keySpec(let name):
            Sentence(
                "\"\(ForeignText(name))\" is no kind of key, or stands in keySpecs twice",
                hint: "the kinds are " + KeySpec.allCases.map(\.rawValue).joined(separator: ", "))
        case .noKeySpecs: Sentence("keySpecs is empty, so that no key could sign")
        case .clockTolerance(let text):
            Sentence(
                "\"\(ForeignText(text))\" is no time by which clocks may differ",
                hint: "clockTolerance takes a number with s, m or h, a day at most: 5m")
        case .maxCRLAge(let text):
            Sentence(
                "\"\(ForeignText(text))\" is no age that a CRL may have",
                hint: "maxCRLAge takes a number with s, m, h or d: 7d")
        case .requirement(let error): error.sentence.after("requiredSignatures")
        case .conflict(let conflict): conflict.sentence
        }
    }
}

extension VerificationSettingsConflict: Speakable {
    var sentence: Sentence {
        switch self {
        case .unknownPolicy(let name):
            Sentence(
                "signatures are required for the policy \"\(ForeignText(name))\", "
                    + "which the trust policy does not have")
        case .skippedPolicy(let name):
            Sentence(
                "signatures are required for the policy \"\(ForeignText(name))\", "
                    + "whose level is skip")
        case .requiredTwice(let name):
            Sentence(
                "signatures are required for the policy \"\(ForeignText(name))\" in two places")
        }
    }
}

extension RequiredSignaturesError: Speakable {
    var sentence: Sentence {
        switch self {
        case .noPolicies: Sentence("it names no policy")
        case .unnamedSigner: Sentence("a signer has an empty name")
        case .duplicateSigner(let name):
            Sentence("two signers are called \"\(ForeignText(name))\"")
        case .overlap(let first, let second):
            Sentence(
                "one certificate could be both of the signers \"\(ForeignText(first))\" and "
                    + "\"\(ForeignText(second))\"",
                hint: "let their subjects differ in the value of one attribute")
        case .tooManySigners(let limit): Sentence("it names more than \(limit) signers")
        case .threshold(let threshold, let count):
            Sentence("\(threshold) of \(count) signers cannot be required")
        case .identities(let signer, let error):
            error.sentence.after("the signer \"\(ForeignText(signer))\"")
        case .anySubject(let signer):
            Sentence(
                "the signer \"\(ForeignText(signer))\" would be everybody",
                hint: "name its subjects, each as x509.subject: and what it must have")
        case .foreignIdentity(let signer, let text):
            Sentence(
                "no signature would ever match the identity \"\(ForeignText(text))\" of the signer "
                    + "\"\(ForeignText(signer))\"",
                hint: "write x509.subject: and what the signer's subject must have")
        }
    }
}
