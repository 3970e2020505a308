internal import CP11Kit

/// What a token says of a private key, yes or no.
///
/// - SeeAlso: PKCS #11 3.0, sections 4.4, 4.7 and 4.9.
public enum KeyAttribute: String, Sendable, CaseIterable {
    /// It stays when the session ends.
    case token = "CKA_TOKEN"
    /// It is shown only after a login.
    case hidden = "CKA_PRIVATE"
    /// Its value is never shown in plain text.
    case sensitive = "CKA_SENSITIVE"
    /// That was so from the start.
    case alwaysSensitive = "CKA_ALWAYS_SENSITIVE"
    /// Its value can leave the token wrapped.
    case extractable = "CKA_EXTRACTABLE"
    /// It never could.
    case neverExtractable = "CKA_NEVER_EXTRACTABLE"
    /// It was made on the token.
    case local = "CKA_LOCAL"
    /// It signs.
    case sign = "CKA_SIGN"
    /// It signs so that the message can be read from the signature.
    case signRecover = "CKA_SIGN_RECOVER"
    /// It decrypts.
    case decrypt = "CKA_DECRYPT"
    /// It unwraps other keys.
    case unwrap = "CKA_UNWRAP"
    /// Other keys are derived from it.
    case derive = "CKA_DERIVE"
    /// Its attributes can be changed.
    case modifiable = "CKA_MODIFIABLE"
    /// Each signature asks for the PIN.
    case alwaysAuthenticate = "CKA_ALWAYS_AUTHENTICATE"

    /// Whether `value`, nil where the token says nothing, is as it must be in a key that Airseal has
    /// made.
    ///
    /// A token that says nothing of a use says that there is none; a token that says nothing of
    /// how it keeps the key has proved nothing.
    func isFulfilled(by value: Bool?) -> Bool {
        switch self {
        case .token, .hidden, .sensitive, .alwaysSensitive, .neverExtractable, .sign:
            value == true
        case .extractable: value == false
        case .signRecover, .decrypt, .unwrap, .derive: value != true
        // NSS says of every key in its database that it was not made there.
        case .local, .modifiable, .alwaysAuthenticate: true
        }
    }

    var type: CK_ATTRIBUTE_TYPE {
        switch self {
        case .token: CKA_TOKEN
        case .hidden: CKA_PRIVATE
        case .sensitive: CKA_SENSITIVE
        case .alwaysSensitive: CKA_ALWAYS_SENSITIVE
        case .extractable: CKA_EXTRACTABLE
        case .neverExtractable: CKA_NEVER_EXTRACTABLE
        case .local: CKA_LOCAL
        case .sign: CKA_SIGN
        case .signRecover: CKA_SIGN_RECOVER
        case .decrypt: CKA_DECRYPT
        case .unwrap: CKA_UNWRAP
        case .derive: CKA_DERIVE
        case .modifiable: CKA_MODIFIABLE
        case .alwaysAuthenticate: CKA_ALWAYS_AUTHENTICATE
        }
    }
}

extension Session {
    /// What the token says of `object`; what it does not tell is left out.
    func attributes(of object: CK_OBJECT_HANDLE) throws(PKCS11Error) -> [KeyAttribute: Bool] {
        var values: [KeyAttribute: Bool] = [:]
        for attribute in KeyAttribute.allCases {
            values[attribute] = try flag(attribute.type, of: object)
        }
        return values
    }
}
