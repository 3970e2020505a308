import Configuration
import Cryptography
import Encodings
import Files
import Glibc
import TestSupport
import Trust
import X509

/// A home in a temporary folder, removed with its last user.
final class TemporaryHome {
    let path: String
    let folder: Folder
    let home: Home
    private let parent: Folder
    private let name: String

    init(faults: FileFaults? = nil) throws {
        parent = try FileSystem.real.folder(at: "/tmp")
        name = TemporaryName.next(for: "home")
        _ = try parent.makeFolder(name)
        path = "/tmp/\(name)"
        folder = try FileSystem(faults: faults).folder(at: path)
        home = Home(folder)
    }

    deinit { try? parent.removeTree(name) }

    /// Puts `bytes` at a path below the home, its folders made on the way.
    func put(_ path: String, _ bytes: [UInt8]) throws {
        var parts = path.split(separator: "/").map(String.init)
        let name = parts.removeLast()
        var folder = folder
        for part in parts { folder = try folder.makeFolder(part) }
        try folder.replace(name, with: bytes)
    }

    func put(_ path: String, _ text: String) throws {
        try put(path, Array(text.utf8))
    }

    /// Puts a link at a path below the home.
    func link(_ path: String, to target: String) {
        unsafe symlink(target, "\(self.path)/\(path)")
    }

    /// The same home without any faults.
    func reopened() throws -> Home {
        try Home.open(at: path)
    }

    static func chain() throws -> CertificateChain {
        try SoftwareSigner(.ec256).chain
    }

    /// A sound policy of one statement for everything.
    static let policy: [UInt8] = {
        let document: JSON = [
            "version": "1.0",
            "trustPolicies": [
                [
                    "name": "all", "registryScopes": ["*"],
                    "signatureVerification": ["level": "strict"],
                    "trustStores": ["ca:main", "tsa:times"], "trustedIdentities": ["*"],
                ]
            ],
        ]
        return document.serialized()
    }()
}
