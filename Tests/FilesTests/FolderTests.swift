import Files
import SystemPackage
import Testing

@Suite struct `Temporary names` {
    @Test func `are told from names that others choose`() {
        #expect(TemporaryName.matches(TemporaryName.next(for: "index.json")))
        #expect(!TemporaryName.matches("index.json"))
        #expect(TemporaryName.next(for: "x") != TemporaryName.next(for: "x"))
    }
}
