public import Encodings

/// Who signed an OCSP response, as far as a certificate's issuer answers for it.
///
/// - SeeAlso: RFC 6960 section 4.2.2.2; section 17 of the conformance list.
public enum OCSPSignature: Sendable {
    /// The issuer itself.
    case issuer
    /// The holder of this certificate, which the issuer issued for the purpose.
    case delegate(Certificate)
    /// Nobody who may.
    case refused(OCSPSignatureFlaw)
}

/// Why a response proves nothing about what an issuer issued.
public enum OCSPSignatureFlaw: Error, Sendable, Equatable {
    /// It is signed with this algorithm.
    case weakSignature(String)
    /// It names a responder that is neither the issuer nor in the response.
    case noCertificate
    /// The responder's key did not sign it.
    case otherKey
    /// The responder's certificate is by another issuer.
    case otherIssuer
    /// The responder's certificate is signed with this algorithm.
    case weakCertificate(String)
    /// The responder's certificate is not for signing OCSP responses: id-kp-OCSPSigning is not among
    /// its extended key usages.
    case otherUsage
    /// The responder's certificate has a key usage without digitalSignature.
    case otherPurpose
    /// The responder's certificate was not valid when the response was signed.
    case outsideValidity(notBefore: Timestamp, notAfter: Timestamp)
}

extension OCSPResponse {
    /// Who signed the response: `issuer`, or a delegate whose certificate stands in the response, is
    /// issued directly by `issuer`, is for signing OCSP responses, and was valid when this one was
    /// signed.
    ///
    /// Whether the delegate's certificate was revoked is for the caller to ask, unless it
    /// `isResponderUnchecked`.
    public func signature(under issuer: Certificate) -> OCSPSignature {
        if case .weak(let identifier) = signatureAlgorithm {
            return .refused(.weakSignature(identifier))
        }
        if names(issuer), isSigned(by: issuer) { return .issuer }
        let named = certificates.filter { names($0) && $0 != issuer }
        guard !named.isEmpty else { return .refused(names(issuer) ? .otherKey : .noCertificate) }
        guard let delegate = named.first(where: { isSigned(by: $0) }) else {
            return .refused(.otherKey)
        }
        if let flaw = flaw(of: delegate, under: issuer) { return .refused(flaw) }
        return .delegate(delegate)
    }

    /// What keeps the certificate whose key signed the response from answering for `issuer`.
    private func flaw(of delegate: Certificate, under issuer: Certificate) -> OCSPSignatureFlaw? {
        guard delegate.isIssued(by: issuer) else { return .otherIssuer }
        if case .weak(let identifier) = delegate.signatureAlgorithm {
            return .weakCertificate(identifier)
        }
        let usages = delegate.extendedKeyUsage?.purposes ?? []
        guard usages.contains(ExtendedKeyUsage.ocspSigning) else { return .otherUsage }
        if let usage = delegate.keyUsage {
            guard usage.purposes.contains(.digitalSignature) else { return .otherPurpose }
        }
        guard delegate.isValid(at: producedAt) else {
            return .outsideValidity(notBefore: delegate.notBefore, notAfter: delegate.notAfter)
        }
        return nil
    }
}
