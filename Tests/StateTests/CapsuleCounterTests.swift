import Encodings
import Files
import State
import TestTokens
import Testing

@Suite struct `The counter of trust capsules` {
    @Test func `goes up when the content changes and only then`() throws {
        let state = try StateFolder(at: TemporaryFolder.make(), in: .real)
        let one = Digest(.sha256, bytes: .init(repeating: 1, count: 32))
        let two = Digest(.sha256, bytes: .init(repeating: 2, count: 32))
        #expect(try state.capsuleCounter(for: one) == 1)
        #expect(try state.capsuleCounter(for: one) == 1)
        #expect(try state.capsuleCounter(for: two) == 2)
        // Back to what was said before is a new state of trust, not an old one.
        #expect(try state.capsuleCounter(for: one) == 3)
    }
}
