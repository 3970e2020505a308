import Cryptography
import TestSupport
import Testing
import X509

@Suite struct `A certificate request` {
    static let subject = [("C", "CH"), ("ST", "Bern"), ("O", "Example"), ("CN", "signer")]

    func request(_ key: PublicKey, subject: [(String, String)] = subject) throws
        -> CertificateRequest
    {
        try CertificateRequest(
            subject: subject.map { (type: $0.0, value: $0.1) }, publicKey: key)
    }

    @Test func `is not made for a key that may not sign`() throws {
        for kind in [TestKey.Kind.ec("secp256k1"), .ed25519, .rsaPSS(2048)] {
            let key = try PublicKey(spki: TestKey(kind).spki)
            #expect(throws: CertificateRequestError.unsupportedKey) { try request(key) }
        }
    }

    @Test func `is not made with a value that its attribute cannot hold`() throws {
        let key = try PublicKey(spki: TestKey.kept(.ec256).spki)
        let long = String(repeating: "é", count: 65)
        let spoilt: [((String, String), CertificateRequestError)] = [
            (("C", "Switzerland"), .country("Switzerland")), (("C", "C1"), .country("C1")),
            (("C", "é"), .country("é")), (("NOSUCH", "x"), .unknownAttribute("NOSUCH")),
            (("O", long), .tooLong(attribute: "O", limit: 64, actual: 65)),
            (("CN", long), .tooLong(attribute: "CN", limit: 64, actual: 65)),
            (
                ("ST", long + long),
                .tooLong(attribute: "ST", limit: 128, actual: 130)
            ),
            (("SERIALNUMBER", "é"), .characters(attribute: "SERIALNUMBER")),
            (("O", ""), .characters(attribute: "O")),
        ]
        for (attribute, error) in spoilt {
            #expect(throws: error) { try request(key, subject: [attribute]) }
            #expect(throws: error) { try RequestedSubject.check([attribute]) }
        }
    }

    @Test func `names every attribute that a policy can name`() throws {
        let key = try PublicKey(spki: TestKey.kept(.ec256).spki)
        let whole =
            Self.subject + [
                ("L", "Bern"), ("OU", "Room"), ("SERIALNUMBER", "7"), ("STREET", "A 1"),
                ("POSTALCODE", "3000"),
            ]
        _ = try request(key, subject: whole)
    }

    @Test(arguments: KeySpec.allCases) func `takes no signature but that of its key`(
        _ keySpec: KeySpec
    ) throws {
        let signer = try SoftwareSigner(keySpec)
        let request = try request(signer.chain.leaf.publicKey)
        let right = try signer.signature(over: request.signedPart)
        var spoilt = right
        spoilt[spoilt.count / 2] ^= 1
        let ofOther = try signer.signature(over: request.signedPart + [0])
        for wrong in [spoilt, ofOther, Array(right.dropLast()), []] {
            #expect(throws: CertificateRequestError.foreignSignature) {
                try request.pem(signature: wrong)
            }
        }
        let pem = try request.pem(signature: right)
        #expect(pem.hasPrefix("-----BEGIN CERTIFICATE REQUEST-----\n"))
        #expect(pem.hasSuffix("-----END CERTIFICATE REQUEST-----\n"))
    }
}
