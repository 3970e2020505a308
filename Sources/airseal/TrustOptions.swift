import ArgumentParser
import Trust

/// One trust store, named by its two halves.
struct TrustStoreOptions: ParsableArguments {
    @Option(help: "What its certificates are trusted for: ca, signingAuthority or tsa.")
    var type: TrustStoreType

    @Option(help: ArgumentHelp("The store's name.", valueName: "name"))
    var store: String

    func validate() throws {
        guard TrustStoreName(type: type, name: store) != nil else {
            throw ValidationError("--store takes letters, digits, and the characters _ . -")
        }
    }

    /// The store's name as a policy has it.
    func name() throws -> TrustStoreName {
        guard let name = TrustStoreName(type: type, name: store) else {
            throw ValidationError("--store takes letters, digits, and the characters _ . -")
        }
        return name
    }
}
