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
    /// Whether every named image of the layouts is meant.
    public var all = false
    /// The repository for which they are judged.
    public var scope: RegistryScope
    /// How they are judged, beyond the policy.
    public var options = VerificationOptions()
    /// The time of a replay; nil for now.
    public var at: Timestamp?

    /// A request with the defaults as they stand here.
    public init(references: [String], scope: RegistryScope) {
        self.references = references
        self.scope = scope
    }
}

/// Why nothing could be judged.
public enum VerifyError: Error, Equatable {
    /// Every image of a layout was meant, and it has none with a name.
    case noNamedImage
}

/// One reference and what was concluded of it.
public struct VerifiedReference {
    /// The report; complete in itself, also where no verdict was reached.
    public let report: VerificationReport
    /// What kept a verdict from being reached; nil where there is one.
    public let obstacle: (any Error)?
}

/// What was concluded of everything that was asked for.
public struct VerifyReport {
    /// One conclusion for each reference, in their order, and for each image that a whole layout
    /// stands for.
    public let conclusions: [VerifiedReference]
    /// What whole layouts hold besides, under names and unjudged.
    public let leftOut: [NamedArtifact]
    /// What kept the floors from being moved up; the verdicts stand. Nil where nothing did.
    public let floorObstacle: (any Error)?
}

extension Site {
    /// Judges each reference by the trust policy and the trust stores of the home.
    ///
    /// A layout is opened once for all references to it.
    ///
    /// - Returns: what was concluded; where the home cannot be used, each conclusion says so.
    public func verify(_ request: VerifyRequest) -> VerifyReport {
        let time =
            request.at.map { VerificationTime($0, from: .replay) }
            ?? VerificationTime(clock.now, from: .clock)
        let isReplay = request.at != nil
        let basis = Result { try verificationBasis(isReplay: isReplay) }
        let verifier = Verifier(
            at: time, options: request.options,
            revocation: (try? basis.get().revocation) ?? .nothingAtHand)
        let judge = ReferenceJudge(
            verifier: verifier, scope: request.scope, trust: basis.map(\.trust), all: request.all)
        var conclusions = [[VerifiedReference]](repeating: [], count: request.references.count)
        var leftOut: [NamedArtifact] = []
        func conclude(_ place: Int, _ error: any Error) {
            let report = VerificationReport(
                unresolved: request.references[place], scope: request.scope,
                verdict: error.isDamage ? .refused : .undecided, time: time)
            conclusions[place] = [VerifiedReference(report: report, obstacle: error)]
        }
        for layout in layouts(of: request.references, conclude) {
            do {
                let judged = try steadily(layout.first.reference) { content in
                    try judge.judge(layout, in: content)
                }
                leftOut += judged.leftOut
                for (reference, outcome) in zip(layout.references, judged.outcomes) {
                    do { conclusions[reference.place] = try outcome.get() } catch {
                        conclude(reference.place, error)
                    }
                }
            } catch {
                for reference in layout.references { conclude(reference.place, error) }
            }
        }
        var floorObstacle: (any Error)?
        if !isReplay {
            do { try raiseFloors(by: verifier.testimony) } catch { floorObstacle = error }
        }
        return VerifyReport(
            conclusions: conclusions.flatMap(\.self), leftOut: leftOut,
            floorObstacle: floorObstacle)
    }

    /// The references by the layout or archive that they name, each in the order of its first.
    private func layouts(
        of texts: [String], _ conclude: (Int, any Error) -> Void
    ) -> [NamedLayout] {
        var layouts: [NamedLayout] = []
        var places: [String: Int] = [:]
        for (place, text) in texts.enumerated() {
            do {
                let reference = PlacedReference(
                    place: place, text: text, reference: try Reference(parsing: text, in: files))
                if let known = places[reference.reference.path] {
                    layouts[known].others.append(reference)
                } else {
                    places[reference.reference.path] = layouts.count
                    layouts.append(NamedLayout(first: reference))
                }
            } catch {
                conclude(place, error)
            }
        }
        return layouts
    }
}

/// A reference, and where it stood in the request.
private struct PlacedReference {
    let place: Int
    let text: String
    let reference: Reference
}

/// The references to one layout or archive.
private struct NamedLayout {
    let first: PlacedReference
    var others: [PlacedReference] = []

    var references: [PlacedReference] { [first] + others }
}

/// What was concluded of the references to one layout, in their order.
private struct JudgedLayout {
    let outcomes: [Result<[VerifiedReference], any Error>]
    let leftOut: [NamedArtifact]
}

/// Judges references to one layout, each by the same trust.
private struct ReferenceJudge {
    let verifier: Verifier
    let scope: RegistryScope
    let trust: Result<TrustConfiguration, any Error>
    let all: Bool

    /// - Parameters:
    ///   - layout: the references.
    ///   - content: what they name.
    /// - Returns: what is concluded, and whether all of the references pass.
    /// - Throws: where nothing can be concluded of any.
    func judge(_ layout: NamedLayout, in content: some LayoutContent) throws
        -> (JudgedLayout, isSound: Bool)
    {
        let trust = try trust.get()
        let graph = try LayoutGraph(content)
        let checks = BlobChecks()
        var isSound = true
        let outcomes = layout.references.map { reference in
            Result {
                try targets(of: reference, in: content, graph).map { target in
                    let artifact = ArtifactInLayout(
                        reference: target.text, target: target.descriptor, content: content,
                        graph: graph, checks: checks)
                    let outcome = try verifier.verify(artifact, as: scope, trust: trust)
                    isSound = isSound && outcome.report.verdict == .verified
                    return VerifiedReference(report: outcome.report, obstacle: nil)
                }
            }
        }
        for case .failure in outcomes { isSound = false }
        let isWhole = layout.references.contains { standsForAll($0.reference) }
        let leftOut = isWhole ? graph.namedArtifacts(at: layout.first.reference.path) : []
        return (JudgedLayout(outcomes: outcomes, leftOut: leftOut), isSound)
    }

    /// Whether `reference` stands for every named image of its layout.
    private func standsForAll(_ reference: Reference) -> Bool {
        guard all, case .only = reference.selector else { return false }
        return true
    }

    private func targets(
        of named: PlacedReference, in content: some LayoutContent, _ graph: LayoutGraph
    ) throws -> [(text: String, descriptor: Descriptor)] {
        guard standsForAll(named.reference) else {
            return [(named.text, try content.resolve(named.reference.selector))]
        }
        let images = graph.namedImages
        guard !images.isEmpty else { throw VerifyError.noNamedImage }
        return images.map { image in
            ("\(named.reference.path):\(image.name)", image.descriptor)
        }
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
