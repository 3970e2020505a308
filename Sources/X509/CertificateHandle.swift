private import COpenSSL
import Cryptography

/// Owns OpenSSL's form of a certificate.
@safe final class CertificateHandle: Sendable {
    // Never written after `init`. OpenSSL reads a certificate from many threads at once and guards
    // what it caches inside by locks of its own.
    private nonisolated(unsafe) let certificate: OpaquePointer

    init(der: [UInt8]) throws(CertificateError) {
        defer { ERR_clear_error() }
        let read = unsafe der.withUnsafeBufferPointer { bytes -> OpaquePointer? in
            var place = bytes.baseAddress
            return unsafe d2i_X509(nil, &place, bytes.count)
        }
        guard let read = unsafe read else { throw .unreadable }
        unsafe certificate = read
    }

    deinit {
        unsafe X509_free(certificate)
    }

    /// The subject's key, which stands as `spki` in the certificate.
    func publicKey(spki: [UInt8]) throws(CertificateError) -> PublicKey {
        defer { ERR_clear_error() }
        guard let key = unsafe X509_get0_pubkey(certificate), unsafe EVP_PKEY_up_ref(key) == 1
        else { throw .unreadableKey }
        return unsafe PublicKey(taking: key, spki: spki)
    }

    /// Whether the signature on this certificate is by the key of `issuer`.
    func isSigned(by issuer: CertificateHandle) -> Bool {
        defer { ERR_clear_error() }
        guard let key = unsafe X509_get0_pubkey(issuer.certificate) else { return false }
        return unsafe X509_verify(certificate, key) == 1
    }

    /// Whether the signature on `statement` is by the key of this certificate.
    func hasSigned(_ statement: SignedStatement) -> Bool {
        defer { ERR_clear_error() }
        guard let key = unsafe X509_get0_pubkey(certificate) else { return false }
        return unsafe statement.isSigned(by: key)
    }
}
