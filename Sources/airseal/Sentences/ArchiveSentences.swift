import Archive

extension ArchiveError: Speakable {
    var sentence: Sentence {
        switch self {
        case .file(let error): error.sentence
        case .notAnArchive(let path):
            Sentence("\(ForeignText(path)): not a tar, nor one compressed with gzip or zstd")
        case .truncated(let path):
            Sentence(
                "\(ForeignText(path)): the archive ends too early",
                hint: "it was not copied whole; export or copy it again")
        case .damaged(let path, let reason):
            Sentence("\(ForeignText(path)): the archive is damaged: \(ForeignText(reason))")
        case .unsafeName(let name):
            Sentence("the archive has an entry with the unsafe name \(ForeignText(name))")
        case .duplicateName(let name):
            Sentence("the archive has two entries with the name \(ForeignText(name))")
        case .tooManyEntries(let limit): Sentence("the archive has more than \(limit) entries")
        case .tooLarge(let limit): Sentence("the archive holds more than \(limit) bytes")
        case .expandsTooFar(let ratio):
            Sentence("the archive expands to more than \(ratio) times its size")
        case .library(let call, let code): Sentence("libarchive refused \(call) (\(code))")
        }
    }
}
