import Cryptography
import Encodings
import X509

/// A JWS without its signature, members and order as notation writes them.
struct JWSDraft: EnvelopeDraft {
    private let payload: String
    private let protected: String

    init(_ request: SignatureRequest, _ keySpec: KeySpec) {
        var header: JSONObject = [
            HeaderName.algorithm: .string(keySpec.joseAlgorithm),
            HeaderName.critical: .array(request.critical.map { .string($0) }),
            HeaderName.contentType: .string(SignaturePayload.contentType),
        ]
        if let expiry = request.expiry { header[HeaderName.expiry] = .string("\(expiry)") }
        header[HeaderName.scheme] = .string(SigningScheme.x509.rawValue)
        header[HeaderName.signingTime] = .string("\(request.signingTime)")
        protected = Base64.encode(JSON.object(header).serialized(), .url)
        payload = Base64.encode(request.payload.bytes, .url)
    }

    var signedMessage: [UInt8] { Array("\(protected).\(payload)".utf8) }

    func envelope(_ signature: [UInt8], _ chain: CertificateChain, signingAgent: String) -> [UInt8]
    {
        let certificates = chain.certificates.map { JSON.string(Base64.encode($0.der)) }
        let document: JSON = [
            "payload": .string(payload), "protected": .string(protected),
            "header": [
                HeaderName.certificates: .array(certificates),
                HeaderName.signingAgent: .string(signingAgent),
            ],
            "signature": .string(Base64.encode(signature, .url)),
        ]
        return document.serialized()
    }
}
