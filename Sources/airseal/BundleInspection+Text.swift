import BundleFormat
import Configuration
import Encodings
import Notary
import OCI
import Receiving
import Trust
import UseCases
import Verification
import X509

extension BundleInspection {
    /// The bundle as a tree: what it claims, and what this site makes of its signatures.
    var tree: Tree {
        let place = "\(ForeignText(reference)): bundle \(manifest.descriptor.digest)"
        var branches = [Tree("what stands here is the bundle's own word: nothing was verified")]
        branches += inventory.branches
        branches.append(Tree("trust capsule", capsule.branches))
        branches.append(Tree("signers", manifest.signatures.map(\.signer)))
        branches.append(Tree("verdict on its signatures here: \(standing.words)"))
        return Tree(place, branches)
    }

    /// The same for programs.
    var json: JSON {
        [
            "reference": .string(reference),
            "bundle": [
                "digest": .string(manifest.descriptor.digest.description),
                "claims": inventory.claims, "capsule": capsule.json,
                "signatures": .array(manifest.signatures.map(\.signerJSON)),
                "unexaminedSignatures": .integer(Int64(manifest.unexaminedSignatureCount)),
                "verdict": standing.json,
            ],
        ]
    }
}

extension Inventory {
    fileprivate var byteCount: Int64 { Self.byteCount(of: blobs) }

    /// The sizes together; nobody has proven them, and they may be any.
    private static func byteCount(of blobs: [Blob]) -> Int64 {
        blobs.reduce(0) { sum, blob in
            let (more, isTooMuch) = sum.addingReportingOverflow(blob.size)
            return isTooMuch ? .max : more
        }
    }

    fileprivate var branches: [Tree] {
        [
            Tree("from", value: origin), Tree("to", value: destination),
            Tree("number", value: "\(sequence) of the stream \(stream)"),
            Tree("previous", value: previous.map { "\($0)" } ?? "none"),
            Tree(
                "void",
                voids.isEmpty
                    ? [Tree("none")]
                    : voids.map { Tree("\($0.sequence)", value: ForeignText($0.reason)) }),
            Tree("acknowledged", value: acknowledged), Tree("created", value: created),
            Tree("to be received by", value: useBy),
            Tree(
                "images",
                roots.map { root in
                    let name = root.name.map { "\(ForeignText($0))" } ?? "(untagged)"
                    return Tree(
                        "\(root.descriptor.digest) \(name) for \(ForeignText(root.repository))")
                }),
            Tree("referrers", value: referrers.count),
            Tree("blobs", value: "\(blobs.count), \(byteCount) bytes"),
            Tree(
                "expected here already",
                value: expected.isEmpty
                    ? "none"
                    : "\(expected.count) blobs, \(Self.byteCount(of: expected)) bytes"),
        ]
    }

    fileprivate var claims: JSON {
        [
            "origin": .string(origin.text), "destination": .string(destination.text),
            "stream": .string(stream.text), "sequence": .integer(sequence),
            "previous": previous.map { .string($0.description) } ?? .null,
            "voids": .array(
                voids.map { ["sequence": .integer($0.sequence), "reason": .string($0.reason)] }),
            "acknowledged": .integer(acknowledged), "created": .string(created.description),
            "useBy": .string(useBy.description), "images": .array(roots.map(\.summary)),
            "referrers": .integer(Int64(referrers.count)),
            "blobs": .integer(Int64(blobs.count)), "bytes": .integer(byteCount),
            "expected": .array(
                expected.map {
                    ["digest": .string($0.digest.description), "size": .integer($0.size)]
                }),
        ]
    }
}

extension CapsuleDescription {
    fileprivate var branches: [Tree] {
        let capsule: TrustCapsule
        switch content {
        case .failure(let error):
            return [Tree("cannot be read, and brings nothing", value: error.sentence.text)]
        case .success(let read): capsule = read
        }
        guard !capsule.isEmpty else { return [Tree("empty: its site trusts nobody yet")] }
        var branches = [
            Tree("counter", value: capsule.counter), Tree("size", value: "\(byteCount) bytes"),
        ]
        branches += capsule.sortedPolicies.map { file, policy in
            Tree("policy", value: "\(file.rawValue), \(policy.statements.count) statements")
        }
        branches += capsule.sortedStores.map { name, trusted in
            Tree(
                "trust store", value: name,
                trusted.certificates.map {
                    Tree("\($0.sha256Fingerprint) \(ForeignText(escaped: $0.subject.description))")
                })
        }
        branches += lists.map { Tree($0.words) } + responses.map { Tree($0.words) }
        if unreadableCount > 0 {
            branches.append(Tree("\(unreadableCount) CRLs or OCSP responses cannot be read"))
        }
        return branches
    }

    fileprivate var json: JSON {
        let capsule = try? content.get()
        var problem: JSON = .null
        if case .failure(let error) = content { problem = .string(error.sentence.text) }
        return [
            "size": .integer(Int64(byteCount)), "problem": problem,
            "counter": capsule.map { .integer($0.counter) } ?? .null,
            "policies": .array(
                (capsule?.sortedPolicies ?? []).map { file, policy in
                    [
                        "file": .string(file.rawValue),
                        "statements": .array(policy.statements.map { .string($0.name) }),
                    ]
                }),
            "trustStores": .array(
                (capsule?.sortedStores ?? []).map { name, trusted in
                    [
                        "store": .string(name.description),
                        "certificates": .array(trusted.certificates.map(\.json)),
                    ]
                }),
            "crls": .array(lists.map { .object($0.json) }),
            "ocspResponses": .array(responses.map { .object($0.json) }),
            "unreadable": .integer(Int64(unreadableCount)),
        ]
    }
}

extension TrustCapsule {
    fileprivate var sortedPolicies: [(TrustPolicyFile, TrustPolicyDocument)] {
        policies.sorted { $0.key.rawValue < $1.key.rawValue }
    }

    fileprivate var sortedStores: [(TrustStoreName, TrustedCertificates)] {
        stores.sorted { $0.key < $1.key }
    }
}

extension SignatureDescription {
    /// Who the signature says has made it.
    fileprivate var signer: Tree {
        guard case .readable(let signature) = content, let leaf = signature.certificates.first
        else { return tree }
        let time = signature.envelope.attributes.statedTime.map { ", \($0)" } ?? ""
        return Tree(
            "\(ForeignText(escaped: leaf.subject.description))\(time)",
            [
                Tree("fingerprint", value: Fingerprint.spoken(leaf.sha256Fingerprint)),
                Tree("signature", value: manifest.digest),
            ])
    }

    fileprivate var signerJSON: JSON {
        guard case .readable(let signature) = content else {
            return [
                "digest": .string(manifest.digest.description), "certificate": .null,
                "signingTime": .null, "problem": .string(content.problem),
            ]
        }
        return [
            "digest": .string(manifest.digest.description),
            "certificate": signature.certificates.first?.json ?? .null,
            "signingTime": signature.envelope.attributes.statedTime.map {
                .string($0.description)
            } ?? .null,
            "problem": .null,
        ]
    }
}

extension BundleInspection.Standing {
    /// The word for programs.
    private var word: String {
        switch self {
        case .unknown: "undecided"
        case .known(.notEnrolled): "not-enrolled"
        case .known(.suspended): "suspended"
        case .known(.mayNotSendBundles): "may-not-send-bundles"
        case .known(.judged(let report)): report.verdict.rawValue
        }
    }

    private var reasons: [String] {
        switch self {
        case .unknown(let error): [Sentence(about: error).text]
        case .known(.suspended(let suspension)): ["\(ForeignText(suspension.reason))"]
        case .known(.judged(let report)): report.refusals.map(\.words)
        case .known(.notEnrolled), .known(.mayNotSendBundles): []
        }
    }

    fileprivate var words: String {
        switch self {
        case .unknown, .known(.judged): ([word] + reasons).joined(separator: ", ")
        case .known(.notEnrolled): "none, for its origin is not enrolled"
        case .known(.suspended(let suspension)):
            "none, for its origin is suspended since \(suspension.since): "
                + "\(ForeignText(suspension.reason))"
        case .known(.mayNotSendBundles): "none, for its origin may not send bundles"
        }
    }

    fileprivate var json: JSON {
        ["verdict": .string(word), "reasons": .array(reasons.map { .string($0) })]
    }
}
