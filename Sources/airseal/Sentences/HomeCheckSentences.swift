import Configuration
import Encodings
import Trust
import UseCases
import X509

extension HomeCheck.Finding {
    /// What was found.
    var words: String {
        switch self {
        case .exposed(let path): "\(ForeignText(path)): its group or everybody may change it"
        case .wrongKind(let path):
            "\(ForeignText(path)): is not the regular file or folder that must stand there; "
                + "links are refused"
        case .policy(let file, let finding): "\(file.rawValue): \(finding.words)"
        case .settings(let error): error.sentence.text
        case .store(let name, let fault, let namedBy):
            "\(name): the store cannot be used: \(fault.sentence.text)\(Self.named(by: namedBy))"
        case .stray(let path): "\(ForeignText(path)): no policy could name a trust store like this"
        case .noImagePolicy: "there is no policy for images: none can be verified"
        case .shadowedPolicy:
            "trustpolicy.json is not read beside trustpolicy.oci.json, and says something else"
        case .unusedStore(let name): "\(name): no policy names this store"
        case .expired(let name, let file, let certificate):
            "\(Self.place(name, file, certificate)) expired at \(certificate.notAfter)"
        case .notYetValid(let name, let file, let certificate):
            "\(Self.place(name, file, certificate)) is not valid before \(certificate.notBefore)"
        case .expiring(let name, let file, let certificate):
            "\(Self.place(name, file, certificate)) expires at \(certificate.notAfter)"
        case .noAuthorities(let file, let statement):
            "\(file.rawValue): \"\(ForeignText(statement))\" names stores for time stamps only, "
                + "so it can trust no signer"
        case .foreignIdentity(let file, let statement, let identity):
            "\(file.rawValue): \"\(ForeignText(statement))\" has the identity "
                + "\"\(ForeignText(identity))\", which no signer matches"
        case .notationRefusesStore(let name, let names):
            "\(name): stock notation refuses the store because of "
                + "\(Listing(names.map { "\(ForeignText($0))" }))"
        case .notationMissesPolicy:
            "notation 1 reads its policy from trustpolicy.json only, which is not there"
        }
    }

    private static func named(by statements: [String]) -> String {
        guard !statements.isEmpty else { return "" }
        return "; named by \(Listing(statements.map { "\"\(ForeignText($0))\"" }))"
    }

    private static func place(
        _ name: TrustStoreName, _ file: String, _ certificate: Certificate
    ) -> String {
        "\(name): \(ForeignText(file)): \(ForeignText(certificate.subject.description))"
    }
}

extension TrustPolicyReview.Finding {
    /// What is wrong, and where.
    var words: String {
        let place = path.isEmpty ? line.map { "line \($0): " } ?? "" : "\(ForeignText(path)): "
        return "\(place)\(error.sentence.text)"
    }
}

extension NotationView {
    /// What stock notation does, as a remark.
    var words: String? {
        switch self {
        case .refuses: nil
        case .accepts: "stock notation accepts this"
        case .depends: "stock notation may accept this"
        }
    }
}

extension TrustStoreRefusal: Speakable {
    var sentence: Sentence {
        switch self {
        case .fileName(let name):
            Sentence(
                "\(ForeignText(name)): a file of this name would be passed over in a trust store",
                hint: "give it a name that ends in "
                    + TrustStoreContent.fileEndings.joined(separator: ", "))
        case .unreadable(let path, let error): error.sentence.after("\(ForeignText(path))")
        case .unfit(let name, let type, let error):
            Sentence(
                "\(ForeignText(name)): \(error.sentence.text): "
                    + "it may not lie in a store of the type \(type.rawValue) (rule \(error.rule))")
        case .nameTaken(let store, let name):
            Sentence(
                "\(store) has another file called \(ForeignText(name)), which is not replaced",
                hint: "give the new one another name, or remove the old one first")
        case .store(let name, let fault):
            fault.sentence.after("the trust store \(name) cannot be used")
        }
    }
}

extension TrustExportError: Speakable {
    var sentence: Sentence {
        switch self {
        case .ontoHome(let path):
            Sentence(
                "\(ForeignText(path)) is the home itself, or lies in it",
                hint: "a home serves notation as it is; name another folder")
        }
    }
}
