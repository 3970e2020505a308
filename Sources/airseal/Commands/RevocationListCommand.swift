import ArgumentParser
import Encodings
import State
import UseCases
import X509

struct RevocationListCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List what the home keeps about revocation, and how current it is.",
        discussion: """
            For each CRL its issuer, number, dates, age and where it is from, and whether an authority \
            of a trust store has signed it; one that none has signed waits for a chain that tells its \
            issuer. Then OCSP responses, and the floors: the latest CRL of each key and scope that was \
            ever proven, below which none is believed again.

            Examples:
              airseal revocation list
              airseal revocation list --warn 14 --json
            """)

    @Option(help: ArgumentHelp("Mark what ends within so many days.", valueName: "days"))
    var warn = 30

    @OptionGroup var home: HomeOption
    @OptionGroup var state: StateOption
    @OptionGroup var output: JSONFlag

    func validate() throws {
        guard (0...36_500).contains(warn) else {
            throw ValidationError("--warn takes 0 to 36500 days")
        }
    }

    func perform() throws -> ExitStatus {
        let inventory = try Site.here(home: home.home, state: state.state)
            .revocationInventory(soonDays: warn)
        if output.json {
            Terminal.answer(inventory.json)
        } else {
            inventory.lines.forEach { Terminal.answer($0) }
            if inventory.isEmpty { Terminal.answer(RevocationInventory.nothing) }
        }
        return .yes
    }
}

extension RevocationInventory {
    /// What is said where there is nothing to list.
    static let nothing = "the home keeps nothing about revocation"

    /// Whether the home keeps nothing.
    var isEmpty: Bool { lists.isEmpty && responses.isEmpty }

    fileprivate var lines: [String] {
        lists.flatMap { kept in
            let signer =
                kept.issuerFingerprint.map { "signed by \($0)" }
                ?? "signed by no authority of a trust store"
            let source =
                kept.urls.isEmpty
                ? [] : ["  from \(Listing(kept.urls.map { "\(ForeignText($0))" }))"]
            return [
                "\(kept.list.words)",
                "  \(kept.currency.words), \(age(of: kept.list.thisUpdate)), \(signer)",
            ] + source
        }
            + responses.flatMap { kept in
                [
                    "\(kept.response.words)",
                    "  \(kept.currency.words), \(age(of: kept.response.producedAt))",
                ]
            }
            + floors.map { floor in
                "floor \(floor.issuerKey): \(floor.isDelta ? "delta CRL" : "CRL")"
                    + "\(floor.number.map { " \(ForeignText($0))" } ?? "") of "
                    + "\(ForeignText(escaped: floor.issuer)), of \(floor.thisUpdate)"
            }
    }

    private func age(of made: Timestamp) -> String {
        let days = (time.seconds - made.seconds) / 86_400
        return days == 1 ? "1 day old" : "\(days) days old"
    }

    fileprivate var json: JSON {
        [
            "lists": .array(
                lists.map { kept in
                    var object = kept.list.json
                    object["urls"] = .array(kept.urls.map { .string($0) })
                    object["signedBy"] = kept.issuerFingerprint.map { .string($0) } ?? .null
                    object["currency"] = .string(kept.currency.word)
                    object["ageSeconds"] = .integer(time.seconds - kept.list.thisUpdate.seconds)
                    return .object(object)
                }),
            "responses": .array(
                responses.map { kept in
                    var object = kept.response.json
                    object["currency"] = .string(kept.currency.word)
                    object["ageSeconds"] = .integer(
                        time.seconds - kept.response.producedAt.seconds)
                    return .object(object)
                }),
            "floors": .array(floors.map(\.json)),
        ]
    }
}

extension RevocationListFloor {
    /// The floor for programs.
    var json: JSON {
        [
            "issuerKey": .string(issuerKey), "issuer": .string(issuer),
            "distributionPoint": .string(distributionPoint), "delta": .boolean(isDelta),
            "number": number.map { .string($0) } ?? .null,
            "thisUpdate": .string(thisUpdate.description),
        ]
    }
}

extension RevocationCurrency {
    /// The word for programs.
    var word: String {
        switch self {
        case .current: "current"
        case .endsSoon: "endsSoon"
        case .expired: "expired"
        case .tooOld: "tooOld"
        case .fromFuture: "fromFuture"
        case .withoutEnd: "withoutEnd"
        }
    }

    /// The words for a person.
    var words: String {
        switch self {
        case .current: "current"
        case .endsSoon(let end): "ends on \(end)"
        case .expired(let end): "expired on \(end)"
        case .tooOld(let made): "of \(made), and older than this site allows"
        case .fromFuture(let made): "of \(made), which has not come"
        case .withoutEnd: "never counts, for it does not say when the next one is due"
        }
    }
}
