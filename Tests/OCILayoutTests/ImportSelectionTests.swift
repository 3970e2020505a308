import Encodings
import Files
import OCI
import TestSupport
import Testing

@testable import OCILayout

@Suite struct `Choosing what is imported` {
    /// Two platforms and an attestation in an index, in a layout with another image, signatures of
    /// all, and a fallback index; `missing` is left out of the archive.
    static func archive(missing: String = "set()") -> String {
        """
        a = Archive()
        def image(name):
            c = config(layer(name.encode()), **{"os": name.split("/")[0], **platform(name)})
            return c, layer(name.encode()), manifest(c, (LAYER, layer(name.encode())))
        amd, arm, other = image("linux/amd64"), image("linux/arm/v7"), image("windows/amd64")
        attestation = manifest(config(), ("application/vnd.in-toto+json", b"{}"))
        multi = index(descriptor(MANIFEST, amd[2], platform=platform("linux/amd64")),
            descriptor(MANIFEST, arm[2], platform=platform("linux/arm/v7")),
            descriptor(MANIFEST, attestation, platform=platform("unknown/unknown")))
        def about(kind, data):
            return manifest(b"{}", ("text/plain", hexof(data).encode()), subject=descriptor(kind, data),
                config_kind="application/vnd.cncf.notary.signature")
        ofMulti, ofAmd, ofOther = about(INDEX, multi), about(MANIFEST, amd[2]), about(MANIFEST, other[2])
        fallback = index(descriptor(MANIFEST, ofAmd))
        blobs = [*amd, *arm, *other, attestation, config(), b"{}", multi, ofMulti, ofAmd, ofOther, fallback]
        blobs += [hexof(x).encode() for x in (multi, amd[2], other[2])]
        for data in blobs:
            if data not in \(missing): a.blob(data)
        a.layout(descriptor(INDEX, multi, annotations={NAME: "r.example/app:1", "own": "kept"}),
            descriptor(MANIFEST, other[2], annotations={NAME: "r.example/other:1"}),
            descriptor(MANIFEST, ofMulti), descriptor(MANIFEST, ofAmd), descriptor(MANIFEST, ofOther),
            descriptor(INDEX, fallback, annotations={NAME: "sha256-" + hexof(amd[2])}))
        a.close()

        """
    }

    static func taken(
        _ box: Box, _ source: String = "a.tar", _ change: (inout ImportSelection) -> Void
    ) throws -> ImportOutcome {
        var options = LayoutImport.Options()
        change(&options.selection)
        // What a rehearsal says is what a run does.
        let present = try ImportDestination.present(at: box.path("out"), in: .real)
        var rehearsal = ImportRehearsal(from: present?.index ?? LayoutIndex())
        let rehearsed = try LayoutImport.rehearse(
            ImportSource(at: box.path(source)), into: present, after: &rehearsal,
            options: options)
        let outcome = try `Importing archives`.take(box.path(source), box, options: options)
        switch (outcome, rehearsed) {
        case (.imported(let report), .imported(let foretold)):
            #expect(report.roots == foretold.roots && report.form == foretold.form)
            #expect(try rehearsal.index.entries == Layout(at: box.path("out")).index.entries)
            let check = try LayoutCheck(Layout(at: box.path("out")))
            #expect(check.isWhole, "\(check.problems)")
        case (.refused(let refusal), .refused(let foretold)): #expect(refusal == foretold)
        default: Issue.record("\(outcome), but the rehearsal said \(rehearsed)")
        }
        return outcome
    }

    /// Archives are unpacked too: a folder is chosen from in the same way.
    static let sources = ["a.tar", "a"]

    @Test(arguments: sources) func `takes one image by its name, with what refers to it`(
        _ source: String
    ) async throws {
        let box = try Box()
        let expected = try await box.expected(
            Self.archive() + "expect(('r.example/other:1', other[2]), (None, ofOther))")
        try await box.shell("mkdir a; tar -C a -xf a.tar")
        let report = try `Importing archives`.report(
            Self.taken(box, source) {
                $0.selector = ReferenceName("r.example/other:1").map(Selector.name) ?? .only
            })
        #expect(report.roots.map(\.descriptor).map(ExpectedImage.init) == expected)
    }

    @Test func `takes an index with what refers to any part of it, and no more`() async throws {
        let box = try Box()
        let expected = try await box.expected(
            Self.archive()
                + """
                expect(("r.example/app:1", multi), (None, ofMulti), (None, ofAmd),
                    ("sha256-" + hexof(amd[2]), fallback))
                """)
        let report = try `Importing archives`.report(
            Self.taken(box) { $0.selector = .digest(expected[0].digest) })
        #expect(report.roots.map(\.descriptor).map(ExpectedImage.init) == expected)
        // Nothing came that belongs to nothing; the source lists one of the signatures in no
        // fallback index, and import does not mend that.
        for note in try LayoutCheck(Layout(at: box.path("out"))).notes {
            guard case .notInFallback = note else {
                Issue.record("\(note)")
                continue
            }
        }
    }

    @Test(arguments: sources) func `takes one platform out of an index`(_ source: String)
        async throws
    {
        let box = try Box()
        let expected = try await box.expected(
            Self.archive()
                + """
                expect(("r.example/app:1", amd[2]), (None, ofAmd), ("sha256-" + hexof(amd[2]), fallback),
                    (None, multi))
                """)
        try await box.shell("mkdir a; tar -C a -xf a.tar")
        let report = try `Importing archives`.report(
            Self.taken(box, source) {
                $0.selector = ReferenceName("r.example/app:1").map(Selector.name) ?? .only
                $0.platform = Platform(os: "linux", architecture: "amd64")
            })
        #expect(report.roots.map(\.descriptor).map(ExpectedImage.init) == expected.dropLast())
        #expect(report.roots[0].index?.digest == expected[3].digest)
        #expect(report.roots[0].leftPlatforms == [Platform("linux/arm/v7")])
        #expect(report.roots[0].descriptor[annotation: "own"] == "kept")
    }

    /// What `docker save --platform` leaves, and the same with the list that Docker writes besides:
    /// that list would give the image another digest than the registry's.
    static let saved = [
        "",
        "a.images(('blobs/sha256/' + hexof(amd[0]), ['r.example/app:1'], "
            + "['blobs/sha256/' + hexof(amd[1])]))",
    ]

    @Test(arguments: saved) func `takes a platform where others are not there`(_ list: String)
        async throws
    {
        let box = try Box()
        let script = Self.archive(missing: "{*arm, attestation, config()}")
            .replacing("a.close()", with: "\(list)\na.close()")
        let expected = try await box.expected(script + "expect(('', arm[2]), ('', attestation))")
        let refused = try Self.taken(box) {
            $0.selector = ReferenceName("r.example/app:1").map(Selector.name) ?? .only
        }
        guard case .refused(.missingPlatforms(let missing, let present)) = refused else {
            Issue.record("\(refused)")
            return
        }
        #expect(missing.map(\.digest) == expected.map(\.digest))
        #expect(missing.map(\.platform) == [Platform("linux/arm/v7"), .unknown])
        #expect(present == [Platform("linux/amd64")])
        try await box.shell("rm -r out")
        _ = try `Importing archives`.report(
            Self.taken(box) {
                $0.selector = ReferenceName("r.example/app:1").map(Selector.name) ?? .only
                $0.platform = present.first
            })
    }

    @Test func `refuses a platform that is not there, or not the image's`() async throws {
        let box = try Box()
        let expected = try await box.expected(
            Self.archive() + "expect(('', multi), ('', other[2]), ('', amd[2]))")
        let wanted = Platform(os: "linux", architecture: "s390x")
        func refusal(_ name: String, _ platform: Platform) throws -> ImportRefusal? {
            `Importing archives`.refusal(
                try Self.taken(box) {
                    $0.selector = ReferenceName(name).map(Selector.name) ?? .only
                    $0.platform = platform
                })
        }
        #expect(
            try refusal("r.example/app:1", wanted)
                == .noSuchPlatform(
                    index: expected[0].digest, wanted: wanted,
                    present: ["linux/amd64", "linux/arm/v7"].compactMap { Platform($0) }))
        #expect(
            try refusal("r.example/other:1", wanted)
                == .wrongPlatform(
                    expected[1].digest, wanted: wanted,
                    actual: Platform(os: "windows", architecture: "amd64")))
        let variant = Platform(os: "linux", architecture: "arm", variant: "v6")
        guard case .noSuchPlatform? = try refusal("r.example/app:1", variant) else {
            Issue.record("another variant was taken")
            return
        }
    }

    @Test func `refuses a platform that several images have`() async throws {
        let box = try Box()
        let expected = try await box.expected(
            """
            a, c, d = Archive(), config(ONE), config(TWO)
            m, n = manifest(c, (LAYER, ONE)), manifest(d, (LAYER, TWO))
            i = index(descriptor(MANIFEST, m, platform=platform("linux/arm/v6")),
                descriptor(MANIFEST, n, platform=platform("linux/arm/v7")))
            a.blobs(c, d, ONE, TWO, m, n, i)
            a.layout(descriptor(INDEX, i, annotations={NAME: "app:1"})); a.close()
            expect(("", i), ("", m), ("", n))
            """)
        let wanted = Platform(os: "linux", architecture: "arm")
        let outcome = try Self.taken(box) { $0.platform = wanted }
        #expect(
            `Importing archives`.refusal(outcome)
                == .severalOfPlatform(
                    index: expected[0].digest, wanted: wanted,
                    expected.dropFirst().map(\.digest)))
        let report = try `Importing archives`.report(
            Self.taken(box) { $0.platform = Platform("linux/arm/v7") })
        #expect(report.roots.map(\.descriptor.digest) == [expected[2].digest])
    }

    @Test func `judges the platform of Docker's images by their configuration`() async throws {
        let box = try Box()
        try await box.python(
            """
            a, c = Archive(), config(ONE, architecture="arm64", variant="v8")
            a.member("c", data=c); a.member("l", data=ONE)
            a.images(("c", ["app:1"], ["l"])); a.close()
            """)
        for text in ["linux/arm64", "linux/arm64/v8"] {
            _ = try `Importing archives`.report(Self.taken(box) { $0.platform = Platform(text) })
        }
        let outcome = try Self.taken(box) { $0.platform = Platform("linux/amd64") }
        guard case .refused(.wrongPlatform) = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }

    @Test func `gives one image one name`() async throws {
        let box = try Box()
        let form = try #require(
            `Forms of archives`.docker.first { $0.testDescription.hasPrefix("podman") })
        let expected = try await box.expected(form.script)
        let report = try `Importing archives`.report(
            Self.taken(box) { $0.name = ReferenceName("site.example/new:2") })
        #expect(
            report.roots.map(\.descriptor).map(ExpectedImage.init)
                == [ExpectedImage(name: "site.example/new:2", digest: expected[0].digest)])
        let kept = ReferenceName(fallbackFor: expected[0].digest)
        #expect(
            `Importing archives`.refusal(try Self.taken(box) { $0.name = kept })
                == .malformedName(kept.description))
        try await box.python(Self.archive())
        #expect(
            `Importing archives`.refusal(
                try Self.taken(box) { $0.name = ReferenceName("x") })
                == .severalImages(count: 2))
    }

    @Test func `says what is no image and was taken as one blob`() async throws {
        let box = try Box()
        let expected = try await box.expected(
            """
            a = Archive(); a.blob(b"x")
            a.layout(descriptor("application/vnd.example.thing", b"x", annotations={NAME: "x"})); a.close()
            expect(("x", b"x"))
            """)
        let report = try `Importing archives`.report(Self.taken(box) { _ in })
        #expect(report.roots.map(\.isOpaque) == [true])
        #expect(report.roots.map(\.descriptor).map(ExpectedImage.init) == expected)
    }
}

@Suite struct `Foreign layers` {
    static let types = [
        "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
        "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
    ]

    static func archive(_ type: String, _ blobs: String) -> String {
        """
        a, c, f = Archive(), config(ONE, TWO), gz(ONE)
        m = manifest(c, descriptor("\(type)", f, urls=["https://far.example/l"]), (LAYER, TWO))
        a.blobs(c, TWO, m\(blobs)); a.layout(descriptor(MANIFEST, m, annotations={NAME: "app:1"}))
        a.close(); expect(("app:1", m), (None, f))
        """
    }

    @Test(arguments: types) func `may be missing, and that is said`(_ type: String) async throws {
        let box = try Box()
        let expected = try await box.expected(Self.archive(type, ""))
        let report = try `Importing archives`.report(
            `Choosing what is imported`.taken(box) { _ in })
        #expect(report.roots[0].absentForeignLayers.map(\.digest) == [expected[1].digest])
        #expect(report.roots[0].blobCount == 3)
        for content: any LayoutContent in [
            try Layout(at: box.path("out")),
            try ArchivedLayout(FileSystem.real.file(at: box.path("a.tar"))),
        ] {
            let check = try LayoutCheck(content)
            #expect(check.isWhole && check.blobCount == 3)
            #expect(check.notes.count == 1)
            guard case .absentForeignLayer(let layer)? = check.notes.first else {
                Issue.record("\(check.notes)")
                return
            }
            #expect(layer.digest == expected[1].digest)
        }
    }

    @Test(arguments: types) func `are checked where they are there`(_ type: String) async throws {
        let box = try Box()
        _ = try await box.expected(Self.archive(type, ", f"))
        let report = try `Importing archives`.report(
            `Choosing what is imported`.taken(box) { _ in })
        #expect(report.roots[0].absentForeignLayers == [] && report.roots[0].blobCount == 4)
        _ = try await box.expected(
            Self.archive(type, "); a.member('blobs/sha256/' + hexof(f), data=b'no'"))
        guard
            case .refused(.damaged) = try `Choosing what is imported`.taken(box, "a.tar", { _ in })
        else {
            Issue.record("damage was taken")
            return
        }
    }
}
