import Encodings
import Notary
import OCI
import UseCases
import X509

// What `sign` says of each image, and of all of them.

extension ImageSigning {
    /// Says what became of the image; nothing of one that is pending.
    func tell() {
        let name = ForeignText(reference).description
        switch outcome {
        case .signed(let signature):
            Terminal.answer("signed \(name)\(digest) with \(signature.digests)")
        case .skipped(let signature):
            Terminal.answer("skipped \(name)\(digest): \(signature.words)")
        case .failed(let failure): Terminal.complain(failure.sentence(of: name))
        case .pending: return
        }
    }

    private var digest: String { target.map { " \($0.digest)" } ?? "" }

    fileprivate func tellRehearsed() {
        guard case .pending = outcome else { return }
        Terminal.answer("would sign \(ForeignText(reference))\(digest)")
    }

    fileprivate var status: ExitStatus {
        guard case .failed(let failure) = outcome else { return .yes }
        return failure.isRefusal ? .refused : .undecided
    }

    fileprivate func json(_ report: SigningReport) -> JSON {
        var signature: ListedSignature?
        var reason: String?
        let word: String
        switch outcome {
        case .signed(let made): (word, signature) = ("signed", made)
        case .skipped(let standing):
            (word, signature, reason) = ("skipped", standing, standing.words)
        case .failed(let failure):
            (word, reason) = ("failed", failure.sentence(of: reference).text)
        case .pending: (word, reason) = ("pending", report.pendingReason)
        }
        let signer: JSON =
            signature == nil
            ? .null : report.key.map { .string($0.leaf.subject.description) } ?? .null
        let key = report.key.flatMap { signature != nil || $0.isReached ? $0 : nil }
        return [
            "reference": .string(reference),
            "digest": target.map { .string($0.digest.description) } ?? .null,
            "mediaType": target.map { .string($0.mediaType) } ?? .null,
            "outcome": .string(word),
            "reason": reason.map { .string($0) } ?? .null,
            "signatures": .array(
                signature?.manifests.map { .string($0.description) } ?? []),
            "format": signature.map { .string($0.format.rawValue) } ?? .null,
            "signer": signer,
            "key": key.map { .string($0.kind) } ?? .null,
            "signingTime": signature?.signingTime.map { .string($0.description) } ?? .null,
            "expiry": signature?.expiry.map { .string($0.description) } ?? .null,
        ]
    }
}

extension ListedSignature {
    fileprivate var digests: String { manifests.map(\.description).joined(separator: " ") }

    fileprivate var words: String {
        var words = "signed already"
        if let signingTime { words += " at \(signingTime)" }
        words += " with \(digests)"
        if let expiry { words += ", expires \(expiry)" }
        return words
    }
}

extension SigningFailure {
    fileprivate func sentence(of name: String) -> Sentence {
        switch self {
        case .unreadable(let error): Sentence(about: error).after(name)
        case .bundle: Sentence("\(name) is a bundle, which only export signs")
        }
    }
}

extension SigningReport.Key {
    /// `token` or `development`.
    var kind: String { developmentPath == nil ? "token" : "development" }
}

extension SigningReport {
    /// The report of the whole run, one object for each image.
    var json: JSON { .array(images.map { $0.json(self) }) }

    private var signedCount: Int {
        images.count { image in if case .signed = image.outcome { true } else { false } }
    }

    private var pendingCount: Int {
        images.count { image in if case .pending = image.outcome { true } else { false } }
    }

    fileprivate var pendingReason: String? {
        switch stop {
        case nil: isRehearsal ? "would be signed" : nil
        case .refused(let refusal, let chain, let time): refusal.sentence(of: chain, at: time).text
        case .failed(let error): Sentence(about: error).text
        case .notAll: "not every image can be signed"
        }
    }

    /// Says how the whole came out.
    ///
    /// - Parameter tellsFailures: whether nobody was told yet why single images failed.
    /// - Returns: the gravest of everything.
    func conclude(tellsFailures: Bool) -> ExitStatus {
        if isResumed { Terminal.say("took up a run that was interrupted") }
        if let path = key?.developmentPath, signedCount > 0 {
            Terminal.say(
                "note: signed with a development key from the file \(ForeignText(path)), "
                    + "which no token protects")
        }
        if tellsFailures {
            for image in images {
                if case .failed = image.outcome { image.tell() }
            }
        } else if isRehearsal {
            images.forEach { $0.tellRehearsed() }
        }
        if images.isEmpty { Terminal.say("there is no named image to sign") }
        return images.map(\.status).reduce(concludeStop()) { $0.joined($1) }
    }

    private func concludeStop() -> ExitStatus {
        let rest =
            pendingCount == images.count
            ? "nothing was signed" : "the rest was not signed (\(pendingCount) images)"
        switch stop {
        case nil: return .yes
        case .refused(let refusal, let chain, let time):
            Terminal.complain(refusal.sentence(of: chain, at: time).after(rest))
            return .refused
        case .failed(let error):
            let sentence = Sentence(about: error)
            let isAlone = images.count == 1 || pendingCount == 0
            Terminal.complain(isAlone ? sentence : sentence.after(rest))
            return error.isDamage ? .refused : .undecided
        case .notAll:
            Terminal.complain(Sentence("nothing was signed: not every image can be signed"))
            return .yes
        }
    }
}

extension SigningListError: Speakable {
    var sentence: Sentence {
        let sentence =
            switch self {
            case .notJSON(let error): error.sentence
            case .shape(let error): error.sentence
            }
        return sentence.after("the list of images to sign")
    }
}
