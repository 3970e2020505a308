import Files
import Testing

@Suite struct `Temporary names` {
    /// Each is the name of a temporary file, spoilt in one way.
    static let foreign = [
        ".airseal-backup", ".airseal-notes.txt", ".airseal-", "airseal-blob-0123456789abcdef",
        ".airseal-blob-0123456789abcde", ".airseal-blob-0123456789abcdeg",
        ".airseal-blob-0123456789ABCDEF", ".airseal-blob-0123456789abcdef ",
        ".airseal-blob.0123456789abcdef", ".airseal-blob0123456789abcdef",
        ".airseal--0123456789abcdef", ".airseal-0123456789abcdef", ".Airseal-blob-0123456789abcdef",
        ".airseal-blob-0123456789abcdef.txt", ".airseal-blob-0123456789abcde\u{301}",
    ]

    @Test(arguments: foreign) func `are told from what only begins like them`(_ name: String) {
        #expect(!TemporaryName.matches(name))
    }

    @Test(arguments: ["blob", "staging", "index.json", "-", "caf\u{E9}"])
    func `are known again`(_ purpose: String) {
        #expect(TemporaryName.matches(TemporaryName.next(for: purpose)))
    }
}
