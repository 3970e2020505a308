import UseCases
import X509

extension KeyAccessError: Speakable {
    var sentence: Sentence {
        switch self {
        case .noLabel:
            Sentence(
                "the key URI names no label for the new key", hint: "add object=NAME to the key URI"
            )
        case .chainWithKey:
            Sentence(
                "the certificates stand with the key, and a rehearsal opens none",
                hint: "name them with --chain")
        case .chain(let path, let error): error.sentence.after("\(ForeignText(path))")
        case .fileExists(let path): Sentence("\(ForeignText(path)) exists and is not overwritten")
        }
    }
}
