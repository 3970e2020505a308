import Files
import PKCS11
import TestTokens
import Testing

@Suite(.enabled(if: TestToken.isAvailable, "softhsm2 is not installed"))
struct `An open key` {
    /// Makes a key on a token of its own and opens it.
    func open(_ type: KeyType) throws -> OpenKey {
        let token = try #require(TestToken.take())
        do {
            let modules = try TokenModules(.file(TestToken.modulePath))
            let found = try modules.token(matching: KeyURI("pkcs11:token=\(token.label)"))
            let session = try Session(on: found, access: .readWrite)
            try session.login(.prompt { _ in testSecret(token.pin) })
            _ = try session.generateKeyPair(type, label: "key", id: [1])
        }
        return try OpenKey(
            KeyURI(token.uri("object=key")), pin: .prompt { _ in testSecret(token.pin) })
    }

    @Test(arguments: [KeyType.p256, .rsa2048], [1, 7, 8, 40])
    func `signs a batch in its order, whatever the sessions`(_ type: KeyType, _ count: Int) throws {
        let key = try open(type)
        let digests = (0..<count).map { number in
            (0..<type.hash.byteCount).map { UInt8(truncatingIfNeeded: number + $0) }
        }
        for _ in 0..<2 {
            let signatures = try key.sign(
                digests.map { (digest: $0, message: []) }, hash: type.hash)
            #expect(signatures.count == count)
            for place in Set([0, count / 2, count - 1]) {
                #expect(
                    try Judge.accepts(
                        signatures[place], of: digests[place], by: type, key.publicKey))
            }
        }
    }

    @Test func `signs nothing of a batch that holds a digest of another length`() throws {
        let key = try open(.p256)
        var subjects = (0..<20).map { _ in
            (digest: [UInt8](repeating: 1, count: 32), message: [UInt8]())
        }
        subjects[13].digest.removeLast()
        #expect(throws: PKCS11Error.digestLength(expected: 32, actual: 31)) {
            try key.sign(subjects, hash: .sha256)
        }
    }
}
