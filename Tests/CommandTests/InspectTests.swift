import Encodings
import TestSupport
import Testing

@Suite struct `Inspecting a signed image` {
    /// A site with the image `l:v1`, signed once with an expiry.
    static func signed(_ format: String = "jws") async throws -> Site {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.copySample("hello", to: "l")
        try await site.yes(
            "airseal sign l:v1 \(site.signing("signer")) --format \(format) --expiry 90d")
        return site
    }

    @Test func `with a signature that cannot be read names it, shows the rest and refuses`()
        async throws
    {
        let site = try await Self.signed()
        try await site.makeKey("second")
        try await site.yes("airseal sign l:v1 \(site.signing("second"))")
        let before = try await site.yes("airseal inspect l:v1 --json").json.array()[0]
        let digests = try Self.digests(before)
        let manifest = try site.json("l/blobs/sha256/\(digests[0].dropFirst(7))")
        let envelope = try manifest.member("layers").array()[0].member("digest").string()
        try await site.yes("echo >> l/blobs/sha256/\(envelope.dropFirst(7))")

        let tree = try await site.run("airseal inspect l:v1")
        #expect(tree.status == 1)
        #expect(tree.output.contains("\(digests[0])\n    │   └── error: "))
        #expect(tree.output.contains("└── \(digests[1])\n        ├── signature algorithm: "))
        #expect(tree.errors.contains("1 of 2 signatures cannot be read"))
        let answer = try await site.run("airseal inspect l:v1 --json")
        #expect(answer.status == 1)
        let image = try answer.json.array()[0]
        #expect(try Self.digests(image) == [digests[1]])
        let unreadable = try image.member("unreadableSignatures").array()
        #expect(try unreadable.map { try $0.member("digest").string() } == [digests[0]])
        try InspectionSchema.check(answer.json)
    }

    @Test func `looks at no more signatures than it may, and says so`() async throws {
        let site = try await Self.signed()
        try await site.makeKey("second")
        try await site.yes("airseal sign l:v1 \(site.signing("second"))")
        let answer = try await site.yes("airseal inspect l:v1 --max-signatures 1 --json")
        let image = try answer.json.array()[0]
        #expect(try Self.digests(image).count == 1)
        #expect(try image.member("unexaminedSignatures").integer() == 1)
        #expect(answer.errors.contains("only the first 1 were looked at"))
        let tree = try await site.yes("airseal inspect l:v1 --max-signatures 1")
        #expect(tree.output.contains("└── 1 more were not looked at"))
        #expect(try await site.run("airseal inspect l:v1 --max-signatures 0").status == 64)
    }

    @Test func `shows every reference that can be, and decides by the worst`() async throws {
        let site = try await Self.signed()
        let answer = try await site.run("airseal inspect l:v9 l:v1 nowhere:v1 --json")
        #expect(answer.status == 2)
        #expect(try answer.json.array().count == 1)
        #expect(answer.errors.contains("l:v9: ") && answer.errors.contains("nowhere:v1: "))
    }

    @Test(arguments: ["jws", "cose"])
    func `draws notation's names, nested and ordered as notation has them`(_ format: String)
        async throws
    {
        let site = try await Self.signed(format)
        let tree = try await site.yes("airseal inspect l:v1").output
        // What differs between runs is left out; the names are all that is before a colon.
        let names = tree.split(separator: "\n")
            .drop { $0 != "└── application/vnd.cncf.notary.signature" }.dropFirst()
            .map { $0.contains(": ") ? String($0.prefix { $0 != ":" }) : String($0) }
        #expect(
            names == [
                try #require(names.first), "        ├── signature algorithm",
                "        ├── signature envelope type", "        ├── signed attributes",
                "        │   ├── content type", "        │   ├── signing scheme",
                "        │   ├── signing time", "        │   └── expiry",
                "        ├── user defined attributes", "        │   └── (empty)",
                "        ├── unsigned attributes", "        │   └── signing agent",
                "        ├── certificates", "        │   ├── SHA256 fingerprint",
                "        │   │   ├── issued to", "        │   │   ├── issued by",
                "        │   │   └── expiry", "        │   └── SHA256 fingerprint",
                "        │       ├── issued to", "        │       ├── issued by",
                "        │       └── expiry", "        └── signed artifact",
                "            ├── media type", "            ├── digest", "            └── size",
            ])
        #expect(tree.contains("nothing was verified"))
        #expect(tree.contains("signature algorithm: ECDSA-SHA-256\n"))
    }

    @Test func `shows the same of an archive, packed in any way, as of the folder`() async throws {
        let site = try await Self.signed()
        try await site.yes(
            "tar -C l -cf l.tar . && gzip -k l.tar && zstd -q l.tar && mkdir d && mv l.tar* d")
        for form in ["", "--json"] {
            let folder = try await site.yes("airseal inspect \(form) l:v1").output
            for archive in ["d/l.tar", "d/l.tar.gz", "d/l.tar.zst"] {
                let packed = try await site.yes("airseal inspect \(form) \(archive):v1").output
                #expect(packed.replacing(archive, with: "l") == folder, "\(archive)")
                let piped = try await site.yes("airseal inspect \(form) -- -:v1 < \(archive)")
                let named = form.isEmpty ? ("-@", "l@") : ("\"-:v1\"", "\"l:v1\"")
                #expect(piped.output.replacing(named.0, with: named.1) == folder, "\(archive)")
            }
        }
    }

    @Test func `says of an image without one that it has no signature`() async throws {
        let site = try await Site()
        try await site.copySample("hello", to: "l")
        let tree = try await site.yes("airseal inspect l:v1")
        #expect(tree.output.hasSuffix("└── no associated signature\n"))
        let image = try await site.yes("airseal inspect l:v1 --json").json.array()[0]
        #expect(try Self.digests(image).isEmpty)
    }

    private static func digests(_ image: JSONPlace) throws -> [String] {
        try image.member("notation").member("signatures").array()
            .map { try $0.member("digest").string() }
    }
}

/// What notation wrote, in the shared vectors.
@Suite(.enabled(if: VectorFolder.shared.isPresent)) struct `Inspecting what notation signed` {
    /// Names of `layouts/f-timestamps` and the accuracy that its tokens state, in seconds.
    static let stamped = ["jws-v1_3_2", "cose-v1_3_2", "jws-head", "cose-head"]

    @Test(arguments: stamped) func `shows the bounds and certificates of its time stamp`(
        _ name: String
    ) async throws {
        let site = try await Site()
        let layout = "'\(VectorFolder.shared.path("layouts/f-timestamps"))':good-\(name)"
        let answer = try await site.yes("airseal inspect \(layout) --json")
        try InspectionSchema.check(answer.json)
        let signatures = try answer.json.array()[0].member("notation").member("signatures").array()
        for signature in signatures {
            let attributes = try signature.member("unsignedAttributes")
            let stamp = try attributes.member("timestampSignature")
            let bounds = try stamp.member("timestamp").string().split { "[], ".contains($0) }
            let times = bounds.compactMap { Timestamp(rfc3339: String($0)) }
            #expect(times.count == 2 && times[0] <= times[1])
            let names = try stamp.member("certificates").array()
                .map { try $0.member("issuedTo").string() }
            #expect(names.contains { $0.hasPrefix("CN=TSA ") }, "\(names)")
        }
        let tree = try await site.yes("airseal inspect \(layout)").output
        #expect(tree.contains("        │   └── timestamp signature\n"))
        #expect(tree.contains("        │       ├── timestamp: ["))
    }

    @Test func `keeps to the schema, and sends nothing to the terminal that acts on it`()
        async throws
    {
        let site = try await Site()
        let shown = try await site.yes(
            """
            for layout in '\(VectorFolder.shared.path("layouts"))'/*; do
                airseal inspect "$layout" >> tree 2>> said; ended=$?
                airseal inspect "$layout" --json > one 2>> said; [ $? = $ended ] || exit 9
                case $ended in 0|1|2) ;; *) exit 9;; esac
                if [ -s one ]; then cat one; printf '\\0'; fi
            done
            ! LC_ALL=C grep -qP '[\\x00-\\x09\\x0B-\\x1F\\x7F]' tree said
            """)
        let documents = shown.output.split(separator: "\0")
        #expect(documents.count > 100)
        for document in documents {
            try InspectionSchema.check(JSONPlace(JSON(parsing: Array(document.utf8))))
        }
    }
}
