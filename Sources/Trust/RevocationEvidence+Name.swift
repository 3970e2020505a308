public import Cryptography
public import Encodings
import X509

extension RevocationEvidence {
    /// The SHA-256 of one line for each list and response, `KIND DIGEST`, in byte order; nil where
    /// there is none.
    public func nameDigest() throws(CryptographyError) -> Digest? {
        let lines =
            lists.map { "\($0.list.isDelta ? Kind.delta : .base) \($0.list.digest)\n" }
            + responses.map { "\(Kind.ocsp) \($0.digest)\n" }
        guard !lines.isEmpty else { return nil }
        return try BlobHasher.digest(of: lines.sorted().flatMap { Array($0.utf8) })
    }
}
