public import Cryptography
public import Encodings

/// A trust policy: the file that says whose signatures are asked for, and how strictly.
///
/// Read strictly (rule Y19): a member that nobody knows is refused rather than passed over, since
/// it may be a restriction with a typing error in its name.
///
/// - SeeAlso: Notary Project, trust-store-trust-policy.md; rules Y1 to Y19.
public struct TrustPolicyDocument: Sendable {
    /// What the policy is for; the two kinds differ in one member of a statement.
    public enum Kind: Sendable {
        /// Images, chosen by repository.
        case oci
        /// Blobs, chosen by the statement's name.
        case blob
    }

    /// What the policy is for.
    public let kind: Kind
    /// The statements in the document's order, at least one.
    public let statements: [TrustPolicyStatement]
    /// The document as it was read.
    public let bytes: [UInt8]

    /// Largest document read, in bytes. 10,000 statements with one scope each stay below a third.
    public static let byteCountMax = 8 << 20

    /// The members of the document.
    static let members = ["version", "trustPolicies"]

    /// Reads a document.
    ///
    /// - Throws: the first rule that is broken, in the document's order.
    public init(parsing bytes: [UInt8], as kind: Kind) throws(TrustPolicyError) {
        guard bytes.count <= Self.byteCountMax else { throw .tooLarge(limit: Self.byteCountMax) }
        let texts = try Self.texts(bytes, kind)
        guard !texts.isEmpty else { throw .noStatements }
        var statements: [TrustPolicyStatement] = []
        for text in texts {
            do throws(TrustPolicyFault) {
                statements.append(try TrustPolicyStatement(text))
            } catch {
                throw .statement(name: text.name, error)
            }
        }
        try Self.checkDistinct(statements)
        self.kind = kind
        self.statements = statements
        self.bytes = bytes
    }

    /// The SHA-256 of the document's bytes: what a verdict names as its policy.
    public func digest() throws(CryptographyError) -> Digest {
        try BlobHasher.digest(of: bytes)
    }

    /// The statement for images of `scope`: the one that names it, else the one for every
    /// repository, else nil (rule Y16).
    public func statement(for scope: RegistryScope) -> TrustPolicyStatement? {
        let naming = statements.first { statement in
            guard case .repositories(let scopes) = statement.reach else { return false }
            return scopes.contains(scope)
        }
        return naming ?? statements.first { $0.reach == .everyRepository }
    }

    /// The statement of a blob policy called `name`, or the global one where no name is given; nil
    /// if there is none (rule Y17).
    public func blobStatement(named name: String?) -> TrustPolicyStatement? {
        statements.first { statement in
            guard case .blobs(let isGlobal) = statement.reach else { return false }
            guard let name else { return isGlobal }
            return statement.name.utf8.elementsEqual(name.utf8)
        }
    }

    private static func texts(_ bytes: [UInt8], _ kind: Kind) throws(TrustPolicyError)
        -> [StatementText]
    {
        let document: JSONPlace
        do throws(JSONError) { document = JSONPlace(try JSON(parsing: bytes)) } catch {
            throw .json(error)
        }
        let version: String
        do throws(JSONShapeError) { version = try document.member("version").string() } catch {
            throw .shape(error)
        }
        // Before the members: another version may have others.
        guard version.utf8.elementsEqual("1.0".utf8) else { throw .unsupportedVersion(version) }
        do throws(JSONShapeError) {
            try document.onlyMembers(Self.members)
            var texts: [StatementText] = []
            for place in try document.member("trustPolicies").array() {
                texts.append(try StatementText(place, kind))
            }
            return texts
        } catch {
            throw .shape(error)
        }
    }

    private static func checkDistinct(_ statements: [TrustPolicyStatement])
        throws(TrustPolicyError)
    {
        var names = Set<[UInt8]>()
        var scopes = Set<RegistryScope>()
        var hasWildcard = false
        var hasGlobal = false
        for statement in statements {
            guard names.insert(Array(statement.name.utf8)).inserted else {
                throw .duplicateName(statement.name)
            }
            switch statement.reach {
            case .repositories(let named):
                for scope in named where !scopes.insert(scope).inserted {
                    throw .duplicateScope(scope.text)
                }
            case .everyRepository:
                guard !hasWildcard else { throw .duplicateScope("*") }
                hasWildcard = true
            case .blobs(let isGlobal):
                guard !(isGlobal && hasGlobal) else {
                    throw .secondGlobalPolicy(name: statement.name)
                }
                hasGlobal = hasGlobal || isGlobal
            }
        }
    }
}
