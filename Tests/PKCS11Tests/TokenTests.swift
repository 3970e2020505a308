import Encodings
import Files
import PKCS11
import TestTokens
import Testing

@Suite(.enabled(if: TestToken.isAvailable, "softhsm2 is not installed"))
struct `A SoftHSM token` {
    let token: TestToken

    init() throws {
        token = try #require(TestToken.take())
    }

    func open(_ access: Session.Access = .readOnly, pin: String? = nil) throws -> Session {
        let session = try openLoggedOut(access)
        try session.login(.prompt { _ in testSecret(pin ?? token.pin) })
        return session
    }

    func openLoggedOut(_ access: Session.Access = .readOnly) throws -> Session {
        let modules = try TokenModules(.file(TestToken.modulePath))
        return try Session(
            on: modules.token(matching: KeyURI("pkcs11:token=\(token.label)")), access: access)
    }
}

// Refusals.
extension `A SoftHSM token` {
    @Test func `is tried with a wrong PIN once`() throws {
        let session = try openLoggedOut()
        let serial = session.token.description.serial
        #expect(throws: PKCS11Error.pinIncorrect(serial: serial)) {
            try session.login(.prompt { _ in testSecret("9999") })
        }
        #expect(throws: PKCS11Error.pinRejectedEarlier(serial: serial, path: nil)) {
            try session.login(
                .prompt { _ in
                    Issue.record("asked again")
                    return testSecret("1234")
                })
        }
    }

    @Test func `is not tried when nobody answers`() throws {
        let session = try openLoggedOut()
        #expect(throws: PKCS11Error.pinNotGiven) { try session.login(.prompt { _ in nil }) }
        #expect(session.token.description.pinState == .normal)
    }

    @Test func `is found or named as missing`() throws {
        let modules = try TokenModules(.file(TestToken.modulePath))
        let uri = try KeyURI("pkcs11:token=nowhere")
        let error = #expect(throws: PKCS11Error.self) { try modules.token(matching: uri) }
        guard case .noToken(let present, let silent)? = error, silent.isEmpty else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(present.contains { $0.label == token.label && !$0.serial.isEmpty })
    }

    @Test func `is never guessed among several`() throws {
        let modules = try TokenModules(.file(TestToken.modulePath))
        let uri = try KeyURI("pkcs11:model=SoftHSM%20v2")
        let error = #expect(throws: PKCS11Error.self) { try modules.token(matching: uri) }
        guard case .ambiguousToken(let candidates)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(candidates.count > 1)
    }

    @Test func `needs a module that can be loaded`() {
        let error = #expect(throws: PKCS11Error.self) { try TokenModules(.file("/nowhere.so")) }
        guard case .moduleNotLoaded("/nowhere.so", _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `says which keys it holds when the one wanted is missing`() throws {
        let session = try open(.readWrite)
        let key = try session.generateKeyPair(.p256, label: "present", id: [1])
        #expect(throws: PKCS11Error.noKey(present: [key.description])) {
            try session.signingKey(matching: KeyURI("pkcs11:object=missing"))
        }
        #expect(throws: PKCS11Error.noKey(present: [key.description])) {
            try session.signingKey(matching: KeyURI("pkcs11:object=present;id=%02"))
        }
    }

    @Test func `never guesses among several keys, nor makes a second of one name`() throws {
        let session = try open(.readWrite)
        let one = try session.generateKeyPair(.p256, label: "one", id: [1])
        _ = try session.generateKeyPair(.p256, label: "two", id: [2])
        let error = #expect(throws: PKCS11Error.self) {
            try session.signingKey(matching: KeyURI("pkcs11:type=private"))
        }
        guard case .ambiguousKey(let candidates)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(Set(candidates.map(\.label)) == ["one", "two"])
        #expect(throws: PKCS11Error.keyExists(one.description)) {
            try session.generateKeyPair(.p256, label: "one", id: [3])
        }
        #expect(throws: PKCS11Error.keyExists(one.description)) {
            try session.generateKeyPair(.p256, label: "three", id: [1])
        }
    }

    @Test func `signs no digest of another length than its hash`() throws {
        let session = try open(.readWrite)
        let key = try session.generateKeyPair(.p256, label: "key", id: [1])
        #expect(throws: PKCS11Error.digestLength(expected: 32, actual: 31)) {
            try key.sign(digest: [UInt8](repeating: 1, count: 31), hash: .sha256)
        }
    }

    @Test func `makes no key in a session that only reads`() throws {
        let session = try open(.readOnly)
        #expect(
            throws: PKCS11Error.call("C_GenerateKeyPair", ReturnValue(rawValue: 0xB5))
        ) {
            try session.generateKeyPair(.p256, label: "key", id: [1])
        }
        #expect(ReturnValue(rawValue: 0xB5).description == "CKR_SESSION_READ_ONLY")
    }
}

// What it does.
extension `A SoftHSM token` {
    @Test(arguments: KeyType.allCases)
    func `makes a key of every type whose signatures openssl accepts`(_ type: KeyType) throws {
        let uri = try KeyURI("pkcs11:token=\(token.label);object=key;id=%0a")
        let made: [UInt8]
        do {
            let session = try open(.readWrite)
            made = try session.generateKeyPair(type, label: "key", id: [10]).publicKey
        }
        // Everything was closed and unloaded: found anew by URI, it is the same key.
        let key = try open().signingKey(matching: uri)
        #expect(key.type == type)
        #expect(key.publicKey == made)
        let digest = (0..<type.hash.byteCount).map { UInt8($0) }
        let signature = try key.sign(digest: digest, hash: type.hash)
        #expect(signature.count == type.signatureByteCount)
        #expect(try Judge.accepts(signature, of: digest, by: type, key.publicKey))
        #expect(try !Judge.accepts(signature, of: digest.reversed(), by: type, key.publicKey))
    }

    @Test func `is found through the modules that p11-kit knows`() throws {
        let modules = try TokenModules(.registered)
        let uri = try KeyURI("pkcs11:token=\(token.label)?module-name=softhsm2")
        #expect(try modules.token(matching: uri).description.moduleName == "softhsm2")
    }

    @Test func `asks nothing when it is logged in already`() throws {
        let session = try open()
        try session.login(
            .prompt { _ in
                Issue.record("asked again")
                return nil
            })
    }
}

/// The signature judged by another implementation.
enum Judge {
    static func accepts(
        _ signature: [UInt8], of digest: [UInt8], by type: KeyType, _ publicKey: [UInt8]
    ) throws -> Bool {
        let path = TemporaryFolder.make()
        let folder = try FileSystem.real.folder(at: path)
        try folder.replace("key.der", with: publicKey)
        try folder.replace("digest", with: digest)
        let padding: String
        switch type {
        case .rsa2048, .rsa3072, .rsa4096:
            try folder.replace("signature", with: signature)
            padding =
                "-pkeyopt rsa_padding_mode:pss -pkeyopt rsa_pss_saltlen:digest"
                + " -pkeyopt digest:\(type.hash.rawValue)"
        case .p256, .p384, .p521:
            try folder.replace("signature", with: derSequence(signature))
            padding = ""
        }
        return Run.command(
            """
            cd \(path) && openssl pkeyutl -verify -pubin -keyform DER -inkey key.der \
            -sigfile signature -in digest \(padding)
            """)
    }

    private static func derSequence(_ signature: [UInt8]) -> [UInt8] {
        let half = signature.count / 2
        let content = derInteger(signature[..<half]) + derInteger(signature[half...])
        return
            (content.count < 128
            ? [0x30, UInt8(content.count)] : [0x30, 0x81, UInt8(content.count)]) + content
    }

    private static func derInteger(_ digits: ArraySlice<UInt8>) -> [UInt8] {
        var short = Array(digits.drop { $0 == 0 })
        if short.first ?? 0x80 >= 0x80 { short.insert(0, at: 0) }
        return [0x02, UInt8(short.count)] + short
    }
}

/// A PIN as a prompt would give it.
func testSecret(_ text: String) -> Secret? {
    var rest = text.utf8.makeIterator()
    return try? Secret(nextByte: { rest.next() })
}
