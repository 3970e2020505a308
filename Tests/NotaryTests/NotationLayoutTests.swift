import Cryptography
import Encodings
import Notary
import OCI
import TestSupport
import Testing

/// A signature in a layout that notation wrote.
struct NotationSignature: Sendable {
    let manifestBytes: [UInt8]
    let manifest: SignatureManifest
    let envelopeBytes: [UInt8]
    let format: SignatureFormat

    static let layouts = [
        "a-p256-c1", "a-p256-c2", "a-p256-c3", "a-p384-c2", "a-p521-c1", "a-p521-c2", "a-p521-c3",
        "a-rsa2048-c1", "a-rsa2048-c2", "a-rsa2048-c3", "a-rsa3072-c2", "a-rsa4096-c2",
    ]

    /// Every signature that the layout's index lists.
    static func all(in layout: String) throws -> [NotationSignature] {
        let index = try VectorFolder.shared.json("layouts/\(layout)/index.json")
        return try index.member("manifests").array().compactMap { place in
            let descriptor = try Descriptor(place)
            func blob(_ digest: Digest) throws -> [UInt8] {
                try VectorFolder.shared.bytes("layouts/\(layout)/blobs/sha256/\(digest.hex)")
            }
            let bytes = try blob(descriptor.digest)
            guard case .signature(let manifest) = SignatureManifest.read(bytes) else { return nil }
            return NotationSignature(
                manifestBytes: bytes, manifest: manifest,
                envelopeBytes: try blob(manifest.envelope.digest),
                format: try #require(manifest.format))
        }
    }

    var isByNotation: Bool {
        get throws {
            let envelope = try SignatureEnvelope(envelopeBytes, format: format)
            return envelope.signingAgent?.hasPrefix("notation") == true
        }
    }
}

/// What a value is, without what it says.
indirect enum Shape: Equatable {
    case scalar(String)
    case list([Shape])
    case members([String: Shape])

    init(_ json: JSON) {
        self =
            switch json {
            case .string: .scalar("string")
            case .integer, .number: .scalar("number")
            case .boolean: .scalar("boolean")
            case .null: .scalar("null")
            case .array(let elements): .list(elements.map { Shape($0) })
            case .object(let object):
                .members(
                    Dictionary(
                        uniqueKeysWithValues: object.members.map { ($0.name, Shape($0.value)) }))
            }
    }

    init(_ cbor: CBOR) {
        self =
            switch cbor {
            case .text: .scalar("text")
            case .bytes: .scalar("bytes")
            case .integer: .scalar("integer")
            case .tagged(let tag, let item): .members(["tag \(tag)": Shape(item)])
            case .array(let elements): .list(elements.map { Shape($0) })
            case .map(let map):
                .members(
                    Dictionary(
                        uniqueKeysWithValues: map.entries.map { ("\($0.label)", Shape($0.value)) }))
            case .boolean, .null, .simple, .float: .scalar("other")
            }
    }

    /// The shape of an envelope: its parts, its protected header, and the critical names.
    static func parts(_ bytes: [UInt8], _ format: SignatureFormat) throws -> [Shape] {
        let attributes = try SignatureEnvelope(bytes, format: format).attributes
        let critical = Shape.list(attributes.critical.map { .scalar($0) })
        switch format {
        case .jws:
            let document = JSONPlace(try JSON(parsing: bytes))
            let protected = try document.member("protected").string()
            let header = try JSON(parsing: #require(Base64.decode(protected, .url)))
            return [Shape(document.value), Shape(header), critical]
        case .cose:
            let document = try CBOR(parsing: bytes, tags: .allowed)
            guard case .tagged(18, .array(let parts)) = document, case .bytes(let header) = parts[0]
            else { return [] }
            return [Shape(document), Shape(try CBOR(parsing: header, tags: .allowed)), critical]
        }
    }
}

@Suite(.enabled(if: VectorFolder.shared.isPresent)) struct `Signatures by notation` {
    @Test(arguments: NotationSignature.layouts) func `verify and speak of their subject`(
        _ layout: String
    ) throws {
        let signatures = try NotationSignature.all(in: layout)
        #expect(signatures.count >= 2)
        for signature in signatures {
            let outcome = try SignatureEnvelope.verify(
                signature.envelopeBytes, format: signature.format)
            guard case .verified(let verified) = outcome else {
                Issue.record("\(layout): \(outcome)")
                continue
            }
            #expect(verified.payload.speaks(of: signature.manifest.subject))
        }
    }

    @Test(arguments: NotationSignature.layouts)
    func `have the same members, headers, types and crit as ours (C7, J10, M2, M3, M5, M9, M11)`(
        _ layout: String
    ) throws {
        for theirs in try NotationSignature.all(in: layout) where try theirs.isByNotation {
            let chainCount = try SignatureEnvelope(theirs.envelopeBytes, format: theirs.format)
                .certificates.count
            let (bytes, verified) = try Self.ours(theirs, chainCount: chainCount)
            #expect(
                try Shape.parts(bytes, theirs.format)
                    == Shape.parts(theirs.envelopeBytes, theirs.format))
            let form: SignatureManifest.WrittenForm =
                theirs.manifest.form == .legacy ? .legacy : .oci11
            let manifest = SignatureManifest.bytes(
                form, envelope: theirs.manifest.envelope, verified: verified,
                subject: theirs.manifest.subject)
            #expect(
                try Shape(JSON(parsing: manifest)) == Shape(JSON(parsing: theirs.manifestBytes)))
            let written = try JSONPlace(JSON(parsing: manifest))
            let expected = try JSONPlace(JSON(parsing: theirs.manifestBytes))
            for member in ["schemaVersion", "mediaType", "config", "layers", "subject"] {
                #expect(try written.member(member).value == expected.member(member).value)
            }
        }
    }

    @Test func `have an expiry as ours has one (J8)`() throws {
        for theirs in try NotationSignature.all(in: "c-expiry") where try theirs.isByNotation {
            let envelope = try SignatureEnvelope(theirs.envelopeBytes, format: theirs.format)
            guard envelope.attributes.expiry != nil else { continue }
            let (bytes, _) = try Self.ours(
                theirs, chainCount: envelope.certificates.count, expires: true)
            #expect(
                try Shape.parts(bytes, theirs.format)
                    == Shape.parts(theirs.envelopeBytes, theirs.format))
        }
    }

    /// An envelope of ours over the same subject, with as many certificates.
    private static func ours(
        _ theirs: NotationSignature, chainCount: Int, expires: Bool = false
    ) throws -> ([UInt8], VerifiedEnvelope) {
        let signer = try SoftwareSigner(.ec256, chainCount: chainCount)
        let now = Timestamp(seconds: 1_790_000_000)
        let request = SignatureRequest(
            payload: try SignaturePayload(theirs.manifest.subject), format: theirs.format,
            signingTime: now, expiry: expires ? now.adding(seconds: 60) : nil,
            signingAgent: "airseal/test")
        guard case .signed(let bytes, let verified) = try request.signed(by: signer) else {
            throw TestFiles.Missing(path: "a signature")
        }
        return (bytes, verified)
    }
}
