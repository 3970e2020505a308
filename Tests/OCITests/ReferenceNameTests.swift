import Encodings
import OCI
import Testing

@Suite struct `Names of entries` {
    static let hex = String(repeating: "ab", count: 32)

    @Test(arguments: [
        "", ".", "..", "a/../b", "a//b", "/a", "a/", "-a", ":a", "a b", "a\nb", "é", "a\u{202E}b",
        "a\\b", "a;b", "a%2fb", "~a", String(repeating: "a", count: 513),
    ])
    func `are refused outside the whitelist`(_ text: String) {
        #expect(ReferenceName(text) == nil)
    }

    @Test(arguments: [
        "v1", "_x", "1", "a.b-c_d", "bar.example/app:v1", "localhost:5000/a/b:c", "a__b/c:v1.2-3",
        "sha256-\(hex)", "app:v1@sha256:\(hex)", String(repeating: "a", count: 512),
    ])
    func `are taken within it`(_ text: String) {
        #expect(ReferenceName(text)?.description == text)
    }

    @Test func `tell fallback indexes from tags (L9)`() throws {
        let digest = try Digest("sha256:\(Self.hex)")
        #expect(ReferenceName(fallbackFor: digest).fallbackTarget == digest)
        #expect(ReferenceName("sha256-\(Self.hex).sig")?.fallbackTarget == nil)
        #expect(ReferenceName("v1")?.fallbackTarget == nil)
    }
}
