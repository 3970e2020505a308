import ArgumentParser
import Encodings
import PKCS11
import Trust
import UseCases

struct KeyRequestCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "request",
        abstract: "Have a key on a token sign a request for its certificate (PKCS #10).",
        discussion: """
            The request asks for what the certificate profile wants: critical keyUsage with \
            digitalSignature only, extendedKeyUsage codeSigning, and no authority. An EC key signs it \
            with ECDSA, an RSA key with RSASSA-PSS, each with the hash that goes with the key.

            The subject is written as RFC 4514 has it, last part first. It needs C, ST and O: without \
            them no x509.subject identity of a trust policy could match the certificate.

            Examples:
              airseal key request --key 'pkcs11:token=site;object=signer' \
            --subject 'CN=signer,O=Example,ST=Bern,C=CH' --out signer.csr
              airseal key request --key 'pkcs11:token=site;object=signer' \
            --subject 'CN=signer,O=Example,ST=Bern,C=CH' --out - | openssl req -noout -text
            """)

    @OptionGroup var key: KeyOption

    @Option(
        help: ArgumentHelp(
            "Whose certificate it shall be: CN=…,O=…,ST=…,C=….", valueName: "name"))
    var subject: String

    @Option(
        help: ArgumentHelp(
            "Where the request goes: a new file, or - for standard output.", valueName: "file"),
        completion: .file())
    var out: String

    @OptionGroup var state: StateOption
    @OptionGroup var output: JSONFlag

    private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory != .control
    }

    func perform() throws -> ExitStatus {
        let pattern: SubjectPattern
        do { pattern = try SubjectPattern(subject) } catch {
            throw ValidationError("--subject: \(error.sentence.text)")
        }
        guard pattern.attributes.allSatisfy({ $0.value.unicodeScalars.allSatisfy(Self.isShown) })
        else { throw ValidationError("--subject: a control character stands in it") }
        let isStandard = out == "-"
        let report = try Site.here(state: state.state).requestCertificate(
            try key.access, subject: pattern, to: isStandard ? nil : out)
        if output.json {
            Terminal.answer(
                [
                    "token": report.token.json, "key": report.key.json,
                    "path": isStandard ? .null : .string(out), "request": .string(report.pem),
                ])
        } else if isStandard {
            Terminal.answer(String(report.pem.dropLast()))
        } else {
            Terminal.answer(
                "the key \(report.key.words) on the token \(report.token.words) "
                    + "signed the request \(ForeignText(out))")
        }
        return .yes
    }
}
