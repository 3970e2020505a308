public import Cryptography
import Encodings
public import X509

/// The form of notation's cache of CRLs: a file for each distribution point, found by its URL.
///
/// - SeeAlso: section 11 of the conformance list, "Cache", and O5.
public enum NotationCache {
    /// The folder in the cache's folder that holds the files.
    public static let folderName = "crl"

    /// The name of the file for the distribution point at `url`: the SHA-256 of its text.
    public static func fileName(of url: String) throws(CryptographyError) -> String {
        Hex.encode(try SignatureHash.sha256.hash(Array(url.utf8)))
    }

    /// A file's content, byte for byte as notation writes it.
    public static func content(base: RevocationList, delta: RevocationList?) -> [UInt8] {
        var text = "{\"baseCRL\":\"\(Base64.encode(base.der))\""
        if let delta { text += ",\"deltaCRL\":\"\(Base64.encode(delta.der))\"" }
        return Array((text + "}").utf8)
    }
}
