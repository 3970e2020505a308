import OCI
import Testing

@Suite struct `Patterns over names` {
    static let cases: [(pattern: String, fits: [String], fails: [String])] = [
        ("v1", ["v1"], ["v", "v11", "av1"]),
        ("v*", ["v", "v1", "v1.2"], ["w1", "v/1"]),
        ("*", ["v1"], ["a.example/b"]),
        ("**", ["v1", "a.example/b/c:v1"], []),
        ("a.example/*:v1", ["a.example/b:v1"], ["a.example/b/c:v1", "a.example/b:v2"]),
        ("a.example/**", ["a.example/b:v1", "a.example/b/c:v1"], ["a.example", "b.example/b"]),
        ("**/app:*", ["a.example/app:v1", "a.example/b/app:"], ["app:v1", "a.example/app"]),
        ("v?", ["v1"], ["v", "v12", "v/"]),
        ("v[1-39]", ["v1", "v3", "v9"], ["v4", "v"]),
        ("v[!1-3]", ["v4", "va"], ["v1", "v/"]), ("v[^1]", ["v2"], ["v1"]),
        ("[]a]", ["]", "a"], ["b"]), ("[a-]", ["a", "-"], ["b"]),
        (#"v\*"#, ["v*"], ["v1"]), ("a*b*c", ["abc", "aXbYc", "abcbc"], ["acb"]),
        ("V1", ["V1"], ["v1"]),
    ]

    @Test(arguments: cases.indices) func `fit as those of a shell do`(_ index: Int) throws {
        let (text, fits, fails) = Self.cases[index]
        let pattern = try #require(NamePattern(text))
        for name in fits { #expect(pattern.matches(name), "\(text): \(name)") }
        for name in fails { #expect(!pattern.matches(name), "\(text): \(name)") }
    }

    @Test(arguments: [
        "", "[", "[a", "[!", "[]", "[b-a]", "\\", String(repeating: "a", count: 1025),
    ]) func `are refused where they mean nothing`(_ text: String) {
        #expect(NamePattern(text) == nil)
    }

    @Test func `take no longer for a pattern that was made to`() throws {
        let pattern = try #require(NamePattern(String(repeating: "a*", count: 500) + "b"))
        #expect(!pattern.matches(String(repeating: "a", count: 512)))
    }
}
