import Files
import PKCS11
import Synchronization
import SystemPackage
import TestTokens
import Testing

@Suite(.enabled(if: TestToken.isAvailable, "softhsm2 is not installed"))
struct `PIN files` {
    let token: TestToken
    let path: String
    let folder: Folder
    let rejected: RejectedPINs

    init() throws {
        token = try #require(TestToken.take())
        path = TemporaryFolder.make()
        folder = try FileSystem.real.folder(at: path)
        rejected = RejectedPINs(in: try folder.makeFolder("pins", mode: 0o700))
    }

    /// A run of its own: loads the module, tries the file, ends.
    func login(_ name: String = "pin") throws -> Session {
        let modules = try TokenModules(.file(TestToken.modulePath))
        let token = try modules.token(matching: KeyURI("pkcs11:token=\(token.label)"))
        let session = try Session(on: token)
        try session.login(.file(path: "\(path)/\(name)", .real, rejected))
        return session
    }

    func write(_ text: String, mode: UInt32 = 0o600) throws {
        try folder.replace("pin", with: Array(text.utf8), mode: mode)
        _ = Run.command("chmod \(String(mode, radix: 8)) \(path)/pin")
    }

    @Test(arguments: [0o640, 0o604, 0o620, 0o660, 0o644] as [UInt32])
    func `are refused when others may use them`(_ mode: UInt32) throws {
        try write("1234", mode: mode)
        let error = #expect(throws: PKCS11Error.self) { try login() }
        guard case .pinFileExposed(_, _, mode)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `are refused when they are no regular files`() throws {
        #expect(throws: PKCS11Error.file(.wrongKind(path: "\(path)/pins"))) { try login("pins") }
        try #require(Run.command("mkfifo -m 600 \(path)/pipe"))
        #expect(throws: PKCS11Error.file(.wrongKind(path: "\(path)/pipe"))) { try login("pipe") }
    }

    @Test func `are refused when empty or too long`() throws {
        for empty in ["", "\n"] {
            try write(empty)
            #expect(throws: PKCS11Error.pinEmpty) { try login() }
        }
        for long in [257, 258, 5000] {
            try write(String(repeating: "1", count: long))
            #expect(throws: PKCS11Error.pinTooLong(limit: 256)) { try login() }
        }
    }

    @Test(arguments: ["1234", "1234\n"])
    func `lose one newline and open the token`(_ text: String) throws {
        try write(text)
        _ = try login()
    }

    @Test func `keep every other blank`() throws {
        try write("1234\n\n")
        let error = #expect(throws: PKCS11Error.self) { try login() }
        guard case .pinIncorrect? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `are tried once over all runs, until they change`() throws {
        try write("9999")
        let first = #expect(throws: PKCS11Error.self) { try login() }
        guard case .pinIncorrect(let serial)? = first else {
            Issue.record("\(String(describing: first))")
            return
        }
        // SoftHSM now says that tries are low too, but the marker says more.
        #expect(throws: PKCS11Error.pinRejectedEarlier(serial: serial, path: "\(path)/pin")) {
            try login()
        }
        let markers = try folder.folder("pins").entries()
        #expect(markers.count == 1)
        let marker = try folder.folder("pins").file(markers[0].name).readAll(limit: 4096)
        #expect(!String(decoding: marker, as: UTF8.self).contains("9999"))
        // Another file is not tried either, while tries are low and nobody is there.
        try write("1234")
        #expect(throws: PKCS11Error.pinTriesLow(serial: serial, isFinal: false)) { try login() }
        // A person logs in with the right PIN, which resets the token's counter.
        do {
            let modules = try TokenModules(.file(TestToken.modulePath))
            let found = try modules.token(matching: KeyURI("pkcs11:token=\(token.label)"))
            let session = try Session(on: found)
            try session.login(
                .prompt { description in
                    #expect(description.pinState == .triesLow)
                    return testSecret("1234")
                })
        }
        _ = try login()
    }

    @Test
    func `that are rejected and cannot be remembered are told, and refused by the token's word`()
        throws
    {
        try write("9999")
        let spoilt = FileSystem(faults: { operation in
            guard case .rename(let from, _) = operation, from.hasSuffix(".tried.json") else {
                return nil
            }
            return .fail(.ioError)
        })
        let notices = Notices()
        func login(_ files: FileSystem) throws {
            let modules = try TokenModules(.file(TestToken.modulePath))
            let token = try modules.token(matching: KeyURI("pkcs11:token=\(token.label)"))
            let session = try Session(on: token)
            let marks = RejectedPINs(in: try files.folder(at: "\(path)/pins"))
            try session.login(
                HeldPIN(.file(path: "\(path)/pin", .real, marks), tell: { notices.add($0) }))
        }
        let first = #expect(throws: PKCS11Error.self) { try login(spoilt) }
        guard case .pinIncorrect(let serial)? = first else {
            Issue.record("\(String(describing: first))")
            return
        }
        guard case .rejectionNotRemembered(.system("renameat", _, .ioError))? = notices.all.first
        else {
            Issue.record("\(notices.all)")
            return
        }
        // The mark says only that it was tried; the token says that tries are few.
        #expect(throws: PKCS11Error.pinOutcomeUnknown(serial: serial, path: "\(path)/pin")) {
            try login(.real)
        }
    }
}

/// What was told.
private final class Notices: Sendable {
    private let told = Mutex<[TokenNotice]>([])
    var all: [TokenNotice] { told.withLock { $0 } }
    func add(_ notice: TokenNotice) { told.withLock { $0.append(notice) } }
}
