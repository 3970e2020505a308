import Encodings

extension DigestError: Speakable {
    var sentence: Sentence {
        switch self {
        case .malformed(let text): Sentence("\"\(ForeignText(text))\" is no digest")
        case .unsupportedAlgorithm(let name):
            Sentence(
                "the digest algorithm \(ForeignText(name)) is not supported: "
                    + "only sha256, sha384 and sha512 are")
        }
    }
}

extension SiteNameError: Speakable {
    var sentence: Sentence {
        switch self {
        case .tooLong(let limit):
            Sentence("the name of the site is longer than \(limit) bytes")
        case .malformed(let text):
            Sentence(
                "\"\(ForeignText(text))\" is no name of a site",
                hint: "use lower-case letters and digits, with single dots, dashes or "
                    + "underscores between them")
        case .reserved(let text):
            Sentence(
                "the name \(ForeignText(text)) is taken by a file that airseal keeps for itself",
                hint: "choose another name for the site")
        }
    }
}

extension CBORError: Speakable {
    var sentence: Sentence {
        switch self {
        case .truncated(let offset):
            Sentence("is no CBOR: it ends in the middle of the item at offset \(offset)")
        case .trailingBytes(let offset): Sentence("has bytes after its end, at offset \(offset)")
        case .reserved(let offset): Sentence("is no CBOR: reserved byte at offset \(offset)")
        case .indefinite(let offset):
            Sentence("has an item of indefinite length at offset \(offset)")
        case .notShortest(let offset):
            Sentence("has a number at offset \(offset) that is not in its shortest form")
        case .integerTooLarge(let offset):
            Sentence("has an integer at offset \(offset) that is too large")
        case .notUTF8(let offset): Sentence("has a text at offset \(offset) that is not UTF-8")
        case .tag(let number, let offset):
            Sentence("has the tag \(number) at offset \(offset), where none may stand")
        case .badLabel(let offset):
            Sentence("has a label at offset \(offset) that is neither an integer nor a text")
        case .duplicateLabel(let label): Sentence("names the label \(label.words) twice")
        case .tooDeep: Sentence("is nested too deep")
        case .tooManyItems: Sentence("has too many items")
        }
    }
}

extension CBORLabel {
    fileprivate var words: String {
        switch self {
        case .integer(let number): "\(number)"
        case .text(let text): "\"\(ForeignText(text))\""
        }
    }
}
