import Encodings

/// Where things stand in a COSE envelope, common to reader and writer.
enum COSELayout {
    static let algorithm: CBORLabel = 1
    static let critical: CBORLabel = 2
    static let contentType: CBORLabel = 3
    static let certificates: CBORLabel = 33
    static let scheme = CBORLabel.text(HeaderName.scheme)
    static let signingTime = CBORLabel.text(HeaderName.signingTime)
    static let authenticSigningTime = CBORLabel.text(HeaderName.authenticSigningTime)
    static let expiry = CBORLabel.text(HeaderName.expiry)
    static let plugin = CBORLabel.text(HeaderName.plugin)
    static let pluginMinVersion = CBORLabel.text(HeaderName.pluginMinVersion)
    static let timestampSignature = CBORLabel.text(HeaderName.timestampSignature)
    static let signingAgent = CBORLabel.text(HeaderName.signingAgent)

    /// The Sig_structure over the protected header's bytes as they are (rules C5 and C6).
    static func signedMessage(protected: [UInt8], payload: [UInt8]) -> [UInt8] {
        let structure = CBOR.array([
            .text("Signature1"), .bytes(protected), .bytes([]), .bytes(payload),
        ])
        return structure.serialized()
    }
}
