import Encodings

/// A policy document held against every rule: all that `TrustPolicyDocument` refuses it for, where
/// that stops at the first.
///
/// - SeeAlso: rules Y1 to Y19.
public struct TrustPolicyReview: Sendable {
    /// One thing that is wrong.
    public struct Finding: Sendable, Equatable {
        /// Where in the document, as `trustPolicies[0].name`; empty for the document itself.
        public let path: String
        /// The line of the text, counted from 1, where it is no JSON.
        public let line: Int?
        /// What is wrong.
        public let error: TrustPolicyError
    }

    /// Everything that is wrong, in the document's order; names and scopes that stand twice last.
    public private(set) var findings: [Finding] = []
    /// The document; nil when anything is wrong with it.
    public private(set) var policy: TrustPolicyDocument?

    /// Looks at a document from end to end.
    public init(of bytes: [UInt8], as kind: TrustPolicyDocument.Kind) {
        review(bytes, kind)
        do throws(TrustPolicyError) {
            let policy = try TrustPolicyDocument(parsing: bytes, as: kind)
            self.policy = findings.isEmpty ? policy : nil
        } catch {
            // Nothing may pass here that is refused there.
            if findings.isEmpty { add("", error) }
        }
    }

    private mutating func add(_ path: String, _ error: TrustPolicyError, line: Int? = nil) {
        findings.append(Finding(path: path, line: line, error: error))
    }

    private mutating func review(_ bytes: [UInt8], _ kind: TrustPolicyDocument.Kind) {
        guard bytes.count <= TrustPolicyDocument.byteCountMax else {
            return add("", .tooLarge(limit: TrustPolicyDocument.byteCountMax))
        }
        let document: JSONPlace
        do throws(JSONError) { document = JSONPlace(try JSON(parsing: bytes)) } catch {
            return add("", .json(error), line: error.offset.map { Self.line(at: $0, in: bytes) })
        }
        let statements: [JSONPlace]
        do throws(JSONShapeError) {
            let version = try document.member("version").string()
            guard version.utf8.elementsEqual("1.0".utf8) else {
                return add("version", .unsupportedVersion(version))
            }
            let known = try withoutStrangers(document, TrustPolicyDocument.members)
            statements = try known.member("trustPolicies").array()
        } catch {
            return add(error.place, .shape(error))
        }
        if statements.isEmpty { add("trustPolicies", .noStatements) }
        var texts: [(path: String, text: StatementText)] = []
        for place in statements {
            guard let text = statementText(place, kind) else { continue }
            texts.append((place.path, text))
            for fault in StatementReview(text, kind).faults {
                add("\(place.path).\(fault.path)", .statement(name: text.name, fault.fault))
            }
        }
        reviewDistinctness(of: texts)
    }

    /// The statement without members that nobody knows; nil where its shape is not that of one.
    private mutating func statementText(_ place: JSONPlace, _ kind: TrustPolicyDocument.Kind)
        -> StatementText?
    {
        do throws(JSONShapeError) {
            let known = try withoutStrangers(place, StatementText.members(kind))
            var object = try known.object()
            if let verification = try known.optional("signatureVerification") {
                object["signatureVerification"] =
                    try withoutStrangers(verification, StatementText.verificationMembers).value
            }
            return try StatementText(JSONPlace(.object(object), path: place.path), kind)
        } catch {
            add(error.place, .shape(error))
            return nil
        }
    }

    /// The object without the members that are not among `names`, each of which is a finding.
    private mutating func withoutStrangers(_ place: JSONPlace, _ names: [String])
        throws(JSONShapeError) -> JSONPlace
    {
        var object = try place.object()
        for member in object.members
        where !names.contains(where: { $0.utf8.elementsEqual(member.name.utf8) }) {
            let path = place.path.isEmpty ? member.name : "\(place.path).\(member.name)"
            add(path, .shape(.unknownMember(path: path)))
            object[member.name] = nil
        }
        return JSONPlace(.object(object), path: place.path)
    }

    /// What stands twice in the whole document (rules Y1, Y13 and Y15).
    private mutating func reviewDistinctness(of texts: [(path: String, text: StatementText)]) {
        var names = Set<[UInt8]>()
        var scopes = Set<[UInt8]>()
        var hasGlobal = false
        for (path, text) in texts {
            if !names.insert(Array(text.name.utf8)).inserted {
                add("\(path).name", .duplicateName(text.name))
            }
            switch text.reach {
            case .scopes(let listed):
                for (index, scope) in listed.enumerated()
                where !scopes.insert(Array(scope.utf8)).inserted {
                    add("\(path).registryScopes[\(index)]", .duplicateScope(scope))
                }
            case .blobs(let isGlobal):
                if isGlobal, hasGlobal {
                    add("\(path).globalPolicy", .secondGlobalPolicy(name: text.name))
                }
                hasGlobal = hasGlobal || isGlobal
            }
        }
    }

    private static func line(at offset: Int, in bytes: [UInt8]) -> Int {
        bytes.prefix(offset).count { $0 == UInt8(ascii: "\n") } + 1
    }
}

extension JSONError {
    /// Where in the text, where that is known.
    fileprivate var offset: Int? {
        switch self {
        case .unexpected(let offset), .trailingBytes(let offset), .badEscape(let offset): offset
        case .byteOrderMark: 0
        case .notUTF8, .truncated, .duplicateName, .tooDeep: nil
        }
    }
}

extension JSONShapeError {
    /// The place that the error is about; empty for the document itself.
    fileprivate var place: String {
        switch self {
        case .unexpected("the document", _): ""
        case .missing(let path), .unexpected(let path, _), .unknownMember(let path): path
        }
    }
}
