import Encodings
import Files
import Glibc
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// One side of the gap, in a temporary folder: the built program on the search path, a home, a
/// state folder, and a token, of SoftHSM if nothing else is said. Nothing of the person who runs the
/// tests is in reach.
///
///     home/  state/        named by AIRSEAL_HOME and AIRSEAL_STATE
///     pin                  the token's PIN, for its owner only
///     softhsm2.conf, tokens/
///
/// TEST ONLY: the PIN is known to everybody.
final class Site: Sendable {
    let root: String
    private let parent: Folder
    private let name: String
    private let environment: Environment
    private let token: TestedToken
    private let shell: [String]

    /// A site with an empty token called `site`.
    init(on token: TestedToken = .softHSM) async throws {
        self.token = token
        parent = try FileSystem.real.folder(at: "/tmp")
        name = TemporaryName.next(for: "site")
        let folder = try parent.makeFolder(name)
        let root = "/tmp/\(name)"
        self.root = root
        let path = unsafe getenv("PATH").map { unsafe String(cString: $0) } ?? "/usr/bin:/bin"
        let own = token.environment.map { name, value in
            (Environment.Key(stringLiteral: name), value.placed(in: root) as String?)
        }
        environment = Environment.custom([
            "PATH": "\(try Site.programFolder()):\(path)", "HOME": "\(root)/person",
            "LC_ALL": "C", "TMPDIR": root, "AIRSEAL_HOME": "\(root)/home",
            "AIRSEAL_STATE": "\(root)/state",
        ]).updating(Dictionary(uniqueKeysWithValues: own))
        shell = token.shell.map { $0.placed(in: root) }
        for inner in ["home", "state", "person"] { _ = try folder.makeFolder(inner) }
        try folder.create("pin", mode: 0o600).write(Array("1234\n".utf8))
        let made = try await run("{ \(token.script)\n} 2>&1", in: ["bash", "-c"])
        try #require(made.status == 0, "\(made.output)")
    }

    deinit {
        if let bytes = try? bytes("helper"),
            let helper = Int32(String(decoding: bytes.dropLast(), as: UTF8.self))
        {
            kill(helper, SIGTERM)
        }
        try? parent.removeTree(name)
    }

    /// The folder of the built program: that of the test binary.
    private static func programFolder() throws -> String {
        let found = unsafe realpath("/proc/self/exe", nil)
        defer { unsafe free(found) }
        let path = unsafe String(cString: try #require(found))
        let slash = try #require(path.lastIndex(of: "/"))
        let folder = String(path[..<slash])
        try #require(
            unsafe access("\(folder)/airseal", X_OK) == 0, "the program is not built: swift build")
        return folder
    }

    /// The checkout.
    static let package = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    /// What a line of shell said and how it ended.
    struct Answer: Sendable {
        let status: Int32
        let output: String
        let errors: String

        /// What was said apart from hints and notes, each after `airseal: `.
        var sentences: [String] {
            errors.split(separator: "\n").map(String.init).filter { line in
                !["hint: ", "note: "].contains { line.hasPrefix("airseal: \($0)") }
            }
        }

        /// The answer as JSON.
        var json: JSONPlace {
            get throws { JSONPlace(try JSON(parsing: Array(output.utf8))) }
        }
    }

    /// Runs a line of shell in the site's folder, as a person would type it.
    func run(_ line: String) async throws -> Answer { try await run(line, in: shell) }

    private func run(_ line: String, in shell: [String]) async throws -> Answer {
        let result = try await Subprocess.run(
            .name(shell[0]),
            arguments: Arguments(shell.dropFirst() + ["set -o pipefail; \(line)"]),
            environment: environment, workingDirectory: FilePath(root),
            output: .string(limit: 16 << 20), error: .string(limit: 16 << 20))
        guard case .exited(let status) = result.terminationStatus else {
            throw Ended(
                line: line, how: "\(result.terminationStatus)", errors: result.standardError)
        }
        return Answer(status: status, output: result.standardOutput, errors: result.standardError)
    }

    /// A line that a signal ended, with what it had said by then.
    struct Ended: Error {
        let line: String
        let how: String
        let errors: String?
    }

    /// Runs a line that must succeed.
    @discardableResult
    func yes(_ line: String, sourceLocation: SourceLocation = #_sourceLocation) async throws
        -> Answer
    {
        let answer = try await run(line)
        try #require(
            answer.status == 0, "\(line)\nstatus \(answer.status)\n\(answer.errors)",
            sourceLocation: sourceLocation)
        return answer
    }

    /// The bytes of a file of this site.
    func bytes(_ path: String) throws -> [UInt8] { try TestFiles.bytes("\(root)/\(path)") }

    /// A JSON file of this site.
    func json(_ path: String) throws -> JSONPlace {
        JSONPlace(try JSON(parsing: bytes(path)))
    }

    // MARK: Keys and trust

    /// The quoted URI of a key on this site's token.
    func key(_ label: String, pin: String = "pin") -> String {
        "'pkcs11:token=site;object=\(label)?pin-source=file:\(root)/\(pin)\(token.query)'"
    }

    /// The quoted URI that matches every key on this site's token.
    var anyKey: String { "'pkcs11:token=site?pin-source=file:\(root)/pin\(token.query)'" }

    /// Makes a key called `label` with the chain `label.pem`, whose root is in `label-root.pem`.
    func makeKey(_ label: String, type: String = "p256") async throws {
        try await yes(
            """
            airseal key generate-test --key \(key(label)) --type \(type) --chain-out \(label).pem
            """)
        try await takeRoot(label)
    }

    /// Puts the last certificate of `label.pem` into `label-root.pem`.
    func takeRoot(_ label: String) async throws {
        try await yes(
            """
            awk '/BEGIN CERT/ { text = "" } { text = text $0 "\\n" } END { printf "%s", text }' \
                \(label).pem > \(label)-root.pem
            """)
    }

    /// The options that sign with a key of `makeKey`.
    func signing(_ label: String) -> String { "--key \(key(label)) --chain \(label).pem" }

    /// Trusts exactly these roots, for every repository or for `scope`.
    func trust(_ roots: [String], scope: String = "*") async throws {
        try await yes(
            """
            rm -rf home/truststore
            mkdir -p home/truststore/x509/ca/signers
            cp \(roots.joined(separator: " ")) home/truststore/x509/ca/signers
            cat > home/trustpolicy.oci.json <<'END'
            {"version": "1.0", "trustPolicies": [{"name": "images", "registryScopes": ["\(scope)"],
            "signatureVerification": {"level": "strict"}, "trustStores": ["ca:signers"],
            "trustedIdentities": ["*"]}]}
            END
            """)
    }

    /// Requires the signatures of several signers, each with a chain `NAME.pem`, for every image.
    func require(_ threshold: Int, of signers: [String]) async throws {
        try await yes(
            """
            signer() {
                subject=$(openssl x509 -in $1.pem -noout -subject -nameopt RFC2253)
                printf '{"name": "%s", "identities": ["x509.subject:%s"]}' $1 "${subject#*=}"
            }
            list=; for name in \(signers.joined(separator: " ")); do
                list+=${list:+, }$(signer $name)
            done
            cat > home/verification.json <<END
            {"version": "1.0", "requiredSignatures": [
            {"policies": ["images"], "threshold": \(threshold), "signers": [$list]}]}
            END
            """)
    }

    /// What is wrong with a JSON file of this site by a schema of the documentation; nothing where
    /// the file keeps to it.
    func faults(of file: String, by schema: String) async throws -> String {
        let path = "\(Site.package)/docs/formats/\(schema).schema.json"
        let answer = try await run("/usr/bin/python3 -m jsonschema -i \(file) '\(path)'")
        return answer.status == 0 ? "" : "status \(answer.status)\n\(answer.errors)"
    }

    /// Copies a sample layout of the checkout.
    func copySample(_ sample: String, to name: String) async throws {
        try await yes("cp -r '\(Site.package)/layouts/\(sample)' \(name)")
    }
}

extension String {
    /// The text with the folder `root` for `ROOT`.
    fileprivate func placed(in root: String) -> String {
        split(separator: "ROOT", omittingEmptySubsequences: false).joined(separator: root)
    }
}
