import Encodings
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
        case .importRefused(let refusal): refusal.sentence
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
        case .absentSubject(let referrer, let subject):
            Sentence("the manifest \(referrer) speaks of \(subject.digest), which is not here")
        case .absentForeignLayer(let layer):
            Sentence(
                "the layer \(layer.digest) is not here; it is of a non-distributable type "
                    + "(\(ForeignText(layer.mediaType))), and nobody has looked at it")
        }
    }
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
        // Most sentences about a file begin with its path already.
        let path = ForeignText(source).description
        return inner.text.hasPrefix(path) ? inner : inner.after(path)
    }
}
