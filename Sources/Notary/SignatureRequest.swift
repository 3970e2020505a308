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
        let outcomes = try Self.signed([self], by: signer)
        return outcomes[0]
    }

    /// Makes an envelope for each of `requests`, in their order; the signer is asked for all at once.
    ///
    /// - Throws: as for one; then there is none.
    public static func signed(_ requests: [SignatureRequest], by signer: some Signer) throws
        -> [SigningOutcome]
    {
        let chain = signer.chain
        let violation = CertificateProfile.codeSigning.firstViolation(in: chain)
        let drafts = requests.map { request in
            violation.map { .failure(.profile($0)) } ?? request.draft(for: chain)
        }
        let messages = drafts.compactMap { try? $0.get().signedMessage }
        var signatures = try signer.signatures(over: messages)[...]
        return try zip(requests, drafts).map { request, draft in
            switch draft {
            case .failure(let refusal): return .refused(refusal)
            case .success(let draft):
                guard let signature = signatures.popFirst() else {
                    return .refused(.signatureDoesNotMatchCertificate)
                }
                return try request.outcome(of: draft, signature, chain)
            }
        }
    }

    /// What is to be signed under a chain that keeps to the profile.
    private func draft(for chain: CertificateChain) -> Result<any EnvelopeDraft, SigningRefusal> {
        if let refusal = refusalOfTimes(for: chain) { return .failure(refusal) }
        guard let keySpec = chain.leaf.publicKey.keySpec else {
            return .failure(.profile(CertificateViolation(rule: .leafKey, position: 0)))
        }
        return switch format {
        case .jws: .success(JWSDraft(self, keySpec))
        case .cose: .success(COSEDraft(self, keySpec))
        }
    }

    /// Reads the envelope back as any verifier would: nothing leaves here that would be refused
    /// elsewhere. The chain was held against the profile before.
    private func outcome(
        of draft: any EnvelopeDraft, _ signature: [UInt8], _ chain: CertificateChain
    ) throws -> SigningOutcome {
        let bytes = draft.envelope(signature, chain, signingAgent: signingAgent)
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
        CertificateProfile.codeSigning.firstViolation(in: chain).map { .profile($0) }
            ?? refusalOfTimes(for: chain)
    }

    private func refusalOfTimes(for chain: CertificateChain) -> SigningRefusal? {
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
