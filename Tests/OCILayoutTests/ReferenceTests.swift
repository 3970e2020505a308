import Encodings
import Files
import OCI
import OCILayout
import TestSupport
import Testing

@Suite struct `References on the command line` {
    static let digest = "sha256:" + String(repeating: "0", count: 64)

    @Test func `take the longest path that exists (L1)`() throws {
        let box = try Box()
        try box.folder("l")
        try box.folder("l:v1")
        let v2 = try #require(ReferenceName("bar.example/app:v1"))
        #expect(try box.reference("l").selector == .only)
        #expect(try box.reference("l:bar.example/app:v1").selector == .name(v2))
        #expect(try box.reference("l:v1").path.hasSuffix("l:v1"))
        #expect(try box.reference("l@\(Self.digest)").selector == .digest(Digest(Self.digest)))
        #expect(try Reference(parsing: "-", in: .real).path == "-")
    }

    @Test func `are refused where nothing exists`() throws {
        let box = try Box()
        let path = box.path("none:v1")
        #expect(throws: LayoutError.noSuchPath(path)) { try Reference(parsing: path, in: .real) }
    }

    /// The signs that combine with what stands before them are no part of a name.
    static let malformed = [
        "l:", "l:a b", "l@v1", "l@sha256:00", "l@sha1:00", "l:../x", "l@", "l:\u{301}app",
        "l@\u{200D}app", "l:\u{200D}app", "l:app\u{301}", "l@\u{301}\(digest)",
        "l@\(digest)\u{301}",
    ]

    @Test(arguments: malformed)
    func `are refused with a bad name or digest`(_ text: String) throws {
        let box = try Box()
        try box.folder("l")
        let path = box.path(text)
        #expect(throws: LayoutError.malformedReference(path)) {
            try Reference(parsing: path, in: .real)
        }
    }
}
