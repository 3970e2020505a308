import Encodings
import Testing

/// An index with two platforms, one of them in a nested index, and an attestation, as buildx lists
/// one.
private let index = """
    arm = l.image(b"arm")
    amd = l.image(b"amd")
    note = l.image(b"note")
    nested = l.index([{**amd, "platform": {"os": "linux", "architecture": "amd64"}}])
    l.add(l.index([
        {**arm, "platform": {"os": "linux", "architecture": "arm64"}}, nested,
        {**note, "platform": {"os": "unknown", "architecture": "unknown"}, "annotations": {
            "vnd.docker.reference.type": "attestation-manifest",
            "vnd.docker.reference.digest": arm["digest"]}}]), "v1")
    """

@Suite struct `An index and what it lists` {
    private let verify = "airseal verify l:v1 --scope site.example/app"

    private func site() async throws -> Site {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.trust(["signer-root.pem"])
        try await site.layoutByHand("l", index)
        return site
    }

    @Test func `is refused when one of its images has no signature`() async throws {
        let site = try await site()
        try await site.yes("airseal sign l:v1 \(site.signing("signer"))")
        try await site.yes(verify)
        let answer = try await site.run("\(verify) --recursive --json")
        #expect(answer.status == 1)
        let report = try answer.json.array()[0]
        #expect(try report.member("verdict").string() == "refused")
        #expect(
            try report.member("signatures").array()[0].member("verdict").string() == "verified")
        // The nested index, and the image of each platform.
        let manifests = try report.member("manifests").array()
        #expect(
            try manifests.map { try $0.member("verdict").string() } == [
                "refused", "refused", "refused",
            ])
        let words = try await site.run("\(verify) --recursive")
        #expect(words.output.contains("\n  3 of the 3 manifests that it lists are refused\n"))
        #expect(words.output.contains("\n    it has no signature\n"))
    }

    @Test func `passes with its images, and with its attestations where they are asked for`()
        async throws
    {
        let site = try await site()
        let sign = "airseal sign l:v1 \(site.signing("signer")) --json --recursive"
        let signed = try await site.yes(sign).json.array()
        #expect(signed.count == 4)
        #expect(Set(try signed.map { try $0.member("digest").string() }).count == 4)
        try await site.yes("airseal check l && \(verify) --recursive")
        #expect(try await site.run("\(verify) --recursive --attestations").status == 1)
        #expect(try await site.yes("\(sign) --attestations").json.array().count == 5)
        let answer = try await site.yes("\(verify) --recursive --attestations --json").json
        let report = try answer.array()[0]
        let manifests = try report.member("manifests").array()
        #expect(manifests.count == 4)
        for manifest in manifests {
            #expect(try manifest.member("verdict").string() == "verified")
            #expect(try manifest.member("content").member("checked").boolean())
            #expect(
                try manifest.member("reference").string()
                    == "l@\(manifest.member("digest").string())")
        }
        // Each image stands for itself, too.
        for image in signed {
            let digest = try image.member("digest").string()
            try await site.yes("airseal verify l@\(digest) --scope site.example/app")
        }
    }

    @Test(arguments: [["--recursive"], ["--recursive", "--signatures-only"]])
    func `is refused where something in it cannot be read, whatever it hides`(_ options: [String])
        async throws
    {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.trust(["signer-root.pem"])
        // The lowest index is deeper in the layout than anybody looks, and not in what is judged.
        try await site.layoutByHand(
            "l",
            """
            low = l.index([l.image(b"unsigned")]); high = l.index([low]); deep = high
            for _ in range(7): deep = l.index([deep])
            l.add(deep, "v1"); open("high", "w").write(high["digest"])
            open("low", "w").write(low["digest"])
            """)
        let line = options.joined(separator: " ")
        for name in ["high", "low"] {
            _ = try await site.run("airseal sign l@$(cat \(name)) \(site.signing("signer"))")
        }
        let answer = try await site.run(
            "airseal verify l@$(cat high) --scope site.example/app \(line)")
        #expect(answer.status != 0)
    }

    @Test func `passes over no image that it lists as an attestation, too`() async throws {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.trust(["signer-root.pem"])
        try await site.layoutByHand(
            "l",
            """
            image = l.image(b"amd")
            l.add(l.index([
                {**image, "platform": {"os": "unknown", "architecture": "unknown"},
                 "annotations": {"vnd.docker.reference.type": "attestation-manifest"}},
                {**image, "platform": {"os": "linux", "architecture": "amd64"}}]), "v1")
            """)
        try await site.yes("airseal sign l:v1 \(site.signing("signer"))")
        #expect(try await site.run("\(verify) --recursive").status == 1)
        let sign = "airseal sign l:v1 --recursive --json \(site.signing("signer"))"
        #expect(try await site.yes(sign).json.array().count == 2)
        try await site.yes("\(verify) --recursive")
    }

    @Test func `is verified beside an envelope that no archive keeps, and a malformed manifest`()
        async throws
    {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.trust(["signer-root.pem"])
        try await site.layoutByHand("l", "l.add(l.image(b'a'), 'v1')")
        try await site.yes("airseal sign l:v1 \(site.signing("signer"))")
        try await site.yes(
            """
            python3 - <<'END'
            import hashlib, json
            def put(data):
                data = data if isinstance(data, bytes) else json.dumps(data).encode()
                name = hashlib.sha256(data).hexdigest()
                open("l/blobs/sha256/" + name, "wb").write(data)
                return {"digest": "sha256:" + name, "size": len(data)}
            index = json.load(open("l/index.json"))
            subject = {k: index["manifests"][0][k] for k in ("mediaType", "digest", "size")}
            kind = "application/vnd.cncf.notary.signature"
            type = "application/vnd.oci.image.manifest.v1+json"
            for junk, version in ((b"x" * (5 << 20), 2), (b"{}", 3)):
                manifest = {"schemaVersion": version, "mediaType": type,
                    "config": {"mediaType": kind, **put(b"{}")},
                    "layers": [{"mediaType": "application/jose+json", **put(junk)}],
                    "subject": subject}
                index["manifests"].append({"mediaType": type, **put(manifest)})
            json.dump(index, open("l/index.json", "w"))
            END
            tar -C l -cf l.tar .
            """)
        for layout in ["l", "l.tar"] {
            let answer = try await site.yes(
                "airseal verify \(layout):v1 --scope site.example/app --json")
            let report = try answer.json.array()[0]
            let signatures = try report.member("signatures").array()
            let verdicts = try signatures.map { try $0.member("verdict").string() }
            #expect(
                verdicts.sorted() == [
                    "refused", layout == "l" ? "refused" : "undecided", "verified",
                ], "\(layout)")
        }
        let inspected = try await site.run("airseal inspect l:v1")
        #expect(inspected.status == 1 && inspected.output.contains("schemaVersion"), "\(inspected)")
    }

    @Test func `passes over no platform that calls itself an attestation`() async throws {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.trust(["signer-root.pem"])
        try await site.layoutByHand(
            "l",
            """
            l.add(l.index([{**l.image(), "platform": {"os": "linux", "architecture": "amd64"},
                "annotations": {"vnd.docker.reference.type": "attestation-manifest"}}]), "v1")
            """)
        try await site.yes("airseal sign l:v1 \(site.signing("signer"))")
        #expect(try await site.run("\(verify) --recursive").status == 1)
    }

    @Test func `is refused for one flipped byte of one platform`() async throws {
        let site = try await site()
        try await site.yes("airseal sign l:v1 \(site.signing("signer")) --recursive")
        try await site.yes(
            "printf ARM > l/blobs/sha256/$(printf arm | sha256sum | cut -d ' ' -f 1)")
        let answer = try await site.run("\(verify) --recursive --json")
        #expect(answer.status == 1)
        let report = try answer.json.array()[0]
        let verdicts = try report.member("manifests").array().map {
            try $0.member("verdict").string()
        }
        #expect(verdicts.sorted() == ["refused", "verified", "verified"])
        #expect(try report.member("content").member("failures").array().count == 1)
    }

    @Test func `is asked for in a way that makes sense`() async throws {
        let site = try await Site()
        for line in [
            "\(verify) --attestations", "\(verify) --max-signatures 0",
            "\(verify) --metadata build", "\(verify) --metadata =1", "\(verify) --metadata a=",
            "\(verify) --metadata a=1 --metadata a=2",
        ] {
            #expect(try await site.run(line).status == 64, "\(line)")
        }
    }
}

@Suite struct `Metadata of signatures` {
    @Test func `U2: is refused under reserved names, before a PIN is read`() async throws {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.copySample("hello", to: "l")
        let key = site.key("signer", pin: "nothing-there")
        for name in ["io.cncf.notary.x", "io.cncf.notaryx", "io.airseal.purpose"] {
            let answer = try await site.run(
                "airseal sign l:v1 --key \(key) --chain signer.pem --metadata \(name)=bundle")
            #expect(answer.status == 2)
            #expect(answer.sentences == ["airseal: error: the metadata name \(name) is reserved"])
        }
        try await site.yes("airseal sign l:v1 \(site.signing("signer")) --metadata io.cncf.x=1")
    }

    @Test func `U4, U5: must be there and equal, each of it`() async throws {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.trust(["signer-root.pem"])
        try await site.copySample("hello", to: "l")
        try await site.yes(
            """
            airseal sign l:v1 \(site.signing("signer")) --metadata build=42=x --metadata 'who=A B'
            """)
        let verify = "airseal verify l:v1 --scope site.example/app"
        for wrong in ["build=42", "build=42=X", "Build=42=x", "who=A B --metadata where=here"] {
            let option = wrong.replacing("who=A B", with: "'who=A B'")
            #expect(try await site.run("\(verify) --metadata \(option)").status == 1, "\(wrong)")
        }
        try await site.yes("\(verify) --metadata build=42=x --metadata 'who=A B'")
        try await site.yes(verify)
    }
}

@Suite struct `Several signatures of one image` {
    private let verify = "airseal verify l:v1 --scope site.example/app --json"

    private func signatures(_ answer: Site.Answer) throws -> [String] {
        try answer.json.array()[0].member("signatures").array().map {
            try $0.member("verdict").string()
        }
    }

    @Test func `are examined up to a limit, or up to the first that passes`() async throws {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.makeKey("stranger")
        try await site.trust(["signer-root.pem"])
        try await site.copySample("hello", to: "l")
        for name in ["stranger", "signer", "signer"] {
            try await site.yes("airseal sign l:v1 \(site.signing(name))")
        }
        let limited = try await site.run("\(verify) --max-signatures 1")
        #expect(limited.status == 1)
        #expect(try signatures(limited) == ["refused"])
        #expect(try signatures(await site.yes(verify)) == ["refused", "verified", "verified"])
        #expect(
            try signatures(await site.yes("\(verify) --first")) == ["refused", "verified"])
        #expect(
            try await site.yes("\(verify) --max-signatures 2").json.array()[0]
                .member("verdict").string() == "verified")
    }

    @Test func `are counted where verification.json requires signers`() async throws {
        let site = try await Site()
        try await site.makeKey("build")
        try await site.makeKey("release")
        try await site.trust(["build-root.pem", "release-root.pem"])
        try await site.copySample("hello", to: "l")
        try await site.require(2, of: ["build", "release"])
        for _ in 0..<2 { try await site.yes("airseal sign l:v1 \(site.signing("build"))") }
        let one = try await site.run(verify)
        #expect(one.status == 1)
        let required = try one.json.array()[0].member("requiredSignatures")
        #expect(try required.member("threshold").integer() == 2)
        let signers = try required.member("signers").array()
        #expect(try signers.map { try $0.member("name").string() } == ["build", "release"])
        #expect(try signers[1].member("signature").value == .null)
        let words = try await site.run("airseal verify l:v1 --scope site.example/app")
        #expect(
            words.output.contains("1 of the 2 signers that this site requires have signed"))
        try await site.yes("airseal sign l:v1 \(site.signing("release"))")
        try await site.yes(verify)

        try await site.yes("sed -i 's/images/imges/' home/verification.json")
        let broken = try await site.run(verify)
        #expect(broken.status == 2)
        #expect(
            broken.sentences
                == [
                    "airseal: error: l:v1: home/verification.json: signatures are required for the "
                        + "policy \"imges\", which the trust policy does not have"
                ].map { $0.replacing("home/", with: "\(site.root)/home/") })
    }

    @Test func `are judged for every image of a layout at once`() async throws {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.trust(["signer-root.pem"])
        try await site.layoutByHand(
            "l", "l.add(l.image(b'a'), 'a'); l.add(l.image(b'b'), 'b'); l.add(l.image(b'a'), 'c')")
        let verify = "airseal verify l --all --scope site.example/app --json"
        try await site.yes("airseal sign l:a \(site.signing("signer"))")
        let part = try await site.run(verify)
        #expect(part.status == 1)
        let verdicts = try part.json.array().map {
            "\(try $0.member("reference").string()) \(try $0.member("verdict").string())"
        }
        #expect(verdicts == ["l:a verified", "l:b refused", "l:c verified"])
        #expect(
            try await site.yes("airseal sign l --all \(site.signing("signer")) --json").json.array()
                .count == 2)
        try await site.yes(verify)
        // A type that only signatures have hides no image.
        try await site.layoutByHand(
            "hidden",
            "l.add(l.image(artifactType='application/vnd.cncf.notary.signature'), 'v1')")
        let all = "--all --scope site.example/app"
        #expect(try await site.run("airseal verify hidden \(all)").status == 1)
        // Whatever a name is left out for is told.
        try await site.layoutByHand(
            "bundles",
            "l.add(l.image(artifactType='application/vnd.airseal.bundle.v1'), 'b')")
        let left = try await site.run("airseal verify bundles \(all)")
        #expect(left.status == 2)
        #expect(
            left.errors == """
                airseal: error: bundles: there is no named image to verify
                airseal: note: bundles are left out, which only receive judges: bundles:b

                """)
        try await site.layoutByHand("empty", "")
        #expect(try await site.run("airseal verify empty \(all)").status == 2)
        try await site.yes(
            "tar -C l -cf l.tar . && airseal verify l.tar --all --scope site.example/app")
    }
}

@Suite struct `Answers and their schemas` {
    @Test func `agree for verdicts of every kind`() async throws {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.trust(["signer-root.pem"])
        try await site.layoutByHand("l", index)
        let verify = "airseal verify --scope site.example/app --json"
        func check(_ references: String, status: Int32) async throws {
            let answer = try await site.run("\(verify) \(references) > report.json")
            #expect(answer.status == status, "\(references)")
            #expect(try await site.faults(of: "report.json", by: "verification-report").isEmpty)
        }
        try await check("l:v2 nowhere:v1", status: 2)
        try await check("l:v1 l:v2", status: 1)
        try await site.yes("airseal sign l:v1 --recursive \(site.signing("signer")) --expiry 1d")
        try await check("l:v1 --recursive", status: 0)
        try await check("l:v1 --signatures-only", status: 0)
        try await check("l:v1 --at 2099-01-01T00:00:00Z", status: 1)
        try await site.yes("rm l/blobs/sha256/$(printf arm | sha256sum | cut -d ' ' -f 1)")
        try await check("l:v1 --recursive", status: 1)
        // The judge must be able to say no.
        try await site.yes("sed -i 's/refused/denied/' report.json")
        #expect(
            try await site.faults(of: "report.json", by: "verification-report")
                .contains("'denied' is not one of"))
    }
}
