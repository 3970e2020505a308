/// With what a certificate was signed, as far as rule X6 asks.
public enum CertificateSignatureAlgorithm: Sendable, Equatable {
    /// RSA, RSA-PSS or ECDSA with SHA-256, SHA-384 or SHA-512, or EdDSA.
    case strong(String)
    /// Anything else, SHA-1 and MD5 among them, by its object identifier.
    case weak(String)

    private static let strongIdentifiers: Set<String> = [
        "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.12", "1.2.840.113549.1.1.13",
        "1.2.840.10045.4.3.2", "1.2.840.10045.4.3.3", "1.2.840.10045.4.3.4",
        "1.3.101.112", "1.3.101.113",
    ]
    private static let strongHashes: Set<String> = [
        "2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.2", "2.16.840.1.101.3.4.2.3",
    ]

    /// Reads an AlgorithmIdentifier.
    init(_ element: DERElement) throws(DERError) {
        var fields = DERReader(element.content)
        let identifier = try fields.objectIdentifier()
        var isStrong = Self.strongIdentifiers.contains(identifier)
        if identifier == "1.2.840.113549.1.1.10" {
            // RSASSA-PSS names its hash in its parameters; without it the hash is SHA-1.
            var parameters = try fields.enter(DERTag.sequence)
            if var tagged = try parameters.optional(DERTag.context(0)).map({
                DERReader($0.content)
            }) {
                var hash = try tagged.enter(DERTag.sequence)
                isStrong = Self.strongHashes.contains(try hash.objectIdentifier())
            }
        }
        self = isStrong ? .strong(identifier) : .weak(identifier)
    }
}
