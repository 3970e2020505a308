import Encodings
import Trust

extension TrustPolicyError: Speakable {
    var sentence: Sentence {
        switch self {
        case .tooLarge(let limit): Sentence("the policy is larger than \(limit) bytes")
        case .json(let error): error.sentence.after("the policy")
        case .shape(let error): error.sentence.after("the policy")
        case .unsupportedVersion(let version):
            Sentence("the policy has the version \(ForeignText(version)), not 1.0")
        case .noStatements: Sentence("the policy has no statements")
        case .statement(let name, let fault):
            fault.sentence.after("the policy statement \"\(ForeignText(name))\"")
        case .duplicateName(let name):
            Sentence("the policy has two statements called \"\(ForeignText(name))\"")
        case .duplicateScope(let scope):
            Sentence("the policy names the scope \(ForeignText(scope)) twice")
        case .secondGlobalPolicy(let name):
            Sentence("the policy statement \"\(ForeignText(name))\" is the second global one")
        }
    }
}

extension TrustPolicyFault: Speakable {
    var sentence: Sentence {
        switch self {
        case .emptyName: Sentence("its name is empty")
        case .unknownLevel(let level):
            Sentence(
                "the level \"\(ForeignText(level))\" is none of strict, permissive, audit and skip")
        case .unknownValidation(let name):
            Sentence("it overrides \"\(ForeignText(name))\", which is no validation")
        case .overrideOfIntegrity: Sentence("it overrides integrity, which nothing may")
        case .unknownAction(let validation, let action):
            Sentence(
                "it overrides \(validation.rawValue) with \"\(ForeignText(action))\", "
                    + "which is no action")
        case .forbiddenSkip(let validation):
            Sentence("it skips \(validation.rawValue), which may not be skipped")
        case .overrideOfSkip: Sentence("it has overrides beside the level skip")
        case .unknownVerifyTimestamp(let value):
            Sentence(
                "its verifyTimestamp \"\(ForeignText(value))\" is neither always "
                    + "nor afterCertExpiry")
        case .trustBesideSkip:
            Sentence("it has trust stores or identities beside the level skip")
        case .noTrustStores: Sentence("it names no trust store")
        case .malformedTrustStore(let text):
            Sentence("\"\(ForeignText(text))\" is no trust store; one is written TYPE:NAME")
        case .identities(let error): error.sentence
        case .noScopes: Sentence("it names no registry scope")
        case .wildcardBesideOtherScopes: Sentence("it names the scope * together with others")
        case .malformedScope(let text):
            Sentence("\"\(ForeignText(text))\" is no scope; one is written REGISTRY/REPOSITORY")
        case .skipOfEverything: Sentence("it skips verification for every repository")
        case .skipOfEveryBlob: Sentence("it skips verification for every blob")
        }
    }
}

extension TrustedIdentityError: Speakable {
    var sentence: Sentence {
        switch self {
        case .none: Sentence("it names no trusted identity")
        case .tooMany(let limit): Sentence("it names more than \(limit) trusted identities")
        case .empty: Sentence("one of its trusted identities is empty")
        case .withoutPrefix(let text):
            Sentence(
                "the trusted identity \"\(ForeignText(text))\" has no prefix",
                hint: "write x509.subject: before it")
        case .wildcardBesideOthers:
            Sentence("it names the trusted identity * together with others")
        case .subject(let text, let error):
            error.sentence.after("the trusted identity \"\(ForeignText(text))\"")
        case .overlap(let first, let second):
            Sentence(
                "one certificate could match both of the trusted identities "
                    + "\"\(ForeignText(first))\" and \"\(ForeignText(second))\"")
        }
    }
}

extension SubjectPatternError: Speakable {
    var sentence: Sentence {
        switch self {
        case .tooLong: Sentence("the subject is too long")
        case .malformed(let offset):
            Sentence("the subject is not of the form TYPE=value at offset \(offset)")
        case .unknownType(let type):
            Sentence(
                "the subject has the unknown type \(ForeignText(type))",
                hint: "the types are "
                    + SubjectAttribute.Kind.allCases.map(\.rawValue).joined(separator: ", "))
        case .emptyValue(let type): Sentence("the subject has no value for \(type.rawValue)")
        case .hexadecimalValue(let type):
            Sentence("the subject has a value in hexadecimal for \(type.rawValue)")
        case .multipleValues: Sentence("the subject joins two attributes by +")
        case .badEscape(let offset): Sentence("the subject has a bad escape at offset \(offset)")
        case .duplicateType(let type): Sentence("the subject has the type \(type.rawValue) twice")
        case .missingType(let type):
            Sentence(
                "the subject lacks \(type.rawValue)",
                hint: "every subject names at least C, ST and O")
        }
    }
}

extension RegistryScopeError: Speakable {
    var sentence: Sentence {
        switch self {
        case .malformed(let text):
            Sentence(
                "\"\(ForeignText(text))\" names no repository",
                hint: "write REGISTRY/REPOSITORY, without a scheme, tag or digest")
        }
    }
}
