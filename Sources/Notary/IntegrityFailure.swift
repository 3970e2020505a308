public import Cryptography
public import Encodings
public import X509

/// Why an envelope is not whole, and the rule of the conformance list that says so.
public struct IntegrityFailure: Error, Sendable, Equatable {
    /// The rule: `J12`.
    public let rule: String
    /// The fact.
    public let reason: Reason

    init(_ rule: String, _ reason: Reason) {
        self.rule = rule
        self.reason = reason
    }

    /// What is wrong.
    public enum Reason: Sendable, Equatable {
        /// More bytes than `Limits.envelopeSizeMax`.
        case tooLarge(byteCount: Int)
        /// The envelope, or its protected header, is no acceptable JSON.
        case notJSON(JSONError)
        /// The envelope, or its protected header, is no acceptable CBOR.
        case notCBOR(CBORError)
        /// A member is missing, is of another type, or is not known.
        case badShape(JSONShapeError)
        /// The bytes are no tagged COSE_Sign1 of four parts.
        case notSign1
        /// A member is not the canonical base64 of anything.
        case notBase64(member: String)
        /// The signature has no bytes.
        case emptySignature
        /// The payload of a JWS is no JSON object, or the payload of either is no descriptor.
        case badPayload(PayloadFailure)
        /// A header is missing that must be there.
        case headerMissing(String)
        /// A header has a value of another type or outside its range.
        case headerMalformed(String)
        /// A header stands where it may not: both protected and unprotected, or in a scheme that
        /// does not know it.
        case headerMisplaced(String)
        /// The payload is said to be something else than a Notary payload.
        case contentType(String)
        /// The scheme is not known.
        case unknownScheme(String)
        /// A header is listed as critical that may not be.
        case mayNotBeCritical(String)
        /// A header is listed as critical and not there.
        case criticalMissing(String)
        /// A header is listed as critical twice.
        case criticalTwice(String)
        /// A header is not listed as critical that must be.
        case mustBeCritical(String)
        /// A critical header that Airseal does not understand.
        case criticalUnknown(String)
        /// The signature expires no later than it was made.
        case expiryNotAfterSigningTime
        /// A certificate cannot be read.
        case certificate(position: Int, CertificateError)
        /// There is no certificate, or there are too many.
        case chain(CertificateError)
        /// The chain breaks the certificate profile.
        case profile(CertificateViolation)
        /// The algorithm is not one of the six.
        case unknownAlgorithm(String)
        /// The algorithm is not the one that goes with the leaf's key.
        case algorithmMismatch(KeySpec, key: KeySpec)
        /// The signature is not by the leaf's key over these bytes.
        case signatureMismatch
    }
}
