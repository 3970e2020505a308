import Encodings
import Notary
import OCI
import OCILayout
import UseCases

extension LayoutError: Speakable {
    var sentence: Sentence {
        switch self {
        case .file(let error): error.sentence
        case .archive(let error): error.sentence
        case .cryptography(let error): error.sentence
        case .notALayout(let path):
            Sentence(
                "\(ForeignText(path)): neither an OCI layout nor an archive of images")
        case .notAFolder(let path):
            Sentence(
                "\(ForeignText(path)): not a layout folder, and archives are only read",
                hint: "import it into a layout first")
        case .readOnly(let path):
            Sentence(
                "\(ForeignText(path)): cannot be written; nothing was changed",
                hint: "copy the layout to a folder that can be written, and work on the copy")
        case .document(let name, let error): error.sentence.after("\(ForeignText(name))")
        case .damaged(let digest, let fault): Sentence("the blob \(digest) \(fault.words)")
        case .tooLarge(let digest, let size, let limit):
            Sentence("the blob \(digest) has \(size) bytes; at most \(limit) are read")
        case .notHeld(let digest):
            Sentence(
                "the blob \(digest) was hashed but not kept, since the archive is read in one pass",
                hint: "import the archive into a layout first")
        case .noSuchPath(let text): Sentence("\(ForeignText(text)): no such layout or archive")
        case .malformedReference(let text):
            Sentence(
                "\"\(ForeignText(text))\" is neither a tag nor a digest",
                hint: "a reference is PATH[:TAG|@DIGEST]")
        case .noSuchReference(let text):
            Sentence(
                "no image is called \(ForeignText(text)) here",
                hint: "list the layout to see what is in it")
        case .ambiguousReference(let text, let digests):
            Sentence(
                "\"\(ForeignText(text))\" could mean several images: "
                    + "\(Listing(digests.map(\.description)))",
                hint: "name one by its digest: PATH@DIGEST")
        case .nameTaken(let name, let present, let new):
            NameConflict(name: name, present: present, new: new).sentence
        case .nestedTooDeep(let digest):
            Sentence(
                "the index \(digest) lies below more than \(Limits.indexNestingMax) other indexes")
        case .tooManyManifests:
            Sentence("the layout lists more than \(Limits.manifestCountMax) manifests")
        case .notFreed(let path, let error):
            Sentence(
                "\(ForeignText(path)): the lists were changed, and blobs that nothing needs stayed: "
                    + error.sentence.text,
                hint: "prune removes them when it can")
        case .noSelector(let text):
            Sentence(
                "\(ForeignText(text)): which image is to be removed is not said",
                hint: "name it: PATH:TAG or PATH@DIGEST")
        case .onlyPart(let digest):
            Sentence(
                "\(digest) is only part of other content",
                hint: "remove the image or index that it belongs to")
        case .listOfReferrers(let name):
            Sentence(
                "\(ForeignText(name)) is a list of referrers, which goes with what it lists",
                hint: "remove the image, or its signatures with --signatures")
        case .unknownParts(let digest):
            Sentence(
                "what \(digest) needs cannot be known, since it is damaged or of an unknown type; "
                    + "nothing was removed",
                hint: "check the layout; remove what is damaged by its name or digest")
        case .importRefused(let refusal): refusal.sentence
        case .destination(let path, let reason):
            Sentence(
                "the layout \(ForeignText(path)) is damaged: \(reason.sentence.text)",
                hint: "nothing was brought into it; see airseal check")
        }
    }
}

extension NameConflict {
    var sentence: Sentence {
        Sentence(
            "the name \(ForeignText(name)) already stands for \(present), not for \(new)",
            hint: "if the name shall move to the new content, say --replace")
    }
}

extension LayoutCheck.Problem {
    var sentence: Sentence {
        switch self {
        case .blob(let descriptor, let fault):
            Sentence("the blob \(descriptor.digest) \(fault.words)")
        case .document(_, let error): error.sentence
        }
    }
}

extension LayoutCheck.Note {
    var sentence: Sentence {
        switch self {
        case .orphan(let blob):
            Sentence("nothing leads to the blob \(blob.digest) (\(blob.size) bytes)")
        case .stray(let name): Sentence("\(ForeignText(name)): belongs to no layout")
        case .orphanedReferrer(let orphan):
            Sentence(
                "the \(orphan.words) \(orphan.referrer.digest) speaks of \(orphan.subject.digest), "
                    + "which is no image here")
        case .orphanedFallback(let entry):
            Sentence(
                "the list of referrers \(ForeignText(entry.referenceName ?? "")) is of what is no "
                    + "image here")
        case .notAnEntry(let referrer, let subject):
            Sentence(
                "index.json lists the referrer \(referrer.digest) of \(subject) only through another "
                    + "index: not every tool looks there")
        case .notInFallback(let referrer, let subject):
            Sentence(
                "the referrer \(referrer.digest) is not in the fallback index of \(subject): "
                    + "regctl does not see it")
        case .unlistedReferrer(let referrer, let subject):
            Sentence(
                "the manifest \(referrer.digest) speaks of \(subject), and no index lists it: no "
                    + "tool sees it")
        case .strangerInFallback(let descriptor, let subject):
            Sentence(
                "the fallback index of \(subject) lists \(descriptor.digest), which does not speak "
                    + "of it")
        case .severalFallbacks(let subject, let count):
            Sentence("\(subject) has \(count) fallback indexes, of which a tool reads one")
        case .unusableSubject(let referrer, let subject):
            Sentence(
                "the manifest \(referrer) speaks of \(subject.digest) with \(subject.size) bytes, "
                    + "which is not what is here")
        case .duplicateEntry(let entry):
            Sentence("index.json lists \(entry.digest) twice in the same words")
        case .ambiguousName(let name, let digests):
            Sentence(
                "the name \(ForeignText(name)) stands for several things: "
                    + "\(Listing(digests.map(\.description)))")
        case .absentForeignLayer(let layer):
            Sentence(
                "the layer \(layer.digest) is not here; it is of a non-distributable type "
                    + "(\(ForeignText(layer.mediaType))), and nobody has looked at it")
        }
    }
}

extension LayoutUse.Orphan {
    /// What it is, in words.
    var words: String {
        artifactType == SignatureManifest.artifactType ? "signature" : "referrer"
    }
}

extension Referrer {
    /// What it is, in words.
    var words: String { isNotarySignature ? "signature" : "referrer" }
}

extension BlobFault {
    /// What is wrong, as the end of a sentence about a blob.
    var words: String {
        switch self {
        case .missing: "is missing"
        case .notAFile: "is not a regular file"
        case .size(let expected, let actual): "has \(actual) bytes, not \(expected)"
        case .digest(let actual): "is damaged: its bytes have the digest \(actual)"
        }
    }
}

extension SourceError: Speakable {
    var sentence: Sentence {
        let inner = reason.sentence
        if case .destination = reason { return inner }
        // Most sentences about a file begin with its path already.
        let path = ForeignText(source).description
        return inner.text.hasPrefix(path) ? inner : inner.after(path)
    }
}
