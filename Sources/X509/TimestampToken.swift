import Encodings

/// An RFC 3161 token whose word is proven to be that of an authority under one of the roots that
/// are trusted: only `init(verifying:roots:)` makes one.
///
/// - SeeAlso: rules T14, T15 and T18 to T25 of the conformance list;
///   docs/decisions/0025-how-a-time-stamp-is-verified.md.
public struct TimestampToken: Sendable {
    /// What the authority says.
    public let info: TimestampInfo
    /// The chain from the certificate that signed to a trusted root. Each of its certificates was
    /// valid at `info.generationTime`.
    public let chain: CertificateChain

    /// Signers of one token that are looked at: RFC 3161 wants one.
    static let signerCountMax = 8

    /// Verifies the signature of `token` by a certificate that it carries, and that certificate by
    /// a chain to one of `roots` as of the token's own time.
    ///
    /// Of several signers any one will do (rule T19). Whether anything of it has been revoked is
    /// another question.
    ///
    /// - Throws: `TimestampTokenError`; of several signers, what is wrong with the first.
    public init(verifying token: UnverifiedTimestampToken, roots: [Certificate])
        throws(TimestampTokenError)
    {
        // OpenSSL and our reader look at the same bytes, in which BER has become DER.
        let der = try CMSMessage(token.bytes).der()
        let message = try CMSMessage(der)
        let signed: SignedData
        do { signed = try SignedData(der) } catch { throw .malformedMessage(error) }
        guard signed.version == 3 else { throw .messageVersion(signed.version) }
        guard signed.holdsOnlyX509 else { throw .otherCertificates }
        if let identifier = token.info.criticalExtension { throw .criticalExtension(identifier) }
        let count = signed.signers.count
        guard count <= Self.signerCountMax else { throw .tooManySigners(count: count) }
        var failure = TimestampTokenError.noSigner
        for (place, signer) in signed.signers.enumerated() {
            do throws(TimestampTokenError) {
                let attributes = try TimestampAttributes(of: signer)
                let leaf = try attributes.certificate(of: signer, from: token.certificates)
                try message.verify(signerAt: place, by: leaf)
                chain = try Self.chain(
                    from: leaf, signingTime: attributes.signingTime, token, roots)
                info = token.info
                return
            } catch {
                if place == 0 { failure = error }
            }
        }
        throw failure
    }

    /// The first chain against which nothing speaks.
    ///
    /// - Throws: where something speaks against each, what speaks against the first.
    private static func chain(
        from leaf: Certificate, signingTime: Timestamp?, _ token: UnverifiedTimestampToken,
        _ roots: [Certificate]
    ) throws(TimestampTokenError) -> CertificateChain {
        var failure = TimestampTokenError.untrusted(subject: leaf.subject.description)
        let chains = ChainSearch.chains(from: leaf, through: token.certificates, to: roots)
        for (place, chain) in chains.enumerated() {
            guard let flaw = flaw(in: chain, token.info.generationTime, signingTime) else {
                return chain
            }
            if place == 0 { failure = flaw }
        }
        throw failure
    }

    private static func flaw(
        in chain: CertificateChain, _ generationTime: Timestamp, _ signingTime: Timestamp?
    ) -> TimestampTokenError? {
        if let invalid = chain.certificates.first(where: { !$0.isValid(at: generationTime) }) {
            return .outsideValidity(
                generationTime, subject: invalid.subject.description, notBefore: invalid.notBefore,
                notAfter: invalid.notAfter)
        }
        if let signingTime,
            let invalid = chain.certificates.first(where: { !$0.isValid(at: signingTime) })
        {
            return .signedOutsideValidity(
                signingTime, subject: invalid.subject.description, notBefore: invalid.notBefore,
                notAfter: invalid.notAfter)
        }
        if let violation = CertificateProfile.timeStamping.firstViolation(in: chain) {
            return .profile(violation)
        }
        return PathViolation(in: chain).map { .path($0) }
    }
}
