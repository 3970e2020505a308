import Encodings
import Files
import Testing

/// Layouts with referrers as notation, oras and regctl write them, beside the checkout on the
/// machines that have them.
enum ToolLayouts {
    static let root = "\(Site.package)/../shared/vectors/referrers"
    static let isPresent = FileSystem.real.kind(at: root) == .folder
    /// Each, and whether notation signed its image.
    static let all = [
        ("notation-1.3.2", true), ("notation-2.0-alpha", true), ("oras-attach", false),
        ("regctl-artifact-put", false), ("regctl-then-notation", true),
    ]
    /// Within the day for which the certificate of notation's test signer was made.
    static let then = "--at 2026-11-22T12:00:00Z"

    /// The image that the referrers in a layout speak of; there is one.
    static func image(_ listings: Set<ReferrersByHand.Listing>) throws -> String {
        let subjects = Set(listings.map(\.subject))
        try #require(subjects.count == 1)
        return try #require(subjects.first)
    }
}

@Suite struct `Layouts of other tools` {
    @Test(.enabled(if: ToolLayouts.isPresent), arguments: ToolLayouts.all)
    func `are listed, checked, verified, repaired and signed without losing a referrer`(
        _ name: String, _ isSigned: Bool
    ) async throws {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.yes(
            "cp -r '\(ToolLayouts.root)/\(name)' l; cp '\(ToolLayouts.root)/peer.test.crt' peer.pem"
        )
        try await site.yes("chmod -R u+w l && airseal check l")
        try await site.trust(["peer.pem", "signer-root.pem"])
        let verify = "airseal verify l:v1 --scope site.example/app"
        let before = try await ReferrersByHand.list(site, "l")
        let image = try ToolLayouts.image(before)
        let listed = try await site.yes("airseal list l --json").json.array()
        try #require(listed.count == 1)
        #expect(try listed[0].member("digest").string() == image)
        #expect(
            try listed[0].member("signatures").integer()
                + listed[0].member("otherReferrers").integer()
                == Int64(Set(before.map(\.referrer)).count))
        #expect(
            try await site.run("\(verify) \(ToolLayouts.then)").status == (isSigned ? 0 : 1))

        try await site.yes("airseal check l --repair && airseal check l")
        let repaired = try await ReferrersByHand.list(site, "l")
        #expect(repaired.isSuperset(of: before))
        // Now every tool sees every referrer.
        for referrer in Set(before.map(\.referrer)) {
            let conventions = repaired.filter { $0.referrer == referrer }.map(\.convention)
            #expect(Set(conventions).isSuperset(of: ["entry", "fallback"]))
        }

        let signed = try await site.yes("airseal sign l:v1 \(site.signing("signer")) --json").json
        let signature = try signed.array()[0].member("signatures").array()[0].string()
        let after = try await ReferrersByHand.list(site, "l")
        let added = after.subtracting(repaired)
        #expect(after.isSuperset(of: repaired))
        #expect(
            added
                == Set(
                    ["entry", "fallback"].map {
                        .init(subject: image, referrer: signature, convention: $0)
                    }))
        try await site.yes("airseal check l && \(verify)")
        if isSigned {
            // Theirs still convinces whoever trusts only them.
            try await site.trust(["peer.pem"])
            try await site.yes("\(verify) \(ToolLayouts.then)")
        }
        try await site.yes(
            "skopeo copy --quiet oci:l:v1 dir:copy && umoci stat --image l:v1 --json")
    }

    @Test(.enabled(if: ToolLayouts.isPresent), arguments: ToolLayouts.all)
    func `are signed without losing a referrer where nobody repaired them`(
        _ name: String, _: Bool
    ) async throws {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.yes("cp -r '\(ToolLayouts.root)/\(name)' l && chmod -R u+w l")
        let before = try await ReferrersByHand.list(site, "l")
        try await site.yes("airseal sign l:v1 \(site.signing("signer"))")
        #expect(try await ReferrersByHand.list(site, "l").isSuperset(of: before))
        // Imported elsewhere they come along, too.
        try await site.yes("airseal import l --into m && airseal check m")
        #expect(try await ReferrersByHand.list(site, "m").isSuperset(of: before))
    }

    @Test func `of umoci are signed, and still umoci's`() async throws {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.trust(["signer-root.pem"])
        try await site.yes(
            """
            umoci init --layout l && umoci new --image l:v1 && umoci new --image l:v2
            echo text > file && umoci insert --rootless --image l:v1 file /file
            """)
        try await site.yes("airseal check l && airseal sign --all l \(site.signing("signer"))")
        let before = try await ReferrersByHand.list(site, "l")
        #expect(before.count == 4)
        // umoci tags, changes and sweeps in the same layout, and our signatures stay.
        try await site.yes(
            """
            umoci tag --image l:v1 v3 && umoci insert --rootless --image l:v2 file /other
            umoci gc --layout l && umoci ls --layout l > tags && grep -qx v3 tags
            """)
        #expect(try await ReferrersByHand.list(site, "l").isSuperset(of: before))
        for name in ["v1", "v3"] {
            try await site.yes("airseal verify l:\(name) --scope site.example/app")
        }
        // What umoci changed is another image, and nobody has signed it.
        #expect(try await site.run("airseal verify l:v2 --scope site.example/app").status == 1)
        try await site.yes("airseal check l")
    }

    @Test func `of skopeo are signed, and skopeo adds to them without losing a signature`()
        async throws
    {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.trust(["signer-root.pem"])
        for sample in ["hello", "two-platforms"] { try await site.copySample(sample, to: sample) }
        try await site.yes("skopeo copy --quiet oci:hello:v1 oci:l:v1")
        try await site.yes("airseal check l && airseal sign l:v1 \(site.signing("signer"))")
        let before = try await ReferrersByHand.list(site, "l")
        #expect(before.count == 2)
        try await site.yes(
            "skopeo copy --quiet --all oci:two-platforms:site.example/hello:v1 oci:l:v2")
        #expect(try await ReferrersByHand.list(site, "l").isSuperset(of: before))
        try await site.yes("airseal check l && airseal verify l:v1 --scope site.example/app")
        try await site.yes("airseal sign l:v2 \(site.signing("signer"))")
        try await site.yes("airseal verify l:v2 --scope site.example/app")
    }
}
