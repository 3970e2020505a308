internal import Configuration
public import Encodings
internal import Files
internal import OCI
internal import OCILayout
internal import State
public import Trust
public import Verification

/// What to verify, and how.
public struct VerifyRequest: Sendable {
    /// The images as they were named, in layouts or archives.
    public var references: [String]
    /// The repository for which they are judged.
    public var scope: RegistryScope
    /// Whether content beyond the manifests is left unread.
    public var signaturesOnly = false
    /// The time of a replay; nil for now.
    public var at: Timestamp?

    /// A request with the defaults as they stand here.
    public init(references: [String], scope: RegistryScope) {
        self.references = references
        self.scope = scope
    }
}

/// One reference and what was concluded of it.
public struct VerifiedReference {
    /// The report; complete in itself, also where no verdict was reached.
    public let report: VerificationReport
    /// What kept a verdict from being reached; nil where there is one.
    public let obstacle: (any Error)?
}

extension Site {
    /// Judges each reference by the trust policy and the trust stores of the home.
    ///
    /// - Returns: one conclusion for each reference, in their order; where the home cannot be used,
    ///   each says so.
    public func verify(_ request: VerifyRequest) -> [VerifiedReference] {
        let time =
            request.at.map { VerificationTime($0, from: .replay) }
            ?? VerificationTime(clock.now, from: .clock)
        var options = VerificationOptions()
        options.signaturesOnly = request.signaturesOnly
        let verifier = Verifier(at: time, options: options)
        let trust = Result { try home().imageTrust() }
        return request.references.map { text in
            do {
                let outcome = try verify(text, as: request.scope, trust.get(), by: verifier)
                return VerifiedReference(report: outcome.report, obstacle: nil)
            } catch {
                let report = VerificationReport(
                    unresolved: text, scope: request.scope,
                    verdict: error.isDamage ? .refused : .undecided, time: time)
                return VerifiedReference(report: report, obstacle: error)
            }
        }
    }

    private func verify(
        _ text: String, as scope: RegistryScope, _ trust: TrustConfiguration,
        by verifier: Verifier
    ) throws -> VerificationOutcome {
        let reference = try Reference(parsing: text, in: files)
        return try steadily(reference) { content in
            let outcome = try Self.verify(content, reference, text, as: scope, trust, by: verifier)
            return (outcome, outcome.report.verdict == .verified)
        }
    }

    private static func verify(
        _ content: some LayoutContent, _ reference: Reference, _ text: String,
        as scope: RegistryScope, _ trust: TrustConfiguration, by verifier: Verifier
    ) throws -> VerificationOutcome {
        let target = try content.resolve(reference.selector)
        let artifact = ArtifactInLayout(
            reference: text, target: target, content: content, graph: try LayoutGraph(content))
        return try verifier.verify(artifact, as: scope, trust: trust)
    }
}

extension Error {
    /// Whether content is at fault, wherever in the stack that was found: a refusal, and no failure
    /// to decide.
    public var isDamage: Bool {
        switch self {
        case let error as LayoutError: error.isDamage
        case let error as SourceError: error.reason.isDamage
        case let error as VerificationError:
            if case .layout(let error) = error { error.isDamage } else { false }
        case let error as LayoutChangeError:
            if case .layout(let error) = error { error.isDamage } else { false }
        default: false
        }
    }
}
