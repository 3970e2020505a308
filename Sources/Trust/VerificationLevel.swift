/// How much a policy statement asks of a signature before its overrides (rule Y1).
///
/// - SeeAlso: Notary Project, trust-store-trust-policy.md, "Signature Verification details".
public enum VerificationLevel: String, Sendable, CaseIterable {
    /// Every validation is enforced.
    case strict
    /// Integrity and authenticity are enforced, the rest is logged.
    case permissive
    /// Integrity is enforced, the rest is logged.
    case audit
    /// Nothing is validated.
    case skip

    /// The row of the specification's table for this level.
    public var actions: ValidationActions {
        switch self {
        case .strict:
            ValidationActions(
                integrity: .enforce, authenticity: .enforce, authenticTimestamp: .enforce,
                expiry: .enforce, revocation: .enforce)
        case .permissive:
            ValidationActions(
                integrity: .enforce, authenticity: .enforce, authenticTimestamp: .log,
                expiry: .log, revocation: .log)
        case .audit:
            ValidationActions(
                integrity: .enforce, authenticity: .log, authenticTimestamp: .log,
                expiry: .log, revocation: .log)
        case .skip:
            ValidationActions(
                integrity: .skip, authenticity: .skip, authenticTimestamp: .skip,
                expiry: .skip, revocation: .skip)
        }
    }
}

/// When an RFC 3161 timestamp is looked at, where a statement lists a `tsa` store (rule Y3).
public enum TimestampRequirement: String, Sendable, CaseIterable {
    /// Every signature must carry one.
    case always
    /// Only a signature whose certificates have expired must carry one.
    case afterCertExpiry
}

/// What one policy statement asks of a signature: a level, as its overrides left it.
public struct SignatureVerification: Sendable, Equatable {
    /// The level that the statement names.
    public let level: VerificationLevel
    /// The level's actions with the statement's overrides applied.
    public let actions: ValidationActions
    /// When a timestamp is looked at.
    public let verifyTimestamp: TimestampRequirement

    /// A level without overrides.
    public init(_ level: VerificationLevel, verifyTimestamp: TimestampRequirement = .always) {
        self.level = level
        actions = level.actions
        self.verifyTimestamp = verifyTimestamp
    }

    /// A level and its overrides, as they are spelled in a document.
    ///
    /// - Throws: a fault of rule Y1, Y2 or Y3.
    init(level: String, overrides: [(name: String, value: String)], verifyTimestamp: String?)
        throws(TrustPolicyFault)
    {
        guard let named = VerificationLevel(spelled: level) else { throw .unknownLevel(level) }
        guard named != .skip || overrides.isEmpty else { throw .overrideOfSkip }
        var actions = named.actions
        for override in overrides { try actions.override(override.name, with: override.value) }
        self.level = named
        self.actions = actions
        guard let verifyTimestamp else {
            self.verifyTimestamp = .always
            return
        }
        guard let requirement = TimestampRequirement(spelled: verifyTimestamp) else {
            throw .unknownVerifyTimestamp(verifyTimestamp)
        }
        self.verifyTimestamp = requirement
    }
}

extension ValidationActions {
    /// Applies one override (rule Y2): integrity cannot be changed, and only revocation skipped.
    fileprivate mutating func override(_ name: String, with value: String)
        throws(TrustPolicyFault)
    {
        guard let validation = Validation(spelled: name) else { throw .unknownValidation(name) }
        guard let action = ValidationAction(spelled: value) else {
            throw .unknownAction(validation, value)
        }
        guard action != .skip || validation == .revocation else {
            throw .forbiddenSkip(validation)
        }
        switch validation {
        case .authenticity: authenticity = action
        case .authenticTimestamp: authenticTimestamp = action
        case .expiry: expiry = action
        case .revocation: revocation = action
        case .integrity: throw .overrideOfIntegrity
        case .payload, .metadata: throw .unknownValidation(name)
        }
    }
}
