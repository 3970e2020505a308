internal import Audit
public import Configuration
internal import Cryptography
internal import Encodings
internal import Files
internal import State
public import Trust

/// A policy that is to be this site's.
public struct PolicyEdit: Sendable {
    /// The policy.
    public var policy: TrustPolicyDocument
    /// `policy-import` or `policy-init`, for the record.
    public var kind: String
    /// Takes the place of another policy.
    public var replacing = false
    /// Writes `trustpolicy.json` too, the only name that notation 1 knows.
    public var forNotation1 = false
    /// Says what would be done, and writes nothing.
    public var dryRun = false

    /// `policy`, told in the record as `kind`.
    public init(_ policy: TrustPolicyDocument, kind: String) {
        self.policy = policy
        self.kind = kind
    }
}

/// What became of a policy that was to be this site's.
public struct PolicyEditReport: Sendable {
    /// How it went.
    public enum Outcome: Sendable {
        /// It stands in `written`.
        case written
        /// It would be written there.
        case rehearsed
        /// The very same policy was in force, and nothing was written or recorded.
        case present
        /// Another policy is in force, and nobody said to replace it.
        case inTheWay
    }

    /// How it went.
    public let outcome: Outcome
    /// The files that were written, or would be.
    public let written: [TrustPolicyFile]
    /// The files that hold another policy, which was in force or would be replaced.
    public let others: [TrustPolicyFile]
    /// The policy that was in force, and where; nil where there was none.
    public let previous: (file: TrustPolicyFile, isAcceptable: Bool)?
    /// What is different, statement by statement; from nothing where the previous one is not
    /// acceptable.
    public let difference: TrustPolicyDifference
    /// Whether `trustpolicy.json` stays behind with another policy, which is not read any more.
    public let leavesVersion1: Bool
    /// The stores that the policy names and the home lacks, or cannot use.
    public let unusableStores: [TrustStoreName]
    /// Why `verification.json` cannot be used with the policy; nil where it can, or is not there.
    public let settingsFault: ConfigurationError?
}

extension Site {
    /// Makes a policy the one of this site: `trustpolicy.oci.json`, or `trustpolicy.blob.json`.
    ///
    /// The record comes first, as for whatever changes who is trusted.
    public func setPolicy(_ edit: PolicyEdit) throws -> PolicyEditReport {
        let home =
            try edit.dryRun ? home() : Home(files.makeFolder(at: homePath, mode: 0o755))
        // A rehearsal changes nothing, and so waits for nobody.
        let writer = try edit.dryRun ? nil : HomeWriter(home, patience: patience)
        let plan = try PolicyPlan(edit, in: home)
        guard let writer, !plan.files.isEmpty, plan.mayWrite else {
            if plan.files.isEmpty { try writer?.settlePolicies() }
            return plan.report(
                plan.files.isEmpty ? .present : plan.mayWrite ? .rehearsed : .inTheWay)
        }
        let details: JSONObject = [
            "files": .array(plan.files.map { .string($0.rawValue) }),
            "policy": .string(try edit.policy.digest().description),
            "previous": try plan.previousDigest().map { .string($0) } ?? .null,
        ]
        try recorded(edit.kind, details) {
            for file in plan.files { try writer.set(edit.policy, in: file) }
        }
        return plan.report(.written)
    }
}

/// What an edit comes to in a home: nothing is written.
private struct PolicyPlan {
    private let edit: PolicyEdit
    private let present: (file: TrustPolicyFile, bytes: [UInt8])?
    private let previous: TrustPolicyDocument?
    private let unusable: [TrustStoreName]
    private let leavesVersion1: Bool
    private let settingsFault: ConfigurationError?
    /// What holds another policy and would be written, or is in force.
    private let others: [TrustPolicyFile]
    /// What does not hold the policy yet and shall.
    let files: [TrustPolicyFile]

    init(_ edit: PolicyEdit, in home: Home) throws {
        self.edit = edit
        let own: TrustPolicyFile = edit.policy.kind == .blob ? .blobs : .images
        let version1 = own == .images ? try home.policyBytes(in: .imagesVersion1) : nil
        if let bytes = try home.policyBytes(in: own) {
            present = (own, bytes)
        } else {
            present = version1.map { (.imagesVersion1, $0) }
        }
        previous = present.flatMap { try? TrustPolicyDocument(parsing: $0.bytes, as: own.kind) }
        let wanted = own == .images && edit.forNotation1 ? [own, .imagesVersion1] : [own]
        files = try wanted.filter { try home.policyBytes(in: $0) != edit.policy.bytes }
        let held = present.map { [$0.file] } ?? []
        others = try (held + files.filter { !held.contains($0) }).filter {
            try home.policyBytes(in: $0).map { $0 != edit.policy.bytes } ?? false
        }
        leavesVersion1 =
            !edit.forNotation1 && version1.map { $0 != edit.policy.bytes } ?? false
        settingsFault = own == .images ? home.settingsFault(with: edit.policy) : nil
        unusable = try Set(edit.policy.statements.flatMap(\.trustStores)).sorted().filter {
            guard case .usable = try home.trustStore($0) else { return true }
            return false
        }
    }

    /// Nothing else stands in a file that would be written, or is in force; or it may be replaced.
    var mayWrite: Bool {
        edit.replacing || others.isEmpty
    }

    func previousDigest() throws -> String? {
        try present.map { try BlobHasher.digest(of: $0.bytes).description }
    }

    func report(_ outcome: PolicyEditReport.Outcome) -> PolicyEditReport {
        PolicyEditReport(
            outcome: outcome, written: files, others: others,
            previous: present.map { ($0.file, previous != nil) },
            difference: TrustPolicyDifference(from: previous, to: edit.policy),
            leavesVersion1: leavesVersion1, unusableStores: unusable,
            settingsFault: settingsFault)
    }
}

extension Home {
    fileprivate func settingsFault(with policy: TrustPolicyDocument) -> ConfigurationError? {
        do throws(ConfigurationError) {
            _ = try verificationSettings(for: policy)
            return nil
        } catch { return error }
    }
}
