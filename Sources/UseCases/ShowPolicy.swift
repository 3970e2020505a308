internal import Configuration
internal import Files
public import Trust

/// A policy file that was held against every rule.
public struct PolicyFileReview: Sendable {
    /// The path of the file.
    public let path: String
    /// What the policy in it is for.
    public let kind: TrustPolicyDocument.Kind
    /// What was found.
    public let review: TrustPolicyReview
}

extension Site {
    /// The policy in force for `kind`, and where it stands.
    ///
    /// - Throws: `.noPolicy` when there is none.
    public func policy(for kind: TrustPolicyDocument.Kind) throws
        -> (file: TrustPolicyFile, policy: TrustPolicyDocument)
    {
        let home = try home()
        let candidates = TrustPolicyFile.allCases.filter { $0.kind == kind }
        for file in candidates {
            if let policy = try home.policy(in: file) { return (file, policy) }
        }
        throw ConfigurationError.noPolicy(
            home: home.path, names: candidates.map(\.rawValue))
    }

    /// Holds the policies in force in the home against every rule.
    ///
    /// - Throws: `.noPolicy` when there is none.
    public func reviewPolicies() throws -> [PolicyFileReview] {
        let home = try home()
        var reviews: [PolicyFileReview] = []
        for file in TrustPolicyFile.allCases {
            guard let bytes = try home.policyBytes(in: file) else { continue }
            if file == .imagesVersion1, !reviews.isEmpty { continue }
            reviews.append(
                PolicyFileReview(
                    path: "\(home.path)/\(file.rawValue)", kind: file.kind,
                    review: TrustPolicyReview(of: bytes, as: file.kind)))
        }
        guard !reviews.isEmpty else {
            throw ConfigurationError.noPolicy(
                home: home.path, names: TrustPolicyFile.allCases.map(\.rawValue))
        }
        return reviews
    }

    /// Holds the policy in the file at `path` against every rule.
    public func reviewPolicy(at path: String, as kind: TrustPolicyDocument.Kind) throws
        -> PolicyFileReview
    {
        // One byte more than is read says that it is too large.
        let bytes = try files.file(at: path).readAll(
            limit: Int64(TrustPolicyDocument.byteCountMax) + 1)
        return PolicyFileReview(
            path: path, kind: kind, review: TrustPolicyReview(of: bytes, as: kind))
    }
}
