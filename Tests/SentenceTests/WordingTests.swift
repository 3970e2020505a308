import Archive
import BundleFormat
import Encodings
import Files
import Notary
import OCILayout
import SystemPackage
import TestSupport
import Testing
import Trust
import Verification
import X509

@testable import PKCS11
@testable import airseal

/// An error and the words that it must have.
struct Wording: Sendable, CustomTestStringConvertible {
    let error: any Error
    let text: String
    let hint: String?
    var testDescription: String { text }

    init(_ error: any Error, _ text: String, hint: String? = nil) {
        self.error = error
        self.text = text
        self.hint = hint
    }

    private static let site = KeyDescription(label: "site", id: [0xA1], type: .p256)
    private static let spare = KeyDescription(label: "spare", id: [], type: nil)
    private static let one = "sha256:" + String(repeating: "01", count: 32)
    private static let two = "sha256:" + String(repeating: "02", count: 32)
    private static let unchanged =
        "no further try is made with an unchanged source; many tokens now want a person to type the "
        + "PIN once"

    static let all: [Wording] = [
        Wording(
            PKCS11Error.pinIncorrect(serial: "42"),
            "the token 42 rejected the PIN; it was tried once", hint: unchanged),
        Wording(
            PKCS11Error.pinRejectedEarlier(serial: "42", path: "/pin"),
            "the token 42 rejected the PIN of /pin before; it was not tried again",
            hint: unchanged),
        Wording(
            PKCS11Error.pinFileExposed(path: "/pin", owner: 7, mode: 0o100644),
            "the PIN file /pin is open to others: it belongs to user 7 and has the mode 0644",
            hint: "make it yours, with the mode 0600, and consider changing the PIN"),
        Wording(
            PKCS11Error.noKey(present: [site, spare]),
            "no private key on the token matches the key URI; "
                + "there are: \"site\" (id a1), \"spare\" (id none)",
            hint: "name one of them by object=… or id=…"),
        Wording(
            PKCS11Error.ambiguousKey([site, spare]),
            "several private keys match the key URI: \"site\" (id a1), \"spare\" (id none)",
            hint: "add id=… to the key URI"),
        Wording(
            PKCS11Error.noToken(present: [], silent: []),
            "no token matches the key URI; there are: none",
            hint: "connect the token, or name its module with module-path in the key URI"),
        Wording(
            LayoutError.nameTaken("app:v1", present: Hostile.digest, new: Hostile.other),
            "the name app:v1 already stands for \(one), not for \(two)",
            hint: "if the name shall move to the new content, say --replace"),
        Wording(
            LayoutError.damaged(Hostile.digest, .size(expected: 3, actual: 2)),
            "the blob \(one) has 2 bytes, not 3"),
        Wording(
            FileError.system(call: "write", path: "/layout", errno: .noSpace),
            "/layout: the disk is full (write)",
            hint: "free some space and run the same command again; nothing was lost"),
        Wording(
            ArchiveError.truncated(path: "/app.tar"),
            "/app.tar: the archive ends too early",
            hint: "it was not copied whole; export or copy it again"),
        Wording(
            ChainRefusal.late(useBy: Timestamp(seconds: 0), now: Timestamp(seconds: 86_400)),
            "the bundle was to be received by 1970-01-01T00:00:00Z, "
                + "and it is 1970-01-02T00:00:00Z",
            hint: "ask the sender for a new export; or check this machine's clock"),
        Wording(
            TrustPolicyError.statement(name: "all", .unknownLevel("lax")),
            "the policy statement \"all\": the level \"lax\" is none of strict, permissive, "
                + "audit and skip"),
    ]
}

@Suite struct `The words of errors` {
    @Test(arguments: Wording.all)
    func `each error has its words`(_ wording: Wording) {
        let sentence = Sentence(about: wording.error)
        #expect(sentence.text == wording.text)
        #expect(sentence.hint == wording.hint)
    }

    @Test func `a scope without a policy statement is named`() throws {
        let error = VerificationError.noApplicableStatement(try RegistryScope("site.example/app"))
        #expect(error.sentence.text == "the trust policy has no statement for site.example/app")
        #expect(
            error.sentence.hint
                == "check --scope, or write a statement that names whom to trust for it")
    }

    @Test func `an expired certificate is named with its dates (rule X15)`() throws {
        let chain = try Self.chain()
        let refusal = SigningRefusal.outsideValidity(
            position: 0, notBefore: TestCertificate.notBefore, notAfter: TestCertificate.notAfter)
        let late = TestCertificate.notAfter.adding(seconds: 1)
        let sentence = refusal.sentence(of: chain, at: late)
        #expect(
            sentence.text == "certificate 1 of 2 (CN=signer) is not valid at \(late): "
                + "it is valid from \(TestCertificate.notBefore) to \(TestCertificate.notAfter)")
        #expect(
            sentence.hint == "have a new certificate issued, or check this machine's clock")
    }

    @Test func `a broken rule is said in words, the certificate named (rule X9)`() throws {
        let violation = CertificateViolation(rule: .authorityKeyUsage, position: 1)
        #expect(
            violation.sentence(in: try Self.chain()).text
                == "certificate 2 of 2 (CN=root) is an authority's, "
                + "but its critical keyUsage lacks keyCertSign (rule X9)")
    }

    @Test func `a long list is cut`() {
        #expect(
            "\(Listing((1...12).map { "\($0)" }))" == "1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more")
    }

    private static func chain() throws -> CertificateChain {
        let root = try TestCertificate("root")
        let leaf = try TestCertificate("signer", issuer: root, extensions: TestCertificate.leaf)
        return try CertificateChain([leaf.certificate, root.certificate])
    }
}
