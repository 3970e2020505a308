import ArgumentParser
import Encodings
import UseCases
import X509

struct RevocationAddCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Put CRLs, deltas and OCSP responses into the home.",
        discussion: """
            Files are DER or PEM, or files of notation's cache; what they are is told from their \
            content. A file that cannot be read is refused, and then nothing is written. Signatures \
            and dates are checked when something is verified, for only then the issuer is known.

            A CRL that does not say of which distribution point it is counts for every certificate of \
            its issuer, unless --url says where it is from. With --for, what is not signed by an \
            issuer of these chains is refused, and the distribution point is taken from them where \
            they name one only.

            Examples:
              airseal revocation add root.crl leaf.crl answer.ocsp
              airseal revocation add leaf.crl --url http://crl.example/leaf.crl
              airseal revocation add *.crl --for layout --dry-run
            """)

    @Argument(
        help: ArgumentHelp("CRLs or OCSP responses.", valueName: "file"), completion: .file())
    var files: [String]

    @Option(
        help: ArgumentHelp(
            "The distribution point that the CRLs of the file are from, as certificates have it.",
            valueName: "url"))
    var url: String?

    @OptionGroup var subjects: SubjectOptions

    @Flag(help: "Say what would be kept, and write nothing.")
    var dryRun = false

    @OptionGroup var home: HomeOption
    @OptionGroup var state: StateOption
    @OptionGroup var wait: WaitOption
    @OptionGroup var output: JSONFlag

    func validate() throws {
        guard url == nil || files.count == 1 else {
            throw ValidationError("--url is for the CRLs of one file")
        }
        guard url?.isEmpty != true else { throw ValidationError("--url says nothing") }
    }

    func perform() throws -> ExitStatus {
        let site = Site.here(
            home: home.home, state: state.state, patience: wait.patience)
        var request = RevocationAddRequest(paths: files)
        request.url = url
        request.subjects = subjects.subjects
        request.isRehearsal = dryRun
        switch try site.addRevocation(request) {
        case .refused(let refusal):
            Terminal.complain(refusal.sentence)
            if output.json {
                Terminal.answer(["items": [], "refused": .string(refusal.sentence.text)])
            }
            return .refused
        case .added(let items):
            if output.json {
                Terminal.answer(["items": .array(items.map(\.json)), "refused": .null])
            } else {
                items.forEach { Terminal.answer($0.line(dryRun: dryRun)) }
            }
            return .yes
        }
    }
}

extension RevocationItem {
    fileprivate func line(dryRun: Bool) -> String {
        let verb = isPresent ? "present" : dryRun ? "would add" : "added"
        return "\(verb) \(ForeignText(path)): \(content.words)"
            + (urls.isEmpty ? "" : ", from \(Listing(urls.sorted().map { "\(ForeignText($0))" }))")
    }

    fileprivate var json: JSON {
        var object = content.json
        object["file"] = .string(path)
        object["present"] = .boolean(isPresent)
        object["urls"] = .array(urls.sorted().map { .string($0) })
        return .object(object)
    }
}

extension RevocationItem.Content {
    fileprivate var words: String {
        switch self {
        case .list(let list): list.words
        case .response(let response): response.words
        }
    }

    fileprivate var json: JSONObject {
        switch self {
        case .list(let list): list.json
        case .response(let response): response.json
        }
    }
}

extension RevocationList {
    /// What it is, for a person.
    var words: String {
        let what = isDelta ? "delta CRL" : "CRL"
        let which = number.map { " \(Hex.encode($0))" } ?? ""
        let until = nextUpdate.map { "until \($0)" } ?? "without an end"
        return "\(what)\(which) of \(issuer.shown), of \(thisUpdate), \(until), "
            + "\(entryCount) revoked"
    }

    /// What it is, for programs.
    var json: JSONObject {
        [
            "kind": isDelta ? "delta" : "base", "digest": .string(digest.description),
            "issuer": .string(issuer.description),
            "number": number.map { .string(Hex.encode($0)) } ?? .null,
            "baseNumber": baseNumber.map { .string(Hex.encode($0)) } ?? .null,
            "thisUpdate": .string(thisUpdate.description),
            "nextUpdate": nextUpdate.map { .string($0.description) } ?? .null,
            "revoked": .integer(Int64(entryCount)),
        ]
    }
}

extension OCSPResponse {
    /// What it is, for a person.
    var words: String {
        "OCSP response of \(producedAt), about \(answers.count) "
            + (answers.count == 1 ? "certificate" : "certificates")
    }

    /// What it is, for programs.
    var json: JSONObject {
        [
            "kind": "ocsp", "digest": .string(digest.description),
            "producedAt": .string(producedAt.description),
            "answers": .array(
                answers.map { answer in
                    [
                        "serialNumber": .string(Hex.encode(answer.subject.serialNumber)),
                        "status": .string(answer.status.word),
                        "thisUpdate": .string(answer.thisUpdate.description),
                        "nextUpdate": answer.nextUpdate.map { .string($0.description) } ?? .null,
                    ]
                }),
        ]
    }
}

extension OCSPAnswer.Status {
    fileprivate var word: String {
        switch self {
        case .good: "good"
        case .revoked: "revoked"
        case .unknown: "unknown"
        }
    }
}
