import Encodings
import OCI
import Testing

@Suite struct `Manifests and indexes` {
    static let digest = "sha256:" + String(repeating: "0", count: 64)
    static let blob = #"{"mediaType":"a/b","digest":"\#(digest)","size":1}"#
    static let manifest = #"""
        {"schemaVersion":2,"mediaType":"\#(MediaType.imageManifest)","config":\#(blob),"layers":[\#(blob)],"x":1.0}
        """#
    static let index = #"""
        {"schemaVersion":2,"mediaType":"\#(MediaType.imageIndex)","manifests":[\#(blob)]}
        """#

    struct Spoilt: Sendable, CustomTestStringConvertible {
        let old: String
        let new: String
        let error: DocumentError
        var testDescription: String { "\(old) → \(new)" }
    }

    static let manifests = [
        Spoilt(old: "\"schemaVersion\":2", new: "\"schemaVersion\":1", error: .schemaVersion(1)),
        Spoilt(
            old: "\"schemaVersion\":2,", new: "",
            error: .shape(.missing(path: "schemaVersion"))),
        Spoilt(
            old: "\"schemaVersion\":2", new: "\"schemaVersion\":2.0",
            error: .shape(.unexpected(path: "schemaVersion", expected: "an integer"))),
        Spoilt(
            old: MediaType.imageManifest, new: MediaType.imageIndex,
            error: .mediaType(
                declared: MediaType.imageIndex, expected: MediaType.imageManifest)),
        Spoilt(
            old: "\"x\":1.0", new: "\"manifests\":[]", error: .ambiguous(member: "manifests")),
        Spoilt(
            old: "\"x\":1.0", new: "\"layers\":[]", error: .json(.duplicateName("layers"))),
        Spoilt(
            old: "\"config\"", new: "\"Config\"", error: .shape(.missing(path: "config"))),
        Spoilt(
            old: "\"size\":1}]", new: "\"size\":-1}]",
            error: .shape(
                .unexpected(path: "layers[0].size", expected: "an integer of at least 0"))),
        Spoilt(
            old: "\"x\":1.0", new: "\"subject\":[]",
            error: .shape(.unexpected(path: "subject", expected: "an object"))),
        Spoilt(
            old: "\"x\":1.0", new: "\"annotations\":{\"a\":1}",
            error: .shape(.unexpected(path: "annotations.a", expected: "a string"))),
        Spoilt(old: "1.0}", new: "1.0}{", error: .json(.trailingBytes(offset: 0))),
    ]

    @Test(arguments: manifests)
    func `are refused when spoilt in one way (M1, L7)`(_ spoilt: Spoilt) {
        let text = Self.manifest.replacing(spoilt.old, with: spoilt.new)
        #expect(text != Self.manifest)
        #expect(
            performing: {
                _ = try ImageManifest(parsing: Array(text.utf8), as: MediaType.imageManifest)
            },
            throws: { error in
                if case .json(.trailingBytes)? = error as? DocumentError {
                    return spoilt.error == .json(.trailingBytes(offset: 0))
                }
                return error as? DocumentError == spoilt.error
            })
    }

    @Test func `are read as they stand`() throws {
        let manifest = try ImageManifest(
            parsing: Array(Self.manifest.utf8), as: MediaType.imageManifest)
        #expect(manifest.layers.map(\.size) == [1])
        #expect(manifest.serialized() == Array(Self.manifest.utf8))
        let index = try ImageIndex(parsing: Array(Self.index.utf8), as: MediaType.imageIndex)
        #expect(index.manifests == [manifest.config])
        #expect(index.listing([]).manifests == [])
    }

    @Test(arguments: ["layers", "config"])
    func `an index with a manifest's members is refused`(_ name: String) {
        let text = Self.index.replacing("\"manifests\"", with: "\"\(name)\":[],\"manifests\"")
        #expect(throws: DocumentError.ambiguous(member: name)) {
            try ImageIndex(parsing: Array(text.utf8), as: MediaType.imageIndex)
        }
    }

    @Test func `Docker's must name their type`() throws {
        let text = Self.manifest.replacing(
            "\"mediaType\":\"\(MediaType.imageManifest)\",", with: "")
        _ = try ImageManifest(parsing: Array(text.utf8), as: MediaType.imageManifest)
        #expect(
            throws: DocumentError.mediaType(declared: nil, expected: MediaType.dockerManifest)
        ) { try ImageManifest(parsing: Array(text.utf8), as: MediaType.dockerManifest) }
    }

    @Test(arguments: ["application/octet-stream", "", MediaType.layer])
    func `of any other type are none`(_ mediaType: String) {
        #expect(throws: DocumentError.unknownMediaType(mediaType)) {
            try Document(parsing: Array(Self.manifest.utf8), as: mediaType)
        }
    }

    @Test func `have the same bytes for the same content`() throws {
        let config = Descriptor(
            mediaType: MediaType.imageConfig, digest: try Digest(Self.digest), size: 1)
        let made = ImageManifest(config: config, layers: [config])
        let expected = #"""
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"\#(Self.digest)","size":1},"layers":[{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"\#(Self.digest)","size":1}]}
            """#
        #expect(String(decoding: made.serialized(), as: UTF8.self) == expected)
    }
}

@Suite struct `The index of a layout` {
    @Test func `may say null for none, as Docker 25 does`() throws {
        let index = try LayoutIndex(
            parsing: Array(#"{"schemaVersion":2,"manifests":null}"#.utf8))
        #expect(index.entries.isEmpty && index.saysNull)
    }

    @Test(arguments: [
        (#"{"schemaVersion":2,"Manifests":[]}"#, DocumentError.shape(.missing(path: "manifests"))),
        (#"{"schemaVersion":3,"manifests":[]}"#, .schemaVersion(3)),
        (
            #"{"schemaVersion":2,"manifests":[null]}"#,
            .shape(.unexpected(path: "manifests[0]", expected: "an object"))
        ),
        (#"{"schemaVersion":2,"manifests":[],"manifests":[]}"#, .json(.duplicateName("manifests"))),
        ("", .json(.truncated)),
    ])
    func `is refused when it is none (L2)`(_ text: String, _ error: DocumentError) {
        #expect(throws: error) { try LayoutIndex(parsing: Array(text.utf8)) }
    }

    @Test func `lists content once under each name`() throws {
        var index = LayoutIndex()
        var entry = Descriptor(
            mediaType: MediaType.imageManifest, digest: try Digest(`Manifests and indexes`.digest),
            size: 1)
        for name in [nil, nil, "a", "a", "b"] {
            entry.referenceName = name
            #expect(index.add(entry) == nil)
        }
        #expect(index.entries.map(\.referenceName) == [nil, "a", "b"])
    }

    @Test func `tells entries apart that Unicode calls equivalent`() throws {
        let digest = try Digest(`Manifests and indexes`.digest)
        func entry(_ type: String, _ name: String) -> Descriptor {
            var entry = Descriptor(mediaType: type, digest: digest, size: 1)
            entry.referenceName = name
            return entry
        }
        let one = entry("caf\u{E9}", "caf\u{E9}")
        let otherName = entry("caf\u{E9}", "cafe\u{301}")
        let otherType = entry("cafe\u{301}", "caf\u{E9}")
        #expect(one != otherName && one != otherType && one == entry("caf\u{E9}", "caf\u{E9}"))
        #expect(one.names(sameContentAs: otherName) && !one.names(sameContentAs: otherType))
        #expect(one.isNamed(like: otherType) && !one.isNamed(like: otherName))
        #expect(one.plain.isNamed(like: otherName.plain) && !one.isNamed(like: one.plain))
        var (left, right) = (LayoutIndex(), LayoutIndex())
        left.append(one)
        right.append(otherName)
        #expect(left != right)
    }
}
