import ArgumentParser
import Encodings
import PKCS11
import Signing
import UseCases

struct KeyProbeCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Try out what a key and its token can do, and how fast.",
        discussion: """
            Signs trial bytes in every way that goes with the key, over each hash, and verifies each \
            signature with the public key: an RSA key with PSS and a salt as long as the hash, over a \
            digest and over a message. Then it signs for a second as sign does, to tell the speed. \
            Nothing on the token is changed, and nothing that is signed means anything.

            A key that asks for the PIN before every signature is tried once.

            Exit status: 0 the key is ready to sign, 1 it is not, 2 no such key, wrong PIN.

            Examples:
              airseal key probe --key 'pkcs11:token=site;object=signer'
              airseal key probe --key 'pkcs11:token=site;object=signer' --seconds 5 --json
            """)

    @OptionGroup var key: KeyOption

    @Option(
        help: ArgumentHelp("For how long to measure: 0 to 60. Default 1.", valueName: "seconds"))
    var seconds = 1.0

    @OptionGroup var state: StateOption
    @OptionGroup var output: JSONFlag

    func validate() throws {
        guard (0...60).contains(seconds) else {
            throw ValidationError("--seconds takes 0 to 60")
        }
    }

    func perform() throws -> ExitStatus {
        let probe = try Site.here(state: state.state).probe(try key.access, seconds: seconds)
        if output.json {
            Terminal.answer(probe.json)
        } else {
            probe.lines.forEach { Terminal.answer($0) }
        }
        return probe.isReady ? .yes : .refused
    }
}

extension KeyProbe {
    fileprivate var lines: [String] {
        var lines = [
            "key \(key.words), \(key.type?.rawValue ?? "another type"), on the token \(token.words)",
            "sessions at once: \(limits.sessionCountMax.map { "\($0)" } ?? "no bound named")",
            "asks for the PIN before every signature: "
                + (attributes[.alwaysAuthenticate] == true ? "yes" : "no"),
            "mechanisms:",
        ]
        for mechanism in TokenMechanism.allCases {
            let range = mechanisms[mechanism].map { "\($0.minimum) to \($0.maximum) bits" }
            lines.append("  \(mechanism.rawValue): \(range ?? "not offered")")
        }
        if !trials.isEmpty { lines.append("trials:") }
        lines += trials.map { trial in
            "  \(trial.mechanism.rawValue) over \(trial.hash.rawValue)\(trial.salt): "
                + trial.result.words
        }
        lines.append("keys of the Notary specification:")
        lines += KeyType.allCases.map { "  \($0.rawValue): \(offer(for: $0).words)" }
        if let speed {
            lines.append("signatures per second: \(speed.words)")
        }
        lines.append(
            isReady
                ? "ready to sign: yes"
                : "ready to sign: no, because "
                    + obstacles.map(\.words).joined(separator: "; "))
        return lines
    }

    fileprivate var json: JSON {
        var offered: JSONObject = [:]
        for mechanism in TokenMechanism.allCases {
            offered[mechanism.rawValue] =
                mechanisms[mechanism].map { range in
                    [
                        "minimumBits": .integer(Int64(clamping: range.minimum)),
                        "maximumBits": .integer(Int64(clamping: range.maximum)),
                        "signs": .boolean(range.signs), "generates": .boolean(range.generates),
                    ]
                } ?? .null
        }
        var specs: JSONObject = [:]
        for type in KeyType.allCases { specs[type.rawValue] = .string(offer(for: type).name) }
        return [
            "token": token.json, "key": key.json, "attributes": attributes.json,
            "sessionsMax": limits.sessionCountMax.map { .integer(Int64(clamping: $0)) } ?? .null,
            "mechanisms": .object(offered),
            "trials": .array(trials.map(\.json)), "keyTypes": .object(specs),
            "signatures": speed.map { .integer(Int64($0.count)) } ?? .null,
            "milliseconds": speed.map { .integer(Int64($0.seconds * 1000)) } ?? .null,
            "signaturesPerSecond": speed.map { .integer(Int64($0.rate)) } ?? .null,
            "ready": .boolean(isReady),
            "reasons": .array(obstacles.map { .string($0.words) }),
        ]
    }
}

extension KeyProbe.Trial {
    fileprivate var salt: String {
        mechanism.isPSS ? ", salt of \(hash.byteCount) bytes" : ""
    }

    fileprivate var json: JSON {
        [
            "mechanism": .string(mechanism.rawValue), "hash": .string(hash.rawValue),
            "saltBytes": mechanism.isPSS ? .integer(Int64(hash.byteCount)) : .null,
            "result": .string(result.name), "reason": .string(result.words),
        ]
    }
}

extension TokenMechanism {
    fileprivate var isPSS: Bool { signs(.rsa2048) }
}

extension KeyProbe.Result {
    /// The name in JSON.
    fileprivate var name: String {
        switch self {
        case .verified: "verified"
        case .wrong: "wrong"
        case .notOffered: "not-offered"
        case .refused: "refused"
        }
    }
}

extension KeyProbe.Offer {
    /// The name in JSON.
    fileprivate var name: String {
        switch self {
        case .proved: "proved"
        case .offered(generates: true): "offered"
        case .offered(generates: false): "offered-not-generated"
        case .notOffered: "not-offered"
        }
    }
}

extension KeyProbe.Speed {
    fileprivate var words: String {
        rate >= 10 ? "\(Int(rate))" : "\((rate * 10).rounded() / 10)"
    }
}
