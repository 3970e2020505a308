import Encodings

/// One statement of a trust policy: for which artifacts it speaks, and what it asks of them.
///
/// - SeeAlso: Notary Project, trust-store-trust-policy.md, "Trust Policy".
public struct TrustPolicyStatement: Sendable {
    /// For what a statement speaks.
    public enum Reach: Sendable, Equatable {
        /// Images of these repositories.
        case repositories([RegistryScope])
        /// Images of every repository that no other statement names: scope `*`.
        case everyRepository
        /// Blobs for which it is asked by name, and all others too where it is global.
        case blobs(isGlobal: Bool)
    }

    /// The name, unique in its document.
    public let name: String
    /// For what it speaks.
    public let reach: Reach
    /// What it asks of a signature.
    public let verification: SignatureVerification
    /// The stores it trusts, in its order, each once; none at level skip.
    public let trustStores: [TrustStoreName]
    /// The signers it believes; nil at level skip only.
    public let trustedIdentities: TrustedIdentities?

    /// Checks what a document says of one statement.
    init(_ text: StatementText) throws(TrustPolicyFault) {
        guard !text.name.isEmpty else { throw .emptyName }
        name = text.name
        verification = try SignatureVerification(
            level: text.level, overrides: text.overrides, verifyTimestamp: text.verifyTimestamp)
        switch text.reach {
        case .scopes(let scopes): reach = try Self.reach(of: scopes)
        case .blobs(let isGlobal): reach = .blobs(isGlobal: isGlobal)
        }
        guard verification.level != .skip else {
            try Self.checkSkip(text, reach)
            trustStores = []
            trustedIdentities = nil
            return
        }
        trustStores = try Self.trustStores(text.trustStores)
        do throws(TrustedIdentityError) {
            trustedIdentities = try TrustedIdentities(text.trustedIdentities)
        } catch {
            throw .identities(error)
        }
    }

    /// Level skip trusts nobody, and may not hide in a statement for everything (rules Y4, Y14, Y15
    /// and F4).
    private static func checkSkip(_ text: StatementText, _ reach: Reach)
        throws(TrustPolicyFault)
    {
        guard text.trustStores.isEmpty, text.trustedIdentities.isEmpty else {
            throw .trustBesideSkip
        }
        switch reach {
        case .everyRepository: throw .skipOfEverything
        case .blobs(isGlobal: true): throw .skipOfEveryBlob
        case .repositories, .blobs(isGlobal: false): break
        }
    }

    private static func trustStores(_ texts: [String]) throws(TrustPolicyFault)
        -> [TrustStoreName]
    {
        guard !texts.isEmpty else { throw .noTrustStores }
        var names: [TrustStoreName] = []
        var known = Set<TrustStoreName>()
        for text in texts {
            guard let name = TrustStoreName(text) else { throw .malformedTrustStore(text) }
            // Listed twice is loaded once (rule R10).
            if known.insert(name).inserted { names.append(name) }
        }
        return names
    }

    private static func reach(of texts: [String]) throws(TrustPolicyFault) -> Reach {
        guard !texts.isEmpty else { throw .noScopes }
        if texts.contains(where: { $0.utf8.elementsEqual("*".utf8) }) {
            guard texts.count == 1 else { throw .wildcardBesideOtherScopes }
            return .everyRepository
        }
        var scopes: [RegistryScope] = []
        for text in texts {
            do throws(RegistryScopeError) { scopes.append(try RegistryScope(text)) } catch {
                throw .malformedScope(text)
            }
        }
        return .repositories(scopes)
    }
}

/// One statement as the document spells it: its shape checked, its meaning not yet.
struct StatementText {
    enum Reach {
        case scopes([String])
        case blobs(isGlobal: Bool)
    }

    let name: String
    let reach: Reach
    let level: String
    let overrides: [(name: String, value: String)]
    let verifyTimestamp: String?
    let trustStores: [String]
    let trustedIdentities: [String]

    /// The members of `signatureVerification`.
    static let verificationMembers = ["level", "override", "verifyTimestamp"]

    /// The member in which the two kinds differ.
    static func reachMember(_ kind: TrustPolicyDocument.Kind) -> String {
        switch kind {
        case .oci: "registryScopes"
        case .blob: "globalPolicy"
        }
    }

    /// The members of a statement.
    static func members(_ kind: TrustPolicyDocument.Kind) -> [String] {
        ["name", reachMember(kind), "signatureVerification", "trustStores", "trustedIdentities"]
    }

    init(_ place: JSONPlace, _ kind: TrustPolicyDocument.Kind) throws(JSONShapeError) {
        let ownMember = Self.reachMember(kind)
        try place.onlyMembers(Self.members(kind))
        name = try place.member("name").string()
        switch kind {
        case .oci: reach = .scopes(try Self.texts(place.member(ownMember)))
        case .blob:
            reach = .blobs(isGlobal: try place.optional(ownMember)?.boolean() ?? false)
        }
        let verification = try place.member("signatureVerification")
        try verification.onlyMembers(Self.verificationMembers)
        level = try verification.member("level").string()
        overrides = try verification.optional("override")?.strings() ?? []
        verifyTimestamp = try verification.optional("verifyTimestamp")?.string()
        trustStores = try Self.texts(place.optional("trustStores"))
        trustedIdentities = try Self.texts(place.optional("trustedIdentities"))
    }

    private static func texts(_ place: JSONPlace?) throws(JSONShapeError) -> [String] {
        var texts: [String] = []
        for element in try place?.array() ?? [] { texts.append(try element.string()) }
        return texts
    }
}
