import Cryptography
import Encodings
import Notary
import OCI
import TestSupport
import Testing
import X509

/// A manifest that is good but for one change.
struct ManifestCase: Sendable, CustomTestStringConvertible {
    let rule: String
    let form: SignatureManifest.WrittenForm
    let expected: SignatureManifestReading
    let change: @Sendable (inout JSONObject) -> Void
    var testDescription: String { "\(rule): \(expected)" }

    init(
        _ rule: String, _ form: SignatureManifest.WrittenForm,
        _ expected: SignatureManifestReading,
        _ change: @escaping @Sendable (inout JSONObject) -> Void
    ) {
        self.rule = rule
        self.form = form
        self.expected = expected
        self.change = change
    }

    static let all: [ManifestCase] = [
        ManifestCase("M1", .legacy, .malformed(.schemaVersion(1))) { $0["schemaVersion"] = 1 },
        ManifestCase("M1", .oci11, .malformed(.badShape(.missing(path: "schemaVersion")))) {
            $0["schemaVersion"] = nil
        },
        ManifestCase("M1", .legacy, .malformed(.badShape(.missing(path: "mediaType")))) {
            $0["mediaType"] = nil
        },
        ManifestCase("M1", .legacy, .malformed(.mediaType(MediaType.dockerManifest))) {
            $0["mediaType"] = .string(MediaType.dockerManifest)
        },
        ManifestCase("M2", .oci11, .malformed(.config(mediaType: "application/x"))) {
            $0["config"] = changed($0["config"], "mediaType", "application/x")
        },
        ManifestCase(
            "M2, M4", .legacy,
            .malformed(.config(mediaType: SignatureManifest.artifactType))
        ) { $0["artifactType"] = .string(SignatureManifest.artifactType) },
        ManifestCase("M3", .legacy, .notASignature) {
            $0["config"] = changed($0["config"], "mediaType", .string(MediaType.imageConfig))
        },
        ManifestCase("M4", .oci11, .notASignature) { $0["artifactType"] = "application/x" },
        ManifestCase("M4", .legacy, .notASignature) { $0["artifactType"] = "application/x" },
        ManifestCase("M4", .legacy, .notASignature) { $0["config"] = nil },
        ManifestCase("M4", .legacy, .notASignature) {
            $0["config"] = ["mediaType": "application/x", "digest": "md5:00"]
        },
        ManifestCase("M5", .legacy, .malformed(.configContent)) {
            $0["config"] = changed($0["config"], "size", 3)
        },
        ManifestCase("M5", .legacy, .malformed(.configContent)) {
            $0["config"] = changed($0["config"], "digest", .string("\(Sample.digest)"))
        },
        ManifestCase("M5", .oci11, .malformed(.configContent)) {
            $0["config"] = changed($0["config"], "data", "e31=")
        },
        ManifestCase("M6", .legacy, .malformed(.layerCount(0))) { $0["layers"] = [] },
        ManifestCase("M6", .legacy, .malformed(.layerCount(2))) {
            $0["layers"] = [Sample.target.json, Sample.target.json]
        },
        ManifestCase("M6", .legacy, .malformed(.badShape(.missing(path: "layers")))) {
            $0["layers"] = nil
        },
        ManifestCase("M8", .legacy, .malformed(.badShape(.missing(path: "subject")))) {
            $0["subject"] = nil
        },
        ManifestCase("M8", .legacy, .malformed(.badShape(.missing(path: "subject")))) {
            $0["Subject"] = $0["subject"]
            $0["subject"] = nil
        },
        ManifestCase(
            "M9", .legacy,
            .malformed(
                .badShape(.unexpected(path: "annotations.x", expected: "a string")))
        ) { $0["annotations"] = ["x": 1] },
    ]

    private static func changed(_ value: JSON?, _ name: String, _ new: JSON) -> JSON? {
        guard case .object(var object)? = value else { return value }
        object[name] = new
        return .object(object)
    }
}

@Suite struct `Signature manifests` {
    static func good(_ form: SignatureManifest.WrittenForm) throws -> [UInt8] {
        let signed = try Sample.signed(.jws, by: SoftwareSigner(.ec256))
        let envelope = Descriptor(
            mediaType: SignatureFormat.jws.mediaType, digest: Sample.digest,
            size: Int64(signed.bytes.count))
        return SignatureManifest.bytes(
            form, envelope: envelope, verified: signed.verified, subject: Sample.target)
    }

    @Test(arguments: ManifestCase.all) func `are told from everything else`(
        _ example: ManifestCase
    ) throws {
        guard case .object(var manifest) = try JSON(parsing: Self.good(example.form)) else {
            Issue.record("no object")
            return
        }
        example.change(&manifest)
        #expect(SignatureManifest.read(JSON.object(manifest).serialized()) == example.expected)
    }

    @Test func `are bytes of JSON within the limit (M1)`() {
        #expect(SignatureManifest.read([]) == .malformed(.notJSON(.truncated)))
        #expect(
            SignatureManifest.read(Array("[]".utf8))
                == .malformed(
                    .badShape(.unexpected(path: "the document", expected: "an object"))))
        let count = Int(Limits.manifestSizeMax) + 1
        #expect(
            SignatureManifest.read([UInt8](repeating: 32, count: count))
                == .malformed(.tooLarge(byteCount: count)))
    }

    @Test(arguments: SignatureManifest.WrittenForm.allCases)
    func `are read as they were written (M2, M3, M7, M8)`(
        _ form: SignatureManifest.WrittenForm
    ) throws {
        guard case .signature(let manifest) = SignatureManifest.read(try Self.good(form)) else {
            Issue.record("no signature")
            return
        }
        #expect(manifest.form.rawValue == form.rawValue)
        #expect(manifest.format == .jws)
        #expect(manifest.isAbout(Sample.target))
        #expect(manifest.annotations.map(\.name).count == 2)
    }

    @Test func `carry the thumbprints and the signed time (M9, M10, M11)`() throws {
        let signer = try SoftwareSigner(.ec256)
        let verified = try Sample.signed(.cose, by: signer).verified
        let prints = signer.chain.certificates.map { "\"\($0.sha256Fingerprint)\"" }
        #expect(
            SignatureManifest.annotations(of: verified) == [
                "io.cncf.notary.x509chain.thumbprint#S256": .string(
                    "[\(prints.joined(separator: ","))]"),
                "org.opencontainers.image.created": "2026-09-21T14:13:20Z",
            ])
    }

    @Test func `are read in the deprecated artifact form too (M15)`() throws {
        let document: JSON = [
            "mediaType": .string(MediaType.artifactManifest),
            "artifactType": .string(SignatureManifest.artifactType),
            "blobs": [Sample.target.json], "subject": Sample.target.json,
        ]
        guard case .signature(let manifest) = SignatureManifest.read(document.serialized()) else {
            Issue.record("no signature")
            return
        }
        #expect(manifest.form == .artifactManifest)
        #expect(manifest.config == nil)
        #expect(manifest.format == nil)
    }

    @Test(arguments: [
        "application/jose+json;v=1", "Application/jose+json", "application/json", "",
    ]) func `name a format by its exact type only (M7)`(_ mediaType: String) {
        #expect(SignatureFormat(mediaType: mediaType) == nil)
    }
}
