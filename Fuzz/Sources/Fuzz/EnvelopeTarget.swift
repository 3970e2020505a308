import Encodings
import Notary
import OCI

/// Readers of what a Notary signature is made of.
enum EnvelopeTarget {
    static func feed(_ bytes: [UInt8], as format: SignatureFormat) {
        judge(bytes, format)
        // Within a sound envelope a protected header is reached at once; base64 hides it otherwise.
        switch format {
        case .jws:
            let document: JSON = [
                "payload": "e30", "protected": .string(Base64.encode(bytes, .url)),
                "header": ["x5c": ["MAA="]], "signature": "AA",
            ]
            judge(document.serialized(), format)
        case .cose:
            var header = CBORMap()
            header[33] = .array([.bytes([0x30, 0])])
            let parts = CBOR.array([
                .bytes(bytes), .map(header), .bytes(Array("{}".utf8)), .bytes([0]),
            ])
            judge([0xD2] + parts.serialized(), format)
        }
    }

    private static func judge(_ bytes: [UInt8], _ format: SignatureFormat) {
        guard let envelope = try? SignatureEnvelope(bytes, format: format) else { return }
        precondition(envelope.attributes.statedTime != nil, "every scheme states a time")
        precondition(!envelope.attributes.critical.isEmpty, "something is always critical")
        guard case .verified(let verified)? = try? envelope.verified() else { return }
        let target = verified.payload.targetArtifact
        precondition(verified.payload.speaks(of: target), "a payload speaks of its target")
    }

    static func feedSignature(_ bytes: [UInt8]) {
        if case .signature(let manifest) = SignatureManifest.read(bytes) {
            precondition(manifest.isAbout(manifest.subject.plain), "about its own subject")
            precondition(manifest.envelope.size >= 0)
        }
        if let payload = try? SignaturePayload(parsing: bytes) {
            let again = try? SignaturePayload(parsing: payload.bytes)
            precondition(
                again?.speaks(of: payload.targetArtifact) == true, "written and read again")
        }
    }
}
