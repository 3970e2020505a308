import Encodings
import Testing

@Suite struct `Site names` {
    @Test(arguments: [
        "", "A", "a b", "a/b", "..", ".", "-a", "a-", "a..b", "a--b", "a_-b", "é", "a\n", "self.",
    ]) func `refuse what is no group of lower-case letters and digits`(_ text: String) {
        #expect(throws: SiteNameError.malformed(text)) { try SiteName(text) }
    }

    @Test func `refuse the name of our own file and a name too long for a folder`() {
        #expect(throws: SiteNameError.reserved("self.json")) { try SiteName("self.json") }
        #expect(throws: SiteNameError.tooLong(limit: 128)) {
            try SiteName(String(repeating: "a", count: 129))
        }
    }

    @Test(arguments: ["a", "7", "low-side", "site.north_1", "self"])
    func `take groups with one sign between`(_ text: String) throws {
        #expect(try SiteName(text).text == text)
    }
}
