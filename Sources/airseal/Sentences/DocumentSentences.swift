import BundleFormat
import Encodings
import OCI

extension JSONError: Speakable {
    var sentence: Sentence {
        switch self {
        case .byteOrderMark: Sentence("begins with a byte order mark")
        case .notUTF8: Sentence("is not UTF-8")
        case .unexpected(let offset): Sentence("is no JSON: unexpected byte at offset \(offset)")
        case .truncated: Sentence("is no JSON: it ends in the middle")
        case .trailingBytes(let offset): Sentence("has bytes after its end, at offset \(offset)")
        case .duplicateName(let name): Sentence("names the member \"\(ForeignText(name))\" twice")
        case .tooDeep: Sentence("is nested too deep")
        case .badEscape(let offset): Sentence("has a bad escape at offset \(offset)")
        }
    }
}

extension JSONShapeError: Speakable {
    var sentence: Sentence {
        switch self {
        case .missing(let path): Sentence("lacks the member \(ForeignText(path))")
        case .unexpected(let path, let expected):
            Sentence("\(ForeignText(path)) should be \(ForeignText(expected))")
        case .unknownMember(let path): Sentence("has the unknown member \(ForeignText(path))")
        }
    }
}

extension DocumentError: Speakable {
    var sentence: Sentence {
        switch self {
        case .json(let error): error.sentence
        case .shape(let error): error.sentence
        case .schemaVersion(let version): Sentence("has schemaVersion \(version), not 2")
        case .mediaType(let declared, let expected):
            Sentence(
                "calls itself \(declared.map { "\(ForeignText($0))" } ?? "nothing"), "
                    + "but is listed as \(ForeignText(expected))")
        case .ambiguous(let member):
            Sentence("has the member \(ForeignText(member)), which its kind does not have")
        case .unknownMediaType(let type):
            Sentence("has the media type \(ForeignText(type)), which is no manifest")
        case .layoutVersion(let version):
            Sentence("says imageLayoutVersion \(ForeignText(version)), not 1.0.0")
        }
    }
}

extension BundleFormatError: Speakable {
    var sentence: Sentence {
        switch self {
        case .json(let error): error.sentence
        case .shape(let error): error.sentence
        case .unsupportedVersion(let version):
            Sentence(
                "has the format version \(ForeignText(version)); this receiver reads 1.0",
                hint: "the sender runs a newer airseal: update this side")
        case .unknownCriticalMember(let name):
            Sentence(
                "demands that \"\(ForeignText(name))\" be understood, which this receiver does not",
                hint: "the sender runs a newer airseal: update this side")
        case .inconsistent(let rule): Sentence("breaks the rule \"\(rule)\" of the format")
        }
    }
}
