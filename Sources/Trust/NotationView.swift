import Encodings

/// What stock notation makes of something that Airseal refuses in a policy.
///
/// - SeeAlso: rules Y9, Y14, Y15 and Y19 of the conformance list, and its section 17.
public enum NotationView: String, Sendable {
    /// It refuses it as well.
    case refuses
    /// It loads the policy all the same.
    case accepts
    /// That hangs on what else stands there, or was never measured.
    case depends
}

extension TrustPolicyError {
    /// What stock notation makes of a document in which nothing else is wrong, when it loads it.
    public var notationView: NotationView {
        switch self {
        // There is no limit to the size of a policy.
        case .tooLarge: .accepts
        case .json(let error): error.notationView
        case .shape(let error): error.notationView
        case .unsupportedVersion, .noStatements, .duplicateName, .duplicateScope,
            .secondGlobalPolicy:
            .refuses
        case .statement(_, let fault): fault.notationView
        }
    }
}

extension JSONError {
    /// The last of two members of the same name wins, bytes that are not UTF-8 are replaced, and
    /// only the first value is read.
    fileprivate var notationView: NotationView {
        switch self {
        case .duplicateName, .notUTF8, .trailingBytes: .accepts
        case .byteOrderMark, .unexpected, .truncated: .refuses
        case .tooDeep, .badEscape: .depends
        }
    }
}

extension JSONShapeError {
    /// Unknown members are ignored, names compared without regard to case, and null is an empty
    /// value.
    fileprivate var notationView: NotationView {
        switch self {
        case .unknownMember: .accepts
        case .missing, .unexpected: .depends
        }
    }
}

extension TrustPolicyFault {
    fileprivate var notationView: NotationView {
        switch self {
        // The specification forbids it, and nobody checks (rules Y14 and Y15).
        case .skipOfEverything, .skipOfEveryBlob: .accepts
        case .unknownVerifyTimestamp(let value): value.isEmpty ? .accepts : .refuses
        // The names of every folder pass as names of stores (rule R2).
        case .malformedTrustStore(let text):
            TrustStoreType.allCases.contains {
                text == "\($0.rawValue):." || text == "\($0.rawValue):.."
            }
                ? .accepts : .refuses
        case .identities(let error): error.notationView
        case .emptyName, .unknownLevel, .unknownValidation, .overrideOfIntegrity, .unknownAction,
            .forbiddenSkip, .overrideOfSkip, .trustBesideSkip, .noTrustStores, .noScopes,
            .wildcardBesideOtherScopes, .malformedScope:
            .refuses
        }
    }
}

extension TrustedIdentityError {
    fileprivate var notationView: NotationView {
        switch self {
        case .none, .empty, .withoutPrefix, .wildcardBesideOthers: .refuses
        case .tooMany: .accepts
        case .subject(_, let error): error.notationView
        case .overlap(let first, let second): Self.viewOfOverlap(first, second)
        }
    }

    /// The specification has two identities overlap when one certificate can match both; notation
    /// looks whether one is part of the other (rule Y9).
    private static func viewOfOverlap(_ first: String, _ second: String) -> NotationView {
        guard case .subject(let first)? = (try? TrustedIdentity(first))?.meaning,
            case .subject(let second)? = (try? TrustedIdentity(second))?.meaning
        else { return .depends }
        return first.matches(second.attributes) || second.matches(first.attributes)
            ? .refuses : .accepts
    }
}

extension SubjectPatternError {
    fileprivate var notationView: NotationView {
        switch self {
        case .emptyValue, .hexadecimalValue, .multipleValues, .duplicateType, .missingType:
            .refuses
        case .tooLong, .malformed, .unknownType, .badEscape: .depends
        }
    }
}
