import OCI

/// An envelope that was read and not verified: nothing in it may be believed yet.
public struct SignatureEnvelope: Sendable {
    /// The format.
    public let format: SignatureFormat
    /// The signed bytes, the text of a `SignaturePayload` if all is well.
    public let payload: [UInt8]
    /// The protected header, well-formed and not verified.
    public let attributes: SignedAttributes
    /// The certificates in DER, leaf first; not even read yet.
    public let certificates: [[UInt8]]
    /// The program that signed, by its own word; never checked (rule J14).
    public let signingAgent: String?
    /// The RFC 3161 token over the signature, not looked at; nil when there is none.
    public let timestampSignature: [UInt8]?
    /// The signature: what a time stamp is made over (rule T2).
    public let signature: [UInt8]
    /// The bytes over which the signature was made.
    let signedMessage: [UInt8]

    /// Reads an envelope of at most `Limits.envelopeSizeMax` bytes.
    ///
    /// - Parameters:
    ///   - bytes: the whole envelope.
    ///   - format: what the media type of the layer says; the bytes are never sniffed (rule M7).
    /// - Throws: `IntegrityFailure`, naming the rule that the envelope breaks.
    public init(_ bytes: [UInt8], format: SignatureFormat) throws(IntegrityFailure) {
        guard bytes.count <= Limits.envelopeSizeMax else {
            throw IntegrityFailure("M7", .tooLarge(byteCount: bytes.count))
        }
        switch format {
        case .jws: self = try JWSReader.envelope(bytes)
        case .cose: self = try COSEReader.envelope(bytes)
        }
    }

    init(
        format: SignatureFormat, payload: [UInt8], attributes: SignedAttributes,
        unprotected: UnprotectedValues, signature: [UInt8], signedMessage: [UInt8]
    ) {
        self.format = format
        self.payload = payload
        self.attributes = attributes
        certificates = unprotected.certificates
        signingAgent = unprotected.signingAgent
        timestampSignature = unprotected.timestampSignature
        self.signature = signature
        self.signedMessage = signedMessage
    }
}

/// What an unprotected header says.
struct UnprotectedValues {
    let certificates: [[UInt8]]
    let signingAgent: String?
    let timestampSignature: [UInt8]?
}
