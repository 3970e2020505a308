public import Encodings

/// Why a trust policy document is not acceptable.
public enum TrustPolicyError: Error, Equatable {
    /// More bytes than `TrustPolicyDocument.byteCountMax`.
    case tooLarge(limit: Int)
    /// Not one strict JSON text (rule Y19).
    case json(JSONError)
    /// A member is missing, unknown or of another type (rule Y19).
    case shape(JSONShapeError)
    /// Another version than "1.0".
    case unsupportedVersion(String)
    /// `trustPolicies` is empty.
    case noStatements
    /// The statement of this name breaks a rule of its own.
    case statement(name: String, TrustPolicyFault)
    /// Two statements have this name.
    case duplicateName(String)
    /// This scope stands twice in the document (rule Y13).
    case duplicateScope(String)
    /// This statement is the second global one of a blob policy (rule Y15).
    case secondGlobalPolicy(name: String)

    /// The rule that is broken.
    public var rule: String {
        switch self {
        case .tooLarge, .json, .shape: "Y19"
        case .unsupportedVersion, .noStatements, .duplicateName: "Y1"
        case .statement(_, let fault): fault.rule
        case .duplicateScope: "Y13"
        case .secondGlobalPolicy: "Y15"
        }
    }
}

/// What is wrong within one statement of a trust policy.
public enum TrustPolicyFault: Error, Equatable {
    /// The name is empty.
    case emptyName
    /// Not one of the four levels (rule Y1).
    case unknownLevel(String)
    /// An override of something that is no validation (rule Y2).
    case unknownValidation(String)
    /// An override of integrity (rule Y2).
    case overrideOfIntegrity
    /// An override with something that is no action (rule Y2).
    case unknownAction(Validation, String)
    /// An override that skips what may not be skipped (rule Y2).
    case forbiddenSkip(Validation)
    /// An override beside level skip (rule Y2).
    case overrideOfSkip
    /// Neither `always` nor `afterCertExpiry` (rule Y3).
    case unknownVerifyTimestamp(String)
    /// Level skip, and yet trust stores or identities (rule Y4).
    case trustBesideSkip
    /// No trust store (rule Y4).
    case noTrustStores
    /// Not `type:name` (rule Y5).
    case malformedTrustStore(String)
    /// The list of trusted identities (rules Y4, Y6 to Y9).
    case identities(TrustedIdentityError)
    /// No scope (rule Y12).
    case noScopes
    /// `*` together with others (rule Y12).
    case wildcardBesideOtherScopes
    /// No repository name (rule Y12).
    case malformedScope(String)
    /// Level skip for every repository (rule Y14).
    case skipOfEverything
    /// Level skip in a global blob policy (rule Y15).
    case skipOfEveryBlob

    /// The rule that is broken.
    public var rule: String {
        switch self {
        case .emptyName, .unknownLevel: "Y1"
        case .unknownValidation, .overrideOfIntegrity, .unknownAction, .forbiddenSkip,
            .overrideOfSkip:
            "Y2"
        case .unknownVerifyTimestamp: "Y3"
        case .trustBesideSkip, .noTrustStores: "Y4"
        case .malformedTrustStore: "Y5"
        case .identities(let error): error.rule
        case .noScopes, .wildcardBesideOtherScopes, .malformedScope: "Y12"
        case .skipOfEverything: "Y14"
        case .skipOfEveryBlob: "Y15"
        }
    }
}
