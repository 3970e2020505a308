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
    /// Images in one line: with the longest names and some signatures each, they stay below
    /// `AuditRecord.byteCountMax`.
    private static let rootCountMax = 100
    /// Digests in one line about evidence.
    private static let evidenceCountMax = 1000

    private let request: ReceiveRequest
    private let state: StateFolder
    private let clock: Clock
    private let randomness: Randomness

    init(
        _ request: ReceiveRequest, in state: StateFolder, _ clock: Clock, _ randomness: Randomness
    ) {
        self.request = request
        self.state = state
        self.clock = clock
        self.randomness = randomness
    }

    /// Says that nothing was taken.
    func refused(_ refusal: ReceiveRefusal, _ bundle: ReceivedBundle?) throws(ReceivingError) {
        var details: JSONObject = ["code": .string(refusal.code)]
        if case .image(let roots) = refusal { details["refused"] = Self.failing(roots) }
        try append("receive-refused", details, bundle)
    }

    /// Says that nothing was taken, and nothing decided.
    func undecided(_ doubt: ReceiveDoubt, _ bundle: ReceivedBundle?) throws(ReceivingError) {
        var details = JSONObject()
        switch doubt {
        case .bundleSignature: details["doubt"] = "bundle-signature"
        case .images(let roots):
            details["doubt"] = "image"
            details["undecided"] = Self.failing(roots)
        }
        try append("receive-undecided", details, bundle)
    }

    /// Says that the home is about to keep what came with a bundle and proved itself.
    func kept(_ evidence: RevocationEvidence) throws(ReceivingError) {
        var rest = evidence.digests[...]
        while !rest.isEmpty {
            let details: JSONObject = [
                "source": .string(request.source),
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

    private func append(_ kind: String, _ details: JSONObject, _ bundle: ReceivedBundle?)
        throws(ReceivingError)
    {
        var details = details
        details["source"] = .string(request.source)
        details["layout"] = .string(request.layoutPath)
        // By its own word: what is refused may have lied.
        details["claims"] = bundle?.json ?? .null
        do throws(AuditError) { _ = try state.audit.append(event(kind, details)) } catch {
            throw .audit(error)
        }
    }

    /// The lines of a bundle that is about to be released: more than one where it holds more images
    /// than one line does.
    func received(_ heads: BundleHeads, _ roots: [JudgedRoot]) -> [AuditEvent] {
        var events: [AuditEvent] = []
        var rest = roots[...]
        repeat {
            let part = rest.prefix(Self.rootCountMax)
            rest = rest.dropFirst(part.count)
            events.append(
                event(
                    "receive",
                    [
                        "bundle": heads.summary.json,
                        "capsule": .string(heads.manifest.capsule.digest.description),
                        "source": .string(request.source),
                        "layout": .string(request.layoutPath),
                        "policyDigest": .text(part.first?.report.policyDigest),
                        "trustDigest": .text(part.first?.report.trustDigest),
                        "roots": .array(part.map(\.json)),
                    ]))
        } while !rest.isEmpty
        return events
    }

    private func event(_ kind: String, _ details: JSONObject) -> AuditEvent {
        AuditEvent(
            operation: OperationID(from: randomness), kind: kind, time: clock.now,
            userName: request.userName, userID: request.userID, details: details)
    }
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
    fileprivate var json: JSON {
        let passing = report.signatures.filter { $0.verdict == .verified }
        return [
            "name": root.name.map { .string($0) } ?? .null,
            "digest": .string(root.descriptor.digest.description),
            "repository": .string(root.repository), "policy": .text(report.policy),
            "verdict": .string(report.verdict.rawValue),
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
