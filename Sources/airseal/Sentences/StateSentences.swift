import Audit
import Encodings
import OCI
import State

extension StateError: Speakable {
    var sentence: Sentence {
        switch self {
        case .file(let error): error.sentence
        case .damaged(let path):
            Sentence(
                "\(ForeignText(path)): is damaged, or not written by airseal",
                hint: "restore the state from its backup")
        case .unknownVersion(let path, let version):
            Sentence(
                "\(ForeignText(path)): has the version \(version), which a later airseal wrote",
                hint: "run the airseal that wrote it")
        case .exposed(let path):
            Sentence(
                "others than its owner may change the state in \(ForeignText(path))",
                hint: "take the right from them with chmod go-w, and look at who used it")
        case .clockBehind(let now, let floor):
            Sentence(
                "the clock says \(now), and it is \(floor.time) at least: "
                    + "\(ForeignText(floor.witness))",
                hint:
                    "set the clock; if it is right, and the other time was wrong, see clock accept"
            )
        case .signedLater(let now, let last):
            Sentence(
                "the clock says \(now), and this machine signed at \(last)",
                hint: "set the clock; if it is right now, and was wrong then, see clock accept")
        case .missing(let site):
            Sentence(
                "there is no state for the site \(site), and a fresh start is never assumed",
                hint: "check --state, or restore the state from its backup")
        case .exportPending(let site, let sequence):
            Sentence(
                "export \(sequence) to \(site) is neither finished nor declared void",
                hint: "finish it or declare it void first")
        case .noExportPending(let site): Sentence("no export to \(site) is pending")
        case .partsDamaged(let site, let sequence):
            Sentence(
                "the stored parts of export \(sequence) to \(site) are damaged",
                hint: "declare this export void, and export again")
        case .wrongSequence(let site, let expected, let actual):
            Sentence("the number \(actual) for \(site) does not follow: \(expected) is next")
        case .foreignStream(let site, let expected, let actual):
            Sentence("the bundle from \(site) belongs to the stream \(actual), not to \(expected)")
        case .tooMany(let what, let limit): Sentence("more than \(limit) \(ForeignText(what))")
        case .badPartName(let name):
            Sentence("the part's name \"\(ForeignText(name))\" is no plain file name")
        case .hashUnavailable: Sentence("the OpenSSL of this machine does not offer SHA-256")
        }
    }
}

extension LayoutChangeError: Speakable {
    var sentence: Sentence {
        switch self {
        case .layout(let error): error.sentence
        case .audit(let error): error.sentence
        case .state(let error): error.sentence
        case .nameTaken(let conflict): conflict.sentence
        }
    }
}

extension AuditError: Speakable {
    var sentence: Sentence {
        switch self {
        case .file(let error): error.sentence.after("the audit record")
        case .damaged(let path):
            Sentence(
                "\(ForeignText(path)): the audit record is damaged; nothing was added to it",
                hint: "keep the file as evidence, and restore the state from its backup")
        case .recordTooLong(let count):
            Sentence("the entry for the audit record is too long: \(count) bytes")
        case .hashUnavailable: Sentence("the OpenSSL of this machine does not offer SHA-256")
        }
    }
}
