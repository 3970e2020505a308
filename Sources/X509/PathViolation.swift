private import COpenSSL

/// A certificate of a chain that breaks a rule of RFC 5280 which the certificate profile does not
/// ask for, in the judgement of OpenSSL.
///
/// - SeeAlso: RFC 5280 section 6; rules X17 and X18 of the conformance list, which bind chains of
///   time-stamping authorities only.
public struct PathViolation: Sendable, Equatable {
    /// What is wrong.
    public enum Reason: Sendable, Equatable {
        /// It has a critical extension that nobody knows (rule X17).
        case criticalExtension
        /// The constraints of an authority do not let it have its name (rule X18).
        case nameConstraints
        /// Anything else, by OpenSSL's number.
        case other(code: Int32)
    }

    /// What is wrong.
    public let reason: Reason
    /// Where the certificate stands in the chain, counted from the leaf, which is 0.
    public let position: Int

    /// The rule of the conformance list; nil where there is none.
    public var rule: String? {
        switch reason {
        case .criticalExtension: "X17"
        case .nameConstraints: "X18"
        case .other: nil
        }
    }

    /// Nil where OpenSSL finds the way from the leaf of `chain` to its root, whatever the time.
    init?(in chain: CertificateChain) {
        defer { ERR_clear_error() }
        let stack = unsafe airseal_new_certificates()
        defer { unsafe airseal_free_certificates(stack) }
        for certificate in chain.certificates {
            let read = unsafe certificate.der.withUnsafeBufferPointer { bytes in
                var place = bytes.baseAddress
                return unsafe d2i_X509(nil, &place, bytes.count)
            }
            guard let read = unsafe read else { continue }
            if unsafe airseal_add_certificate(stack, read) <= 0 { unsafe X509_free(read) }
        }
        guard let (code, depth) = unsafe Self.verify(stack) else { return nil }
        position = Int(depth)
        reason =
            switch code {
            case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION: .criticalExtension
            case X509_V_ERR_PERMITTED_VIOLATION, X509_V_ERR_EXCLUDED_VIOLATION,
                X509_V_ERR_SUBTREE_MINMAX, X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE,
                X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX, X509_V_ERR_UNSUPPORTED_NAME_SYNTAX:
                .nameConstraints
            default: .other(code: code)
            }
    }

    /// The error and where it was found; nil for a good chain.
    private static func verify(_ stack: OpaquePointer?) -> (code: Int32, depth: Int32)? {
        let count = unsafe airseal_certificate_count(stack)
        let store = unsafe X509_STORE_new()
        defer { unsafe X509_STORE_free(store) }
        let context = unsafe X509_STORE_CTX_new()
        defer { unsafe X509_STORE_CTX_free(context) }
        guard
            unsafe X509_STORE_add_cert(store, airseal_certificate_at(stack, count - 1)) == 1,
            unsafe X509_STORE_CTX_init(
                context, store, airseal_certificate_at(stack, 0), stack) == 1
        else { return (X509_V_ERR_UNSPECIFIED, 0) }
        // Whether they were valid is asked as of the token's time, to the last second of each.
        unsafe X509_STORE_CTX_set_flags(context, UInt(X509_V_FLAG_NO_CHECK_TIME))
        guard unsafe X509_verify_cert(context) != 1 else { return nil }
        return unsafe (
            X509_STORE_CTX_get_error(context), X509_STORE_CTX_get_error_depth(context)
        )
    }
}
