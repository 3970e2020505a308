import ArgumentParser
import OCILayout

/// What of an index is meant besides the index itself.
struct RecursionOptions: ParsableArguments {
    @Flag(help: "Mean every image that an index lists, too, those of nested indexes included.")
    var recursive = false

    @Flag(help: "With --recursive: mean the attestations that an index lists, too.")
    var attestations = false

    func validate() throws {
        guard recursive || !attestations else {
            throw ValidationError("--attestations needs --recursive")
        }
    }

    var recursion: Recursion {
        if attestations { return .imagesAndAttestations }
        return recursive ? .images : .none
    }
}
