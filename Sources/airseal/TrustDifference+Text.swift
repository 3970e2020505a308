import Encodings
import Trust
import X509

/// What changes in a site's trust, for people and for programs.
extension TrustDifference {
    var lines: [String] {
        policies.flatMap(\.lines) + stores.flatMap(\.lines)
            + weaknesses.map { "weaker: \($0.sentence.text)" }
    }

    var json: JSONObject {
        [
            "policies": .array(
                policies.map { policy in
                    [
                        "file": .string(policy.file.rawValue), "is": .string(policy.fate.rawValue),
                        "changes": .array(policy.changes.map(\.json)),
                    ]
                }),
            "stores": .array(stores.map(\.json)),
            "weaker": .array(weaknesses.map(\.json)),
        ]
    }
}

extension TrustDifference.Policy {
    fileprivate var lines: [String] {
        let word =
            switch fate {
            case .added: "is new"
            case .removed: "is gone"
            case .changed where changes.isEmpty: "says the same in other words"
            case .changed: "changes"
            }
        return ["\(file.rawValue) \(word)"] + changes.map { "  \($0.words)" }
    }
}

extension TrustDifference.Store {
    fileprivate var lines: [String] {
        func list(_ certificates: [Certificate], _ mark: String) -> [String] {
            certificates.map {
                "  \(mark) \($0.sha256Fingerprint) \(ForeignText($0.subject.description))"
            }
        }
        return ["\(name) \(isNew ? "is new" : isGone ? "is gone" : "changes")"]
            + list(added, "+") + list(removed, "-")
    }

    fileprivate var json: JSON {
        [
            "store": .string(name.description),
            "is": .string(isNew ? "added" : isGone ? "removed" : "changed"),
            "added": .array(added.map(\.json)), "removed": .array(removed.map(\.json)),
        ]
    }
}

extension TrustPolicyDifference.Change {
    var words: String {
        switch self {
        case .added(let name): "new statement \"\(ForeignText(name))\""
        case .removed(let name): "statement \"\(ForeignText(name))\" is gone"
        case .changed(let name, let member, let from, let to):
            "statement \"\(ForeignText(name))\": \(member): "
                + "\(ForeignText(from.isEmpty ? "none" : from)) becomes "
                + "\(ForeignText(to.isEmpty ? "none" : to))"
        }
    }

    var json: JSON {
        switch self {
        case .added(let name):
            [
                "change": "added", "statement": .string(name), "member": .null, "from": .null,
                "to": .null,
            ]
        case .removed(let name):
            [
                "change": "removed", "statement": .string(name), "member": .null, "from": .null,
                "to": .null,
            ]
        case .changed(let name, let member, let from, let to):
            [
                "change": "changed", "statement": .string(name), "member": .string(member),
                "from": .string(from), "to": .string(to),
            ]
        }
    }
}

extension TrustWeakness {
    var sentence: Sentence {
        switch self {
        case .anchor(let store, let certificate):
            Sentence(
                "\(store) trusts \(ForeignText(certificate.subject.description)), which it did not")
        case .policy(let file, let statement, let artifacts, let loss):
            Sentence(
                "\(Listing(artifacts.map(\.words))): \(loss.words(under: statement))"
                    + (file == .imagesVersion1 ? " (\(file.rawValue))" : ""))
        }
    }

    fileprivate var json: JSON {
        switch self {
        case .anchor(let store, let certificate):
            [
                "what": "anchor", "file": .null, "statement": .null, "artifacts": [],
                "store": .string(store.description),
                "fingerprint": .string(certificate.sha256Fingerprint),
                "text": .string(sentence.text),
            ]
        case .policy(let file, let statement, let artifacts, let loss):
            [
                "what": .string(loss.word), "file": .string(file.rawValue),
                "statement": .string(statement),
                "artifacts": .array(artifacts.map { .string($0.text) }),
                "store": loss.store.map { .string($0.description) } ?? .null,
                "fingerprint": .null, "text": .string(sentence.text),
            ]
        }
    }
}

extension TrustWeakness.Artifacts {
    fileprivate var text: String {
        switch self {
        case .repository(let scope): scope.text
        case .otherRepositories, .otherBlobs: "*"
        case .blobs(let statement): statement
        }
    }

    fileprivate var words: String {
        switch self {
        case .repository(let scope): scope.text
        case .otherRepositories: "every repository that no statement names"
        case .blobs(let statement): "blobs under \"\(ForeignText(statement))\""
        case .otherBlobs: "blobs under no statement's name"
        }
    }
}

extension TrustWeakness.Loss {
    fileprivate var store: TrustStoreName? {
        if case .store(let name) = self { name } else { nil }
    }

    /// For programs.
    fileprivate var word: String {
        switch self {
        case .newlyJudged: "newly-judged"
        case .unverified: "unverified"
        case .action: "action"
        case .store: "store"
        case .identity: "identity"
        case .timestampNotAsked: "timestamp-not-asked"
        case .timestampAskedLess: "timestamp-asked-less"
        case .requiredSignatures: "required-signatures"
        }
    }

    fileprivate func words(under statement: String) -> String {
        let statement = "\"\(ForeignText(statement))\""
        return switch self {
        case .newlyJudged: "no statement speaks for it now, and \(statement) would"
        case .unverified: "\(statement) lets everything pass unverified"
        case .action(let validation, let from, let to):
            "\(statement) makes \(validation.rawValue) \(to.rawValue), which was \(from.rawValue)"
        case .store(let name): "\(statement) believes \(name), too"
        case .identity(let text): "\(statement) believes the signer \(ForeignText(text)), too"
        case .timestampNotAsked: "\(statement) asks for no time stamp any more"
        case .timestampAskedLess:
            "\(statement) asks for a time stamp only where a certificate has expired"
        case .requiredSignatures(let old):
            "verification.json asks for several signatures under \"\(ForeignText(old))\", and not "
                + "under \(statement)"
        }
    }
}
