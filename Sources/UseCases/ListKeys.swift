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
    /// - Returns: for each token what it shows, or why it shows nothing, and each module that does not
    ///   show its tokens.
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
        // A PIN is one token's: it is never tried on the next.
        if wantsLogin, key.namesPIN {
            return [listed(try modules.token(matching: key.uri), key, login: true)]
        }
        let scan = try modules.scan(for: key.uri)
        guard !scan.matching.isEmpty || key.uri.matchesEverything else { throw scan.noToken }
        return scan.matching.map { listed($0, key, login: wantsLogin) }
            + scan.silent.map {
                .failure(TokenListingError(place: .module($0.name), reason: $0.reason))
            }
    }

    private func listed(_ token: Token, _ key: KeyAccess, login: Bool) -> Result<
        TokenListing, TokenListingError
    > {
        Result { try listing(of: token, key, login: login) }
            .mapError { TokenListingError(place: .token(token.description), reason: $0) }
    }

    private func listing(of token: Token, _ key: KeyAccess, login: Bool) throws -> TokenListing {
        let session =
            login
            ? try self.session(key, on: token, .readOnly, try state()) : try Session(on: token)
        let certificates = try session.distinctCertificates()
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

/// A token, or a module with all its tokens, that shows nothing.
public struct TokenListingError: Error {
    /// What shows nothing.
    public enum Place: Sendable {
        /// A token.
        case token(TokenDescription)
        /// The module of this name.
        case module(String)
    }

    /// What shows nothing.
    public let place: Place
    /// Why.
    public let reason: any Error
}

extension Session {
    /// Every certificate once for each id, however many objects of the token hold it.
    fileprivate func distinctCertificates() throws(PKCS11Error) -> [TokenCertificate] {
        var found: [TokenCertificate] = []
        for one in try certificates()
        where !found.contains(where: { $0.id == one.id && $0.der == one.der }) {
            found.append(one)
        }
        return found
    }
}
