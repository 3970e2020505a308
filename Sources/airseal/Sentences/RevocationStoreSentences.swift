import Configuration
import Trust
import UseCases
import X509

extension RevocationFileError: Speakable {
    var sentence: Sentence {
        switch self {
        case .list(let error): error.sentence
        case .response(let error): error.sentence
        case .json(let error): error.sentence.after("as a file of notation's cache")
        case .shape(let error): error.sentence.after("as a file of notation's cache")
        case .base64: Sentence("as a file of notation's cache: a list is no base64")
        }
    }
}

extension RevocationFileFault {
    var sentence: Sentence {
        switch self {
        case .foreign:
            Sentence(
                "is nothing that revocation add has put there",
                hint: "take it away, and add it with revocation add")
        case .damaged:
            Sentence(
                "is not what its name says: it was changed, or the disk is failing",
                hint: "take it away, and add what it was with revocation add")
        case .list(let error): error.sentence
        case .response(let error): error.sentence
        case .unattributed:
            Sentence(
                "is not in sources.json, which says from where each CRL is",
                hint: "take it away, and add it with revocation add")
        case .tooMany(let limit):
            Sentence("is one of more than \(limit)", hint: "see revocation prune")
        }
    }
}

extension RevocationRefusal: Speakable {
    var sentence: Sentence {
        switch self {
        case .unreadable(let path, let error): error.sentence.after("\(ForeignText(path))")
        case .urlForResponses(let path):
            Sentence("\(ForeignText(path)): OCSP responses are from no distribution point")
        case .foreignList(let path, let issuer):
            Sentence(
                "\(ForeignText(path)): the CRL of \(issuer.shown) is signed by no authority of the "
                    + "chains that were named")
        case .foreignResponse(let path):
            Sentence(
                "\(ForeignText(path)): the OCSP response is about no certificate of the chains that "
                    + "were named")
        case .namelessCacheFile(let path):
            Sentence(
                "\(ForeignText(path)) is a file of notation's cache, and nobody says of which "
                    + "distribution point",
                hint: "name it with --url, or a chain that names it with --for")
        case .tooMany(let limit):
            Sentence("the home would keep more than \(limit)", hint: "see revocation prune")
        }
    }
}

extension RevocationSubjectError: Speakable {
    var sentence: Sentence {
        switch self {
        case .notAChain(let path, let position):
            Sentence(
                "\(ForeignText(path)): certificate \(position + 1) is not issued by the one behind it",
                hint: "give the chain from leaf to root")
        case .withoutRoot(let path, let subject):
            Sentence(
                "\(ForeignText(path)): the chain ends with \(ForeignText(escaped: subject)), which "
                    + "another issued",
                hint: "give the whole chain, leaf to root")
        case .nothingSigned(let path):
            Sentence("\(ForeignText(path)): nothing in it has a signature that can be read")
        }
    }
}

extension UnknownEvidence: Speakable {
    var sentence: Sentence {
        Sentence(
            "the home keeps nothing about revocation with the digest \(digest)",
            hint: "revocation list shows the digests")
    }
}

extension RevocationResetError: Speakable {
    var sentence: Sentence {
        switch self {
        case .noIssuer(let text):
            Sentence(
                "\(ForeignText(text)) is neither a file with a certificate nor the SHA-256 of a key",
                hint: "revocation list shows the keys")
        case .noFloor(let key, let known):
            Sentence(
                "no CRL of the key \(ForeignText(key)) was ever proven",
                hint: known.isEmpty
                    ? nil : "there are floors of \(Listing(known.map { "\(ForeignText($0))" }))")
        }
    }
}
