import ArgumentParser
import Encodings
import UseCases
import X509

struct CertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cert", abstract: "Look at certificates and chains.",
        discussion: """
            Example:
              airseal cert lint chain.pem
            """,
        subcommands: [CertLintCommand.self])
}

struct CertLintCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "lint",
        abstract: "Hold a certificate chain against every rule of the certificate profile.",
        discussion: """
            Signing and verification ask the same rules. Each is printed with pass or fail; for a \
            fail, with the certificate and the reason. Where stock notation would decide otherwise, \
            the line says so. The last lines tell whether stock notation could match the signer with \
            an x509.subject identity of a trust policy.

            A chain is one file, PEM or DER, from the signer's certificate to the root. With \
            --purpose time-stamping it is held against what is asked of authorities for time stamps, \
            before the root is put into a tsa trust store.

            Exit status: 0 every rule passes, 1 one fails, 2 the file holds no certificates.

            Examples:
              airseal cert lint chain.pem
              airseal cert lint chain.pem --at 2027-01-01T00:00:00Z --json
              airseal cert lint times.pem --purpose time-stamping
            """)

    @Argument(
        help: ArgumentHelp("A file with certificates, leaf to root.", valueName: "chain"),
        completion: .file())
    var chains: [String]

    @Option(help: ArgumentHelp("What the chain is for.", valueName: "purpose"))
    var purpose = CertificatePurpose.codeSigning

    @Option(
        help: ArgumentHelp(
            "Ask for validity at another time than now.", valueName: "RFC 3339 time"))
    var at: Timestamp?

    @OptionGroup var output: JSONFlag

    func perform() throws -> ExitStatus {
        let reports = Site.here().lintCertificates(chains, at: at, for: purpose)
        if output.json { Terminal.answer(JSON.array(reports.map(\.json))) }
        var status = ExitStatus.yes
        for report in reports {
            switch report.result {
            case .success(let lint):
                if !output.json { report.lines(of: lint).forEach { Terminal.answer($0) } }
                status = status.joined(lint.passes ? .yes : .refused)
            case .failure(let error):
                Terminal.complain(report.sentence(about: error))
                status = status.joined(.undecided)
            }
        }
        return status
    }
}

extension CertificateLintReport {
    fileprivate func sentence(about error: any Error) -> Sentence {
        let sentence = Sentence(about: error)
        return error is CertificateError ? sentence.after("\(ForeignText(path))") : sentence
    }

    fileprivate func lines(of lint: CertificateLint) -> [String] {
        let verdict = lint.passes ? "pass" : "fail"
        let count = lint.chain.certificates.count
        var lines = ["\(verdict): \(ForeignText(path)), certificates: \(count), at \(lint.time)"]
        for answer in lint.answers {
            let result = answer.isKept ? "pass" : "fail"
            lines.append("  \(answer.question.number) \(result): \(answer.question.title)")
            for suspect in answer.suspects {
                lines += suspect.reasons(in: lint.chain).map {
                    "    \(lint.chain.words(at: suspect.position)) \($0)"
                }
            }
            if answer.isKept != answer.notationPasses {
                lines.append(
                    "    stock notation \(answer.notationPasses ? "accepts" : "refuses") this")
            }
        }
        if let order = lint.properOrder {
            lines.append(
                "  order: the file is not from leaf to root; put its certificates in the order "
                    + order.map { "\($0 + 1)" }.joined(separator: ", "))
        }
        guard let traps = lint.identityTraps else { return lines }
        lines += traps.map {
            "  Y11 note: stock notation matches no x509.subject identity with the signer: "
                + "\($0.words)"
        }
        if traps.isEmpty {
            lines.append("  Y11 note: stock notation can match the signer with x509.subject")
        }
        return lines
    }

    fileprivate var json: JSON {
        switch result {
        case .failure(let error):
            [
                "path": .string(path), "purpose": .string(purpose.rawValue), "verdict": "undecided",
                "reason": .string(sentence(about: error).text), "at": .null, "certificates": [],
                "rules": [], "properOrder": .null, "notationIdentity": .null,
            ]
        case .success(let lint):
            [
                "path": .string(path), "purpose": .string(purpose.rawValue),
                "verdict": lint.passes ? "pass" : "fail", "reason": .null,
                "at": .string(lint.time.description),
                "certificates": .array(lint.chain.certificates.map(\.json)),
                "rules": .array(lint.answers.map { $0.json(in: lint.chain) }),
                "properOrder": lint.properOrder.map { order in
                    .array(order.map { .integer(Int64($0 + 1)) })
                } ?? .null,
                "notationIdentity": lint.identityTraps.map { traps in
                    [
                        "matchable": .boolean(traps.isEmpty),
                        "reasons": .array(traps.map { .string($0.words) }),
                    ]
                } ?? .null,
            ]
        }
    }
}

extension CertificateLint.Suspect {
    fileprivate func reasons(in chain: CertificateChain) -> [String] {
        faults.map { $0.words(of: chain.certificates[position]) }
    }
}

extension CertificateLint.Answer {
    fileprivate func json(in chain: CertificateChain) -> JSON {
        [
            "rule": .string(question.number), "title": .string(question.title),
            "result": isKept ? "pass" : "fail", "notation": notationPasses ? "pass" : "fail",
            "failures": .array(
                suspects.map { suspect in
                    [
                        "certificate": .integer(Int64(suspect.position + 1)),
                        "reasons": .array(suspect.reasons(in: chain).map { .string($0) }),
                    ]
                }),
        ]
    }
}
