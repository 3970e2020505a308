import Cryptography
import Encodings
import TestSupport
import Testing

@Suite struct `Signatures by each kind of key` {
    @Test(arguments: KeySpec.allCases) func `verify over their message only`(_ spec: KeySpec) throws
    {
        let signer = try SoftwareSigner(spec)
        let message = Array("a message".utf8)
        let signature = try signer.signature(over: message)
        #expect(signer.publicKey.keySpec == spec)
        #expect(signature.count == spec.signatureByteCount)
        #expect(try signer.publicKey.verifies(signature: signature, over: message))
        #expect(try !signer.publicKey.verifies(signature: signature, over: message + [0]))
        #expect(try !signer.publicKey.verifies(signature: signature + [0], over: message))
        #expect(try !signer.publicKey.verifies(signature: [0] + signature, over: message))
        #expect(
            try !signer.publicKey.verifies(signature: Array(signature.dropLast()), over: message))
    }
}

@Suite struct `Public keys` {
    @Test(arguments: [
        (TestKey.Kind.rsa(2047), PublicKey.Kind.rsa(bitCount: 2047)),
        (.rsaPSS(2048), .rsaPSS(bitCount: 2048)),
        (.ec("secp256k1"), .ec(curve: "secp256k1", bitCount: 256)),
        (.explicitEC("P-256"), .other("EC")), (.ed25519, .other("ED25519")),
    ]) func `of any other kind sign nothing (A2, A3)`(
        _ kind: TestKey.Kind, _ expected: PublicKey.Kind
    ) throws {
        let key = try PublicKey(spki: TestKey(kind).spki)
        #expect(key.kind == expected)
        #expect(key.keySpec == nil)
        #expect(try !key.verifies(signature: [UInt8](repeating: 1, count: 64), over: []))
    }

    @Test func `are whole or not read`() throws {
        let spki = try TestKey(.ec256).spki
        #expect(throws: CryptographyError.unreadableKey) { try PublicKey(spki: spki + [0]) }
        #expect(throws: CryptographyError.unreadableKey) { try PublicKey(spki: []) }
        #expect(throws: CryptographyError.unreadableKey) {
            try PublicKey(spki: Array(spki.dropLast()))
        }
    }

    @Test func `do not take a signature of zeros (J15)`() throws {
        let key = try PublicKey(spki: TestKey.kept(.ec256).spki)
        #expect(try !key.verifies(signature: [UInt8](repeating: 0, count: 64), over: []))
    }
}

@Suite struct `Hashes` {
    @Test(arguments: [
        (SignatureHash.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            .sha384,
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
                + "8086072ba1e7cc2358baeca134c825a7"
        ),
        (
            .sha512,
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        ),
    ]) func `agree with FIPS 180 on abc`(_ hash: SignatureHash, _ hex: String) throws {
        #expect(Hex.encode(try hash.hash(Array("abc".utf8))) == hex)
    }
}
