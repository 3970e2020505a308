import Encodings
import Glibc
import TestSupport
import Testing

/// The independent checker beside the checkout, run with the packages of `make setup`.
enum IndependentChecker {
    private static let python = "\(Site.package)/.venv/bin/python"
    private static let script = "\(Site.package)/../shared/tools/check_layout.py"

    static let isPresent = unsafe access(script, R_OK) == 0 && access(python, X_OK) == 0

    /// How many signatures it finds on an image; all of them must be sound, without a warning.
    static func run(
        _ site: Site, _ layout: String, _ target: String = "v1", roots: [String]
    ) async throws -> Int {
        let answer = try await answer(site, layout, target, roots: roots)
        #expect(answer.status == 0, "\(answer)")
        let signatures = try answer.json.member("signatures").array()
        for signature in signatures {
            #expect(try signature.member("ok").boolean())
            #expect(try signature.member("warnings").array().isEmpty, "\(signature.value)")
        }
        return signatures.count
    }

    static func answer(
        _ site: Site, _ layout: String, _ target: String = "v1", roots: [String]
    ) async throws -> Site.Answer {
        let options = roots.map { "--root \($0)" }.joined(separator: " ")
        return try await site.run(
            "'\(python)' '\(script)' \(layout) \(target) \(options) --all --json")
    }
}

@Suite struct `Judges from outside` {
    @Test(.enabled(if: IndependentChecker.isPresent, "needs the checker beside the checkout"))
    func `the independent checker accepts ours under our root only`() async throws {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.makeKey("stranger")
        try await site.copySample("hello", to: "l")
        try await site.yes("airseal sign l:v1 \(site.signing("signer"))")
        #expect(try await IndependentChecker.run(site, "l", roots: ["signer-root.pem"]) == 1)
        // It must be able to say no, or its yes above and elsewhere tells nothing.
        let answer = try await IndependentChecker.answer(site, "l", roots: ["stranger-root.pem"])
        #expect(answer.status == 1)
    }

    @Test(
        .enabled("needs notation on PATH") {
            try await Site().run("command -v notation").status == 0
        })
    func `notation verifies a layout that we signed, in both formats`() async throws {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.trust(["signer-root.pem"])
        try await site.yes(
            """
            mkdir -p person/.config/notation
            cp -r home/truststore person/.config/notation
            cp home/trustpolicy.oci.json person/.config/notation
            cp home/trustpolicy.oci.json person/.config/notation/trustpolicy.json
            """)
        for format in ["jws", "cose"] {
            try await site.copySample("hello", to: format)
            try await site.yes(
                "airseal sign \(format):v1 \(site.signing("signer")) --format \(format)")
            try await site.yes(
                """
                NOTATION_EXPERIMENTAL=1 notation verify --oci-layout --scope site.example/hello \
                    \(format):v1
                """)
        }
    }

    /// What notation 1.3.2 wrote into its layouts, by format.
    static let groupA = ["a-p256-c2", "a-p384-c2", "a-p521-c2", "a-rsa2048-c2", "a-rsa3072-c2"]

    @Test(.enabled(if: VectorFolder.shared.isPresent), arguments: groupA)
    func `notation wrote the same members into its layouts (J10, M9)`(_ layout: String)
        async throws
    {
        let site = try await Site()
        try await site.makeKey("signer")
        for form in ["legacy", "oci1.1"] {
            try await site.copySample("hello", to: form)
            try await site.yes(
                """
                airseal sign \(form):v1 \(site.signing("signer")) --manifest-form \(form)
                airseal sign \(form):v1 \(site.signing("signer")) --manifest-form \(form) \
                    --format cose
                """)
            let theirs = try WrittenSignature.all { path in
                try VectorFolder.shared.bytes("layouts/\(layout)/\(path)")
            }
            let ours = try WrittenSignature.all { path in try site.bytes("\(form)/\(path)") }
            for format in ["application/jose+json", "application/cose"] {
                let model = try #require(
                    theirs.first { $0.form == form && $0.envelopeType == format })
                let mine = ours.filter { $0.envelopeType == format }
                #expect(mine.count == 1)
                #expect(mine.first == model)
            }
        }
    }

    @Test(.enabled(if: VectorFolder.shared.isPresent))
    func `notation writes the same file of the layout's version`() async throws {
        let site = try await Site()
        try await site.copySample("hello", to: "source")
        try await site.yes("airseal import source --into l")
        let theirs = try VectorFolder.shared.json("layouts/a-p256-c2/oci-layout")
        #expect(try site.json("l/oci-layout").value == theirs.value)
    }
}

/// The outer form of a signature in a layout: which members and annotations there are, and the
/// values that the specification fixes.
struct WrittenSignature: Equatable {
    let form: String
    let envelopeType: String
    let entry: [String: [String]]
    let manifest: [String: [String]]
    let config: JSON

    /// The signatures without a name that an index lists, by whoever made them; signatures by the
    /// generator of the vectors, which are dated long before, do not count.
    static func all(_ read: (String) throws -> [UInt8]) throws -> [WrittenSignature] {
        let index = try JSONPlace(JSON(parsing: read("index.json")))
        return try index.member("manifests").array().compactMap { entry in
            let digest = try Digest(entry.member("digest").string())
            let manifest = try JSONPlace(JSON(parsing: read("blobs/sha256/\(digest.hex)")))
            guard try manifest.optional("subject") != nil,
                try !isByGenerator(manifest.member("annotations"))
            else { return nil }
            let isNew = try manifest.optional("artifactType") != nil
            return WrittenSignature(
                form: isNew ? "oci1.1" : "legacy",
                envelopeType: try manifest.member("layers").array()[0].member("mediaType").string(),
                entry: try members(of: entry), manifest: try members(of: manifest),
                config: try manifest.member("config").value)
        }
    }

    private static func isByGenerator(_ annotations: JSONPlace) throws -> Bool {
        try annotations.member("org.opencontainers.image.created").string().hasPrefix("2026-03-01")
    }

    /// The names of the members, and of the members of each that is an object.
    private static func members(of place: JSONPlace) throws -> [String: [String]] {
        guard case .object(let object) = place.value else { return [:] }
        return Dictionary(
            uniqueKeysWithValues: object.members.map { member in
                guard case .object(let inner) = member.value else { return (member.name, []) }
                return (member.name, inner.members.map(\.name).sorted())
            })
    }
}
