public import Cryptography
public import X509

/// An envelope whose signature is by its leaf over these bytes, whose headers keep every rule and
/// whose chain keeps the profile. Only verification makes one.
///
/// That says who signed what; whether the signer is trusted, and the signature still counts, is for
/// a trust policy to say.
public struct VerifiedEnvelope: Sendable {
    /// The envelope.
    public let envelope: SignatureEnvelope
    /// What was signed.
    public let payload: SignaturePayload
    /// The certificates, leaf to root.
    public let chain: CertificateChain
    /// The kind of the leaf's key.
    public let keySpec: KeySpec

    /// The protected header.
    public var attributes: SignedAttributes { envelope.attributes }

    fileprivate init(
        _ envelope: SignatureEnvelope, _ payload: SignaturePayload, _ chain: CertificateChain,
        _ keySpec: KeySpec
    ) {
        self.envelope = envelope
        self.payload = payload
        self.chain = chain
        self.keySpec = keySpec
    }
}

/// The outcome of the integrity validation.
public enum IntegrityOutcome: Sendable {
    /// The envelope is whole.
    case verified(VerifiedEnvelope)
    /// It is not.
    case refused(IntegrityFailure)
}

extension SignatureEnvelope {
    /// Reads an envelope and runs the integrity validation.
    ///
    /// - Parameters:
    ///   - bytes: the whole envelope.
    ///   - format: what the media type of the layer says.
    ///   - chains: what was found of chains before, where there are many envelopes.
    /// - Returns: the envelope, or why it is not whole.
    /// - Throws: `CryptographyError` when the cryptographic library lacks an algorithm: then
    ///   nothing was decided.
    public static func verify(
        _ bytes: [UInt8], format: SignatureFormat, chains: ChainMemory = ChainMemory()
    ) throws(CryptographyError) -> IntegrityOutcome {
        let envelope: SignatureEnvelope
        do { envelope = try SignatureEnvelope(bytes, format: format) } catch {
            return .refused(error)
        }
        return try envelope.verified(chains: chains)
    }

    /// Runs the integrity validation: certificates read, profile kept, algorithm that of the leaf's
    /// key, signature by the leaf, payload well-formed.
    ///
    /// Needs no time and no trust. The cheap checks come first, the signature before the payload is
    /// looked at.
    ///
    /// - Parameter chains: what was found of chains before, where there are many envelopes.
    /// - Returns: the envelope, or why it is not whole.
    /// - Throws: `CryptographyError` when the cryptographic library lacks an algorithm.
    public func verified(chains: ChainMemory = ChainMemory()) throws(CryptographyError)
        -> IntegrityOutcome
    {
        let chain: CertificateChain
        do throws(IntegrityFailure) {
            chain = try chains.chain(of: certificates) { () throws(IntegrityFailure) in
                try lawfulChain()
            }
        } catch {
            return .refused(error)
        }
        return try verified(by: chain)
    }

    /// The chain, held against the profile: rules X1 to X18 and J16.
    private func lawfulChain() throws(IntegrityFailure) -> CertificateChain {
        let chain = try readChain()
        if let violation = CertificateProfile.codeSigning.firstViolation(in: chain) {
            throw IntegrityFailure(violation.rule.number, .profile(violation))
        }
        return chain
    }

    /// As `verified(chains:)`, for a chain that was read from this envelope and keeps the profile.
    func verified(by chain: CertificateChain) throws(CryptographyError) -> IntegrityOutcome {
        guard let keySpec = chain.leaf.publicKey.keySpec else {
            return .refused(
                IntegrityFailure(
                    CertificateRule.leafKey.number,
                    .profile(CertificateViolation(rule: .leafKey, position: 0))))
        }
        guard attributes.algorithm == keySpec else {
            return .refused(
                IntegrityFailure("J6", .algorithmMismatch(attributes.algorithm, key: keySpec)))
        }
        guard try chain.leaf.publicKey.verifies(signature: signature, over: signedMessage) else {
            return .refused(
                IntegrityFailure(format == .jws ? "J15" : "C13", .signatureMismatch))
        }
        do throws(PayloadFailure) {
            let payload = try SignaturePayload(parsing: self.payload)
            return .verified(VerifiedEnvelope(self, payload, chain, keySpec))
        } catch {
            return .refused(IntegrityFailure(error.rule, .badPayload(error)))
        }
    }

    private func readChain() throws(IntegrityFailure) -> CertificateChain {
        guard self.certificates.count <= X509Limits.chainCountMax else {
            throw IntegrityFailure("J16", .chain(.tooMany(count: self.certificates.count)))
        }
        var certificates: [Certificate] = []
        for (position, der) in self.certificates.enumerated() {
            do { certificates.append(try Certificate(der: der)) } catch {
                throw IntegrityFailure("J16", .certificate(position: position, error))
            }
        }
        do { return try CertificateChain(certificates) } catch {
            throw IntegrityFailure("J16", .chain(error))
        }
    }
}
