import ArgumentParser
import Encodings
import Trust
import UseCases
import X509

struct RevocationCheckCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say of each certificate whether it is revoked, and what is missing or stale.",
        discussion: """
            Looks at the chains of everything that is signed in layouts or archives, authorities for \
            time stamps included, or at chains in files, as verify would now. Without any, what the \
            home keeps is checked by its dates. Nothing is written, and no floor moves.

            Exit: 0 every certificate is good or names no source; 1 one is revoked; 2 of one it is \
            not known, a signature cannot be read, or something that is kept no \
            longer counts.

            Examples:
              airseal revocation check layout
              airseal revocation check chain.pem bundle.tar --json
              airseal revocation check
            """)

    @Argument(
        help: ArgumentHelp(
            "Certificates, leaf to root, or a layout or archive.", valueName: "chain or layout"),
        completion: .file())
    var subjects: [String] = []

    @OptionGroup var home: HomeOption
    @OptionGroup var state: StateOption
    @OptionGroup var output: JSONFlag

    func perform() throws -> ExitStatus {
        let site = Site.here(home: home.home, state: state.state)
        guard !subjects.isEmpty else { return try checkKept(site) }
        var unread: [(path: String, signature: Digest)] = []
        let checked = try site.checkRevocation(of: subjects) { unread.append(($0, $1)) }
        if output.json {
            Terminal.answer(JSON.array(checked.map(\.json)))
        } else {
            checked.flatMap(\.lines).forEach { Terminal.answer($0) }
        }
        for (path, signature) in unread {
            Terminal.complain(
                Sentence(
                    "\(ForeignText(path)): the signature \(signature) cannot be read, so nobody knows "
                        + "by whose certificates it is", hint: "see inspect"))
        }
        let start: ExitStatus = unread.isEmpty ? .yes : .undecided
        return checked.flatMap(\.certificates).reduce(start) { status, one in
            status.joined(one.revocation.exitStatus)
        }
    }

    private func checkKept(_ site: Site) throws -> ExitStatus {
        let inventory = try site.revocationInventory(soonDays: 0)
        let items =
            inventory.lists.map { (words: $0.list.words, json: $0.list.json, $0.currency) }
            + inventory.responses.map {
                (words: $0.response.words, json: $0.response.json, $0.currency)
            }
        if output.json {
            Terminal.answer(
                JSON.array(
                    items.map { _, json, currency in
                        var json = json
                        json["currency"] = .string(currency.word)
                        return .object(json)
                    }))
        } else {
            items.forEach { Terminal.answer("\($0.words): \($0.2.words)") }
            if inventory.isEmpty { Terminal.answer(RevocationInventory.nothing) }
        }
        let stale = items.contains { $0.2.word != "current" && $0.2.word != "endsSoon" }
        return stale ? .undecided : .yes
    }
}

extension CheckedSubject {
    fileprivate var lines: [String] {
        let what = subject.isTimestampAuthority ? "authority for time stamps" : "signer"
        return [
            "\(ForeignText(subject.path)): \(what) \(subject.chain.leaf.subject.shown)"
        ]
            + certificates.map { certificate, revocation in
                "  \(revocation.word): \(certificate.subject.shown): \(revocation.words)"
            }
    }

    fileprivate var json: JSON {
        [
            "path": .string(subject.path),
            "timestampAuthority": .boolean(subject.isTimestampAuthority),
            "certificates": .array(
                certificates.map { certificate, revocation in
                    [
                        "subject": .string(certificate.subject.description),
                        "sha256Fingerprint": .string(certificate.sha256Fingerprint),
                        "status": .string(revocation.word), "reason": .string(revocation.words),
                        "until": revocation.end.map { .string($0.description) } ?? .null,
                    ]
                }),
        ]
    }
}

extension CertificateRevocation {
    fileprivate var exitStatus: ExitStatus {
        switch self {
        case .good, .withoutSource: .yes
        case .revoked: .refused
        case .unknown: .undecided
        }
    }

    fileprivate var word: String {
        switch self {
        case .good: "good"
        case .withoutSource: "withoutSource"
        case .revoked: "revoked"
        case .unknown: "unknown"
        }
    }

    fileprivate var words: String {
        switch self {
        case .good(let source, let until):
            "by the \(source.kind.words) \(source.digest), until \(until)"
        case .withoutSource: "it names neither CRL nor OCSP"
        case .revoked(let fact):
            "\(fact.words), by the \(fact.source.kind.words) \(fact.source.digest)"
        case .unknown(let gaps): gaps.map(\.words).joined(separator: "; ")
        }
    }

    fileprivate var end: Timestamp? {
        if case .good(_, let until) = self { until } else { nil }
    }
}

extension RevocationEvidence.Kind {
    /// What it is, for a person.
    var words: String {
        switch self {
        case .base: "CRL"
        case .delta: "delta CRL"
        case .ocsp: "OCSP response"
        }
    }
}
