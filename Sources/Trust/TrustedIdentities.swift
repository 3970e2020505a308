/// Whose signatures a policy statement believes, once a trust store vouches for their certificates.
public enum TrustedIdentities: Sendable {
    /// `*`: every signer that the trust stores vouch for.
    case everyone
    /// Only these.
    case listed([TrustedIdentity])

    /// Reads the list of a policy.
    ///
    /// - Throws: a fault of rule Y6, Y7 or Y9. An empty list is one of rule Y4.
    public init(_ texts: [String]) throws(TrustedIdentityError) {
        guard !texts.isEmpty else { throw .none }
        guard texts.count <= Self.countMax else { throw .tooMany(limit: Self.countMax) }
        let isWildcard = texts.map { $0.utf8.elementsEqual("*".utf8) }
        if isWildcard.contains(true) {
            guard texts.count == 1 else { throw .wildcardBesideOthers }
            self = .everyone
            return
        }
        var identities: [TrustedIdentity] = []
        for text in texts {
            let identity = try TrustedIdentity(text)
            if let other = identities.first(where: identity.overlaps) {
                throw .overlap(other.text, text)
            }
            identities.append(identity)
        }
        self = .listed(identities)
    }

    /// The texts as the policy lists them.
    public var texts: [String] {
        switch self {
        case .everyone: ["*"]
        case .listed(let identities): identities.map(\.text)
        }
    }

    /// Every pair is compared, so the number is bounded.
    static let countMax = 1000
}

/// One entry of a list of trusted identities that is no wildcard.
public struct TrustedIdentity: Sendable {
    /// What the entry says.
    public enum Meaning: Sendable {
        /// `x509.subject:` and what the subject must have.
        case subject(SubjectPattern)
        /// Another prefix, which only a plugin could understand: it never matches here (rule Y6).
        case foreign
    }

    /// The entry as written.
    public let text: String
    /// What it says.
    public let meaning: Meaning

    init(_ text: String) throws(TrustedIdentityError) {
        guard !text.isEmpty else { throw .empty }
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else {
            throw .withoutPrefix(text)
        }
        self.text = text
        guard text[..<colon].utf8.elementsEqual("x509.subject".utf8) else {
            meaning = .foreign
            return
        }
        do throws(SubjectPatternError) {
            meaning = .subject(try SubjectPattern(text[text.utf8.index(after: colon)...]))
        } catch {
            throw .subject(text, error)
        }
    }

    func overlaps(_ other: TrustedIdentity) -> Bool {
        switch (meaning, other.meaning) {
        case (.subject(let own), .subject(let pattern)): own.overlaps(pattern)
        default: text.utf8.elementsEqual(other.text.utf8)
        }
    }
}

/// Why a list of trusted identities is not acceptable.
public enum TrustedIdentityError: Error, Equatable {
    /// The list is empty (rule Y4).
    case none
    /// More entries than anyone can survey.
    case tooMany(limit: Int)
    /// An empty text (rule Y6).
    case empty
    /// No colon (rule Y6).
    case withoutPrefix(String)
    /// `*` together with others (rule Y6).
    case wildcardBesideOthers
    /// A distinguished name that breaks rule Y7 or Y8.
    case subject(String, SubjectPatternError)
    /// One certificate could match both (rule Y9).
    case overlap(String, String)

    /// The rule that is broken.
    public var rule: String {
        switch self {
        case .none: "Y4"
        case .tooMany, .empty, .withoutPrefix, .wildcardBesideOthers: "Y6"
        case .subject(_, .badEscape): "Y8"
        case .subject: "Y7"
        case .overlap: "Y9"
        }
    }
}
