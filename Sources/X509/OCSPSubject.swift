private import COpenSSL
import Cryptography

/// The certificate that an OCSP answer is about: its serial number, with its issuer by hashes.
///
/// - SeeAlso: RFC 6960 section 4.1.1, `CertID`.
public struct OCSPSubject: Sendable, Hashable {
    /// The hash that is used, by identifier.
    public let hashIdentifier: String
    /// The hash of the issuer's name.
    public let issuerNameHash: [UInt8]
    /// The hash of the issuer's key.
    public let issuerKeyHash: [UInt8]
    /// The serial number in two's complement, without a leading zero byte.
    public let serialNumber: [UInt8]

    init(_ fields: DERReader) throws(DERError) {
        var fields = fields
        var algorithm = try fields.enter(DERTag.sequence)
        hashIdentifier = try algorithm.objectIdentifier()
        if algorithm.nextTag == DERTag.null { _ = try algorithm.next() }
        try algorithm.requireEnd()
        issuerNameHash = Array(try fields.next(DERTag.octetString).content)
        issuerKeyHash = Array(try fields.next(DERTag.octetString).content)
        serialNumber = Array(try fields.naturalNumber())
        try fields.requireEnd()
    }

    /// Whether `certificate`, which `issuer` issued, is meant. Never where the hash is unknown.
    public func names(_ certificate: Certificate, issuedBy issuer: Certificate) -> Bool {
        guard serialNumber == certificate.serialNumber, let name = Self.names[hashIdentifier],
            let key = issuer.publicKeyBits
        else { return false }
        return issuerNameHash == Self.hash(certificate.issuer.der[...], name)
            && issuerKeyHash == Self.hash(key, name)
    }

    /// SHA-1, by which nearly every responder names certificates, and SHA-2. No signature rests on
    /// these hashes: they only say which answer to look at.
    private static let names = [
        "1.3.14.3.2.26": "SHA-1", "2.16.840.1.101.3.4.2.1": "SHA-256",
        "2.16.840.1.101.3.4.2.2": "SHA-384", "2.16.840.1.101.3.4.2.3": "SHA-512",
    ]

    /// The SHA-1 by which a responder names its key; nil where the cryptographic library lacks it.
    static func keyName(_ certificate: Certificate) -> [UInt8]? {
        certificate.publicKeyBits.flatMap { hash($0, "SHA-1") }
    }

    private static func hash(_ bytes: ArraySlice<UInt8>, _ name: String) -> [UInt8]? {
        defer { ERR_clear_error() }
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count = 0
        let done = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe EVP_Q_digest(nil, name, nil, bytes.baseAddress, bytes.count, &digest, &count)
        }
        return done == 1 ? Array(digest[..<count]) : nil
    }
}

extension Certificate {
    /// The content of the key's BIT STRING, which is what responders hash.
    fileprivate var publicKeyBits: ArraySlice<UInt8>? {
        var outer = DERReader(publicKey.spki[...])
        guard var spki = try? outer.enter(DERTag.sequence), (try? spki.next()) != nil else {
            return nil
        }
        return try? spki.bitString().bytes
    }
}
