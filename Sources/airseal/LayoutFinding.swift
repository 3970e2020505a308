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
        func note(
            _ kind: String, _ digest: Digest? = nil, of subject: Digest? = nil,
            named name: String? = nil
        ) -> LayoutFinding {
            LayoutFinding(
                kind: kind, digest: digest, subject: subject, name: name, sentence: sentence)
        }
        return switch self {
        case .orphan(let blob): note("orphaned-blob", blob.digest)
        case .stray(let name): note("stray", named: name)
        case .absentForeignLayer(let layer): note("absent-foreign-layer", layer.digest)
        case .orphanedReferrer(let orphan):
            note("orphaned-referrer", orphan.referrer.digest, of: orphan.subject.digest)
        case .orphanedFallback(let entry):
            note("orphaned-fallback", entry.digest, named: entry.referenceName)
        case .notAnEntry(let referrer, let subject):
            note("not-an-entry", referrer.digest, of: subject)
        case .notInFallback(let referrer, let subject):
            note("not-in-fallback", referrer.digest, of: subject)
        case .unlistedReferrer(let referrer, let subject):
            note("unlisted-referrer", referrer.digest, of: subject)
        case .strangerInFallback(let descriptor, let subject):
            note("stranger-in-fallback", descriptor.digest, of: subject)
        case .severalFallbacks(let subject, _): note("several-fallbacks", of: subject)
        case .unusableSubject(let referrer, let subject):
            note("unusable-subject", referrer, of: subject.digest)
        case .duplicateEntry(let entry):
            note("duplicate-entry", entry.digest, named: entry.referenceName)
        case .ambiguousName(let name, _): note("ambiguous-name", named: name)
        }
    }
}

extension LayoutRepair.Change {
    var finding: LayoutFinding {
        func change(
            _ kind: String, _ digest: Digest? = nil, of subject: Digest? = nil,
            named name: String? = nil
        ) -> LayoutFinding {
            LayoutFinding(
                kind: kind, digest: digest, subject: subject, name: name, sentence: sentence)
        }
        return switch self {
        case .listed(let referrer, let subject): change("listed", referrer.digest, of: subject)
        case .addedToFallback(let referrer, let subject):
            change("added-to-fallback", referrer.digest, of: subject)
        case .droppedFromFallback(let descriptor, let subject):
            change("dropped-from-fallback", descriptor.digest, of: subject)
        case .mergedFallbacks(let subject): change("merged-fallbacks", of: subject)
        case .droppedDuplicate(let entry):
            change("dropped-duplicate", entry.digest, named: entry.referenceName)
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
