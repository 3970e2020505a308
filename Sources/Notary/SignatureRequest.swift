import Cryptography
public import Encodings
public import X509

/// What is to be signed, and how.
public struct SignatureRequest: Sendable {
    /// What the signature says.
    public let payload: SignaturePayload
    /// The format of the envelope.
    public let format: SignatureFormat
    /// When it is signed, in whole seconds.
    public let signingTime: Timestamp
    /// When the signature ceases to count, in whole seconds; nil for never.
    public let expiry: Timestamp?
    /// The signing program and its version: `airseal/1.0`.
    public let signingAgent: String

    /// A request; fractions of seconds are dropped from both times (rule J10).
    public init(
        payload: SignaturePayload, format: SignatureFormat, signingTime: Timestamp,
        expiry: Timestamp? = nil, signingAgent: String
    ) {
        self.payload = payload
        self.format = format
        self.signingTime = signingTime.wholeSeconds
        self.expiry = expiry?.wholeSeconds
        self.signingAgent = signingAgent
    }
}

extension SignatureRequest {
    /// Makes the envelope under the scheme `SigningScheme.x509`, and verifies it before returning
    /// it.
    ///
    /// - Throws: whatever the signer throws; `CryptographyError` when the cryptographic library
    ///   lacks an algorithm.
    public func signed(by signer: some Signer) throws -> SigningOutcome {
        let chain = signer.chain
        if let refusal = refusal(for: chain) { return .refused(refusal) }
        guard let keySpec = chain.leaf.publicKey.keySpec else {
            return .refused(.profile(CertificateViolation(rule: .leafKey, position: 0)))
        }
        let draft: any EnvelopeDraft =
            switch format {
            case .jws: JWSDraft(self, keySpec)
            case .cose: COSEDraft(self, keySpec)
            }
        let signature = try signer.signature(over: draft.signedMessage)
        let bytes = draft.envelope(signature, chain, signingAgent: signingAgent)
        // Read back as any verifier would: nothing leaves here that would be refused elsewhere.
        // The chain was held against the profile above.
        let envelope: SignatureEnvelope
        do { envelope = try SignatureEnvelope(bytes, format: format) } catch {
            return .refused(.integrity(error))
        }
        switch try envelope.verified(by: chain) {
        case .verified(let verified): return .signed(bytes, verified)
        case .refused(let failure) where failure.reason == .signatureMismatch:
            return .refused(.signatureDoesNotMatchCertificate)
        case .refused(let failure): return .refused(.integrity(failure))
        }
    }

    /// Why no signer is asked to sign this under `chain`: the chain breaks the profile or is not valid
    /// now, or the signature would expire before it counts.
    public func refusal(for chain: CertificateChain) -> SigningRefusal? {
        if let violation = CertificateProfile.codeSigning.firstViolation(in: chain) {
            return .profile(violation)
        }
        for (position, certificate) in chain.certificates.enumerated()
        where !certificate.isValid(at: signingTime) {
            return .outsideValidity(
                position: position, notBefore: certificate.notBefore,
                notAfter: certificate.notAfter)
        }
        if let expiry, expiry <= signingTime { return .expiryNotAfterSigningTime }
        return nil
    }

    /// The names that go into `crit`, in the order in which notation writes them.
    var critical: [String] {
        expiry == nil ? [HeaderName.scheme] : [HeaderName.scheme, HeaderName.expiry]
    }
}
