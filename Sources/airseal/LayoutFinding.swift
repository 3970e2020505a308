import Encodings
import OCI
import OCILayout

/// What `check` found or put right, as its JSON has it: a word for programs, what it is about, and
/// the sentence for people. docs/commands/check.md lists the words.
struct LayoutFinding {
    let kind: String
    var digest: Digest?
    var subject: Digest?
    var name: String?
    let sentence: Sentence

    var json: JSON {
        [
            "kind": .string(kind),
            "digest": digest.map { .string($0.description) } ?? .null,
            "subject": subject.map { .string($0.description) } ?? .null,
            "name": name.map { .string($0) } ?? .null,
            "text": .string(sentence.text),
        ]
    }
}

extension LayoutCheck.Problem {
    var finding: LayoutFinding {
        switch self {
        case .blob(let descriptor, let fault):
            LayoutFinding(kind: fault.word, digest: descriptor.digest, sentence: sentence)
        case .document(let descriptor, _):
            LayoutFinding(kind: "malformed", digest: descriptor.digest, sentence: sentence)
        }
    }
}

extension BlobFault {
    fileprivate var word: String {
        switch self {
        case .missing: "missing"
        case .notAFile: "not-a-file"
        case .size: "wrong-size"
        case .digest: "wrong-digest"
        }
    }
}

extension LayoutCheck.Note {
    var finding: LayoutFinding {
        switch self {
        case .orphan(let blob):
            LayoutFinding(kind: "orphaned-blob", digest: blob.digest, sentence: sentence)
        case .stray(let name): LayoutFinding(kind: "stray", name: name, sentence: sentence)
        case .orphanedReferrer(let orphan):
            LayoutFinding(
                kind: "orphaned-referrer", digest: orphan.referrer.digest,
                subject: orphan.subject.digest, sentence: sentence)
        case .orphanedFallback(let entry):
            LayoutFinding(
                kind: "orphaned-fallback", digest: entry.digest, name: entry.referenceName,
                sentence: sentence)
        case .notAnEntry(let referrer, let subject):
            LayoutFinding(
                kind: "not-an-entry", digest: referrer.digest, subject: subject,
                sentence: sentence)
        case .notInFallback(let referrer, let subject):
            LayoutFinding(
                kind: "not-in-fallback", digest: referrer.digest, subject: subject,
                sentence: sentence)
        case .unlistedReferrer(let referrer, let subject):
            LayoutFinding(
                kind: "unlisted-referrer", digest: referrer.digest, subject: subject,
                sentence: sentence)
        case .strangerInFallback(let descriptor, let subject):
            LayoutFinding(
                kind: "stranger-in-fallback", digest: descriptor.digest, subject: subject,
                sentence: sentence)
        case .duplicateEntry(let entry):
            LayoutFinding(
                kind: "duplicate-entry", digest: entry.digest, name: entry.referenceName,
                sentence: sentence)
        case .ambiguousName(let name, _):
            LayoutFinding(kind: "ambiguous-name", name: name, sentence: sentence)
        }
    }
}

extension LayoutRepair.Change {
    var finding: LayoutFinding {
        switch self {
        case .listed(let referrer, let subject):
            LayoutFinding(
                kind: "listed", digest: referrer.digest, subject: subject, sentence: sentence)
        case .addedToFallback(let referrer, let subject):
            LayoutFinding(
                kind: "added-to-fallback", digest: referrer.digest, subject: subject,
                sentence: sentence)
        case .droppedFromFallback(let descriptor, let subject):
            LayoutFinding(
                kind: "dropped-from-fallback", digest: descriptor.digest, subject: subject,
                sentence: sentence)
        case .mergedFallbacks(let subject):
            LayoutFinding(kind: "merged-fallbacks", subject: subject, sentence: sentence)
        case .droppedDuplicate(let entry):
            LayoutFinding(
                kind: "dropped-duplicate", digest: entry.digest, name: entry.referenceName,
                sentence: sentence)
        }
    }

    var sentence: Sentence {
        switch self {
        case .listed(let referrer, let subject):
            Sentence("index.json lists the referrer \(referrer.digest) of \(subject)")
        case .addedToFallback(let referrer, let subject):
            Sentence("the fallback index of \(subject) lists the referrer \(referrer.digest)")
        case .droppedFromFallback(let descriptor, let subject):
            Sentence(
                "the fallback index of \(subject) no longer lists \(descriptor.digest), which is "
                    + "missing")
        case .mergedFallbacks(let subject):
            Sentence("the fallback indexes of \(subject) are one")
        case .droppedDuplicate(let entry):
            Sentence("index.json lists \(entry.digest) once")
        }
    }
}
