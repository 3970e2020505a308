public import PKCS11
internal import State
public import X509

/// A token and what it shows of its keys.
public struct TokenListing: Sendable {
    /// The token.
    public let token: TokenDescription
    /// What it says of itself beyond its name.
    public let limits: TokenLimits
    /// The URI that names it and nothing else.
    public let uri: String
    /// Whether private keys were looked for with a login, or the token needs none.
    public let isOpen: Bool
    /// Its private keys, as far as they are shown.
    public let keys: [ListedKey]
    /// Public keys whose private half is not shown.
    public let halves: [KeyDescription]
}

/// A private key in a list.
public struct ListedKey: Sendable {
    /// Label, id and type.
    public let description: KeyDescription
    /// The URI that names it and nothing else.
    public let uri: String
    /// What the token says of it; what it does not tell is left out.
    public let attributes: [KeyAttribute: Bool]
    /// What keeps it from signing; empty when nothing does that can be seen.
    public let flaws: [KeyObject.Flaw]
    /// The certificates with the same id that can be read.
    public let certificates: [Certificate]
}

extension Site {
    /// What every token that `key` names shows of its keys; with a URI that says nothing, every
    /// token of the modules that p11-kit knows.
    ///
    /// Without a login nothing is asked of anybody, and most tokens show public halves only.
    ///
    /// - Parameters:
    ///   - key: which tokens, and which keys on them.
    ///   - login: whether to log in. A URI that names a PIN file means it, and one token.
    /// - Returns: for each token what it shows, or why it shows nothing.
    /// - Throws: `.noToken` when none matches, `.ambiguousToken` when one PIN is named for several.
    public func listKeys(_ key: KeyAccess, login: Bool) throws -> [Result<
        TokenListing, TokenListingError
    >] {
        try onToken(key.timeout) { try listings(key, login: login) }
    }

    private func listings(_ key: KeyAccess, login: Bool) throws -> [Result<
        TokenListing, TokenListingError
    >] {
        let wantsLogin = login || key.uri.pinFile != nil
        let modules = try TokenModules(for: key.uri)
        let tokens: [Token]
        if wantsLogin, key.namesPIN {
            // A PIN is one token's: it is never tried on the next.
            tokens = [try modules.token(matching: key.uri)]
        } else {
            tokens = try modules.tokens(matching: key.uri)
        }
        guard !tokens.isEmpty || key.uri.matchesEverything else {
            throw PKCS11Error.noToken(present: try modules.tokens().map(\.description))
        }
        return tokens.map { token in
            Result { try listing(of: token, key, login: wantsLogin) }
                .mapError { TokenListingError(token: token.description, reason: $0) }
        }
    }

    private func listing(of token: Token, _ key: KeyAccess, login: Bool) throws -> TokenListing {
        let session =
            login
            ? try self.session(key, on: token, .readOnly, try state()) : try Session(on: token)
        let certificates = try session.certificates()
        let keys = try session.keyObjects(matching: key.uri).map { object in
            ListedKey(
                description: object.description,
                uri: token.description.uri(of: object.description, as: key.uri),
                attributes: object.attributes, flaws: object.flaws,
                certificates: object.description.id.isEmpty
                    ? []
                    : certificates.filter { $0.id == object.description.id }
                        .compactMap { try? Certificate(der: $0.der) })
        }
        let halves = try session.publicKeys().filter { half in
            !keys.contains { $0.description.id == half.id }
                && (key.uri.object.map { $0.utf8.elementsEqual(half.label.utf8) } ?? true)
                && (key.uri.id.map { $0 == half.id } ?? true)
        }
        return TokenListing(
            token: token.description, limits: try token.limits(),
            uri: token.description.uri(of: nil, as: key.uri),
            isOpen: login || !token.description.needsLogin, keys: keys, halves: halves)
    }
}

/// A token that shows nothing.
public struct TokenListingError: Error {
    /// The token.
    public let token: TokenDescription
    /// Why.
    public let reason: any Error
}
