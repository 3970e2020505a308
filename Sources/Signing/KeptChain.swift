import Cryptography
import Encodings
import PKCS11
import X509

extension Session {
    /// The certificates that the token shows and Airseal can read; others are passed over.
    func keptCertificates() throws(PKCS11Error) -> [KeptCertificate] {
        try certificates().compactMap { kept in
            (try? Certificate(der: kept.der)).map { KeptCertificate(id: kept.id, certificate: $0) }
        }
    }

    /// The chain of `key`, put together from the token's certificates.
    func chain(of key: SigningKey, at time: Timestamp) throws(SigningError) -> CertificateChain {
        let kept: [KeptCertificate]
        do { kept = try keptCertificates() } catch { throw .token(error) }
        guard let publicKey = try? PublicKey(spki: key.publicKey) else {
            throw .certificate(.unreadableKey)
        }
        do {
            return try ChainAssembly.chain(
                for: publicKey, id: key.description.id, from: kept, at: time)
        } catch { throw .chain(key.description, error) }
    }
}
