import Cryptography
import Encodings
import X509

/// A COSE_Sign1 without its signature.
struct COSEDraft: EnvelopeDraft {
    private let payload: [UInt8]
    private let protected: [UInt8]

    init(_ request: SignatureRequest, _ keySpec: KeySpec) {
        var header = CBORMap()
        header[COSELayout.algorithm] = .integer(keySpec.coseAlgorithm)
        header[COSELayout.critical] = .array(request.critical.map { .text($0) })
        header[COSELayout.contentType] = .text(SignaturePayload.contentType)
        header[COSELayout.scheme] = .text(SigningScheme.x509.rawValue)
        header[COSELayout.signingTime] = Self.time(request.signingTime)
        if let expiry = request.expiry { header[COSELayout.expiry] = Self.time(expiry) }
        protected = CBOR.map(header).serialized()
        payload = request.payload.bytes
    }

    var signedMessage: [UInt8] {
        COSELayout.signedMessage(protected: protected, payload: payload)
    }

    func envelope(_ signature: [UInt8], _ chain: CertificateChain, signingAgent: String) -> [UInt8]
    {
        var header = CBORMap()
        // Rule C11: an array even around a single certificate.
        header[COSELayout.certificates] = .array(chain.certificates.map { .bytes($0.der) })
        header[COSELayout.signingAgent] = .text(signingAgent)
        let parts = CBOR.array([
            .bytes(protected), .map(header), .bytes(payload), .bytes(signature),
        ])
        return CBOR.tagged(18, parts).serialized()
    }

    private static func time(_ time: Timestamp) -> CBOR { .tagged(1, .integer(time.seconds)) }
}
