import Encodings
import TestSupport
import Testing

/// A site whose token is reached through the module of Tests/FaultyModule, which fails where it is
/// told to, logs every call, and looks for the PIN in the memory of the program.
///
/// TEST ONLY: the PIN is known to everybody. What is typed is `typedPIN`; the module turns it into
/// the token's own.
struct FaultyToken {
    static let typedPIN = "97531864"
    static let realPIN = "08642975"

    let site: Site

    /// A site with the key `k` on the token `faulty`, its chain `k.pem`, a layout `base` with an
    /// image `v1`, and the PIN in the file `typed`.
    init(type: String = "p256") async throws {
        site = try await Site()
        let source = "\(Site.package)/Tests/FaultyModule/module.c"
        try await site.yes(
            """
            cc -O2 -Wall -Wextra -Werror -shared -fPIC -o faulty.so '\(source)' \
                $(pkg-config --cflags p11-kit-1)
            softhsm2-util --init-token --free --label faulty --so-pin 12345678 \
                --pin \(Self.realPIN)
            printf \(Self.typedPIN) > typed && chmod 600 typed
            """)
        try await yes(
            """
            airseal key generate-test --key \(key()) --type \(type) --chain-out k.pem && mv log made
            """)
        try await site.takeRoot("k")
        try await site.trust(["k-root.pem"])
        try await site.copySample("hello", to: "base")
    }

    /// The quoted URI of the key.
    func key(query: String? = "pin-source=file:typed") -> String {
        "'pkcs11:token=faulty;object=k?module-path=\(site.root)/faulty.so"
            + (query.map { "&\($0)" } ?? "") + "'"
    }

    /// Signs `l:v1`, a fresh copy of `base`.
    func signing(query: String? = "pin-source=file:typed", _ options: String = "") -> String {
        "rm -rf l; cp -r base l; airseal sign l:v1 --key \(key(query: query)) --chain k.pem \(options)"
    }

    /// Runs a line with a fresh log and these settings of the module.
    func run(_ line: String, _ settings: [String: String] = [:]) async throws -> Site.Answer {
        let words = settings.map { "export FAULTY_\($0.key)=\($0.value); " }.joined()
        return try await site.run(
            """
            rm -f log; export FAULTY_LOG=log FAULTY_MODULE=/usr/lib/softhsm/libsofthsm2.so
            \(words)\(line)
            """)
    }

    @discardableResult
    func yes(
        _ line: String, _ settings: [String: String] = [:],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Site.Answer {
        let answer = try await run(line, settings)
        try #require(answer.status == 0, "\(line)\n\(answer)", sourceLocation: sourceLocation)
        return answer
    }

    /// The calls of the last run, each with what it returned.
    func calls() throws -> [(name: String, result: String)] {
        try log().compactMap { line in
            let words = line.split(separator: " ", maxSplits: 1).map(String.init)
            return words.count == 2 && !words[1].hasPrefix("PIN ") ? (words[0], words[1]) : nil
        }
    }

    /// Where in memory the module found the PIN, though nobody needed it there.
    func findings() throws -> [String] { try log().filter { $0.contains(" PIN ") } }

    private func log() throws -> [String] {
        String(decoding: try site.bytes("log"), as: UTF8.self).split(separator: "\n")
            .map(String.init)
    }

    /// Every login of the last run, by what it returned.
    func logins() throws -> [String] {
        try calls().filter { $0.name.hasPrefix("C_Login") }.map(\.result)
    }
}

/// A way for a token to fail.
enum TokenFault: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case sessionHandleInvalid = "b3"
    case deviceRemoved = "32"
    case tokenNotPresent = "e0"
    case userNotLoggedIn = "101"
    case deviceError = "30"
    case pinLocked = "a4"
    case pinIncorrect = "a0"
    case generalError = "5"
    case hang

    var testDescription: String { "\(self)" }

    /// The settings under which the `number`th call fails so, and if asked every later one.
    func settings(at number: Int, forever: Bool = false) -> [String: String] {
        var settings = ["AT": "\(number)", "VALUE": rawValue]
        if forever { settings["FOREVER"] = "1" }
        return settings
    }
}
