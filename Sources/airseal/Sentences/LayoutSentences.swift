import Archive
import Cryptography
import Encodings
import OCILayout

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

extension CryptographyError: Speakable {
    var sentence: Sentence {
        switch self {
        case .unavailable(let name): Sentence("OpenSSL does not offer \(name) here")
        case .unreadableKey: Sentence("OpenSSL cannot read the public key")
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
