import Audit
import BundleFormat
import Encodings
import Files
import OCI
import State
import Trust
import Verification

/// What the audit record says of a bundle.
struct ReceiveRecord {
    /// Images in one line: with the longest names, some signatures each and what the scanner said,
    /// they stay below `AuditRecord.byteCountMax`.
    private static let rootCountMax = 50
    /// Digests in one line about evidence.
    private static let evidenceCountMax = 1000
    /// Characters of what the scanner said of one image.
    fileprivate static let outputCountMax = 512

    /// Who asked for what.
    struct Subject {
        /// The bundle's path; nil for one that waited.
        let source: String?
        let layoutPath: String
        let reason: String?
        let userName: String
        let userID: UInt32
    }

    private let subject: Subject
    private let state: StateFolder
    private let clock: Clock
    private let randomness: Randomness

    init(
        _ subject: Subject, in state: StateFolder, _ clock: Clock, _ randomness: Randomness
    ) {
        self.subject = subject
        self.state = state
        self.clock = clock
        self.randomness = randomness
    }

    /// Says that nothing was taken.
    func refused(_ refusal: ReceiveRefusal, _ bundle: ReceivedBundle?) throws(ReceivingError) {
        var details: JSONObject = ["code": .string(refusal.code)]
        switch refusal {
        case .image(let roots): details["refused"] = Self.failing(roots)
        case .scan(let roots): details["scans"] = Self.scans(roots)
        default: break
        }
        try append("\(verb)-refused", details, bundle)
    }

    /// Says that nothing was taken, and nothing decided.
    func undecided(_ doubt: ReceiveDoubt, _ bundle: ReceivedBundle?) throws(ReceivingError) {
        var details = JSONObject()
        switch doubt {
        case .bundleSignature: details["doubt"] = "bundle-signature"
        case .images(let roots):
            details["doubt"] = "image"
            details["undecided"] = Self.failing(roots)
        case .scan(let roots):
            details["doubt"] = "scan"
            details["scans"] = Self.scans(roots)
        }
        try append("\(verb)-undecided", details, bundle)
    }

    /// Says that the home is about to keep what came with a bundle and proved itself.
    func kept(_ evidence: RevocationEvidence) throws(ReceivingError) {
        var rest = evidence.digests[...]
        while !rest.isEmpty {
            let details: JSONObject = [
                "source": .text(subject.source),
                "evidence": .array(
                    rest.prefix(Self.evidenceCountMax).map { .string($0.description) }),
            ]
            rest = rest.dropFirst(Self.evidenceCountMax)
            do throws(AuditError) {
                _ = try state.audit.append(event("revocation-add", details))
            } catch { throw .audit(error) }
        }
    }

    private static func failing(_ roots: [JudgedRoot]) -> JSON {
        let failing = roots.filter { ![.verified, .skipped].contains($0.report.verdict) }
        return .array(
            failing.prefix(rootCountMax).map { .string($0.root.descriptor.digest.description) })
    }

    /// What the scanner said where it did not say that nothing was found.
    private static func scans(_ roots: [JudgedRoot]) -> JSON {
        let failing = roots.filter { $0.scan.map { $0.verdict != .clean } ?? false }
        return .array(
            failing.prefix(rootCountMax).map { root in
                [
                    "digest": .string(root.root.descriptor.digest.description),
                    "scan": root.scan?.json(limit: outputCountMax) ?? .null,
                ]
            })
    }

    /// What is done with the bundle: one that waited is released.
    private var verb: String { subject.source == nil ? "release" : "receive" }

    private func append(_ kind: String, _ details: JSONObject, _ bundle: ReceivedBundle?)
        throws(ReceivingError)
    {
        var details = details
        details["source"] = .text(subject.source)
        details["layout"] = .string(subject.layoutPath)
        // By its own word: what is refused may have lied.
        details["claims"] = bundle?.json ?? .null
        do throws(AuditError) { _ = try state.audit.append(event(kind, details)) } catch {
            throw .audit(error)
        }
    }

    /// The lines of a bundle that is about to be released, or held: more than one where it holds more
    /// images than one line does.
    func taken(
        _ heads: BundleHeads, _ roots: [JudgedRoot], isHeld: Bool = false,
        lifting lifted: Set<ChainOverride>
    ) -> [AuditEvent] {
        var events: [AuditEvent] = []
        var rest = roots[...]
        repeat {
            let part = rest.prefix(Self.rootCountMax)
            rest = rest.dropFirst(part.count)
            events.append(
                event(
                    isHeld ? "hold" : verb,
                    [
                        "bundle": heads.summary.json,
                        "capsule": .string(heads.manifest.capsule.digest.description),
                        "source": .text(subject.source),
                        "layout": .string(subject.layoutPath),
                        "accepted": lifted.json, "reason": .text(subject.reason),
                        "policyDigest": .text(part.first?.report.policyDigest),
                        "trustDigest": .text(part.first?.report.trustDigest),
                        "roots": .array(
                            part.map { $0.json(isReleased: !isHeld && !$0.isWithheld) }),
                    ]))
        } while !rest.isEmpty
        return events
    }

    /// The line of a bundle whose number is about to be closed.
    func rejected(_ bundle: RejectedBundle) -> AuditEvent {
        event(
            "reject",
            [
                "origin": .string(bundle.origin.text), "stream": .string(bundle.stream.text),
                "sequence": .integer(bundle.sequence),
                "digest": .string(bundle.bundle.description),
                "source": .text(subject.source), "layout": .string(subject.layoutPath),
                "accepted": bundle.lifted.json, "reason": .string(bundle.reason),
            ])
    }

    private func event(_ kind: String, _ details: JSONObject) -> AuditEvent {
        AuditEvent(
            operation: OperationID(from: randomness), kind: kind, time: clock.now,
            userName: subject.userName, userID: subject.userID, details: details)
    }
}

extension Set<ChainOverride> {
    /// The words for programs, in one order.
    var words: [String] { ChainOverride.allCases.filter(contains).map(\.rawValue) }

    fileprivate var json: JSON { .array(words.map { .string($0) }) }
}

extension ReceivedBundle {
    fileprivate var json: JSON {
        [
            "digest": .string(bundle.description), "origin": .string(origin.text),
            "destination": .string(destination.text), "stream": .string(stream.text),
            "sequence": .integer(sequence), "created": .string(created.description),
            "useBy": .string(useBy.description),
        ]
    }
}

extension JudgedRoot {
    fileprivate func json(isReleased: Bool) -> JSON {
        let passing = report.signatures.filter { $0.verdict == .verified }
        return [
            "name": root.name.map { .string($0) } ?? .null,
            "digest": .string(root.descriptor.digest.description),
            "repository": .string(root.repository), "policy": .text(report.policy),
            "verdict": .string(report.verdict.rawValue), "released": .boolean(isReleased),
            "scan": scan?.json(limit: ReceiveRecord.outputCountMax) ?? .null,
            "signatures": .array(
                passing.prefix(5).map { .string($0.manifest.digest.description) }),
        ]
    }
}

extension JSON {
    /// The text of `value`, or null.
    fileprivate static func text(_ value: (some CustomStringConvertible)?) -> JSON {
        value.map { .string($0.description) } ?? .null
    }
}
