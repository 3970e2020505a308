import Files
import SystemPackage

extension FileError: Speakable {
    var sentence: Sentence {
        switch self {
        case .system(_, let path, .noSuchFileOrDirectory):
            Sentence("\(ForeignText(path)): no such file or folder")
        case .system(let call, let path, .noSpace):
            Sentence(
                "\(ForeignText(path)): the disk is full (\(call))",
                hint: "free some space and run the same command again; nothing was lost")
        case .system(let call, let path, .readOnlyFileSystem):
            Sentence("\(ForeignText(path)): the medium is read-only (\(call))")
        case .system(let call, let path, let errno):
            Sentence("\(ForeignText(path)): \(errno.localizedWords) (\(call))")
        case .wrongKind(let path):
            Sentence("\(ForeignText(path)): neither a regular file nor a folder; links are refused")
        case .tooLarge(let path, let limit):
            Sentence("\(ForeignText(path)): larger than \(limit) bytes")
        case .changed(let path):
            Sentence("\(ForeignText(path)): changed while it was read")
        case .locked(let path):
            Sentence(
                "\(ForeignText(path)): another process has been changing it for too long",
                hint: "wait for it to end; its lock is freed when it does")
        }
    }
}

extension Errno {
    /// The system's words in lower case, as the rest of the sentence.
    var localizedWords: String {
        let words = description
        return words.prefix(1).lowercased() + words.dropFirst()
    }
}
