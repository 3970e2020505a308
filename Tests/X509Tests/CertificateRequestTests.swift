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
            #expect(throws: CertificateError.unreadableKey) { try request(key) }
        }
    }

    @Test func `is not made for a country that has not two letters, or an unknown type`() throws {
        let key = try PublicKey(spki: TestKey.kept(.ec256).spki)
        for attribute in [("C", "Switzerland"), ("NOSUCH", "x")] {
            #expect(throws: CertificateError.cannotIssue) {
                try request(key, subject: [attribute])
            }
        }
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
            #expect(throws: CertificateError.cannotIssue) { try request.pem(signature: wrong) }
        }
        let pem = try request.pem(signature: right)
        #expect(pem.hasPrefix("-----BEGIN CERTIFICATE REQUEST-----\n"))
        #expect(pem.hasSuffix("-----END CERTIFICATE REQUEST-----\n"))
    }
}
