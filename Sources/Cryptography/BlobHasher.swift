private import COpenSSL
public import Encodings

/// Hashes bytes as they pass.
///
/// One OpenSSL context, reused after each `finish`.
@safe public final class BlobHasher {
    /// The algorithm.
    public let algorithm: Digest.Algorithm
    private let context: OpaquePointer
    private let method: OpaquePointer

    /// A hash of nothing yet.
    ///
    /// - Throws: `.unavailable` when the cryptographic library refuses the algorithm.
    public init(_ algorithm: Digest.Algorithm = .sha256) throws(CryptographyError) {
        self.algorithm = algorithm
        guard let method = unsafe EVP_MD_fetch(nil, algorithm.opensslName, nil) else {
            throw .unavailable(algorithm.opensslName)
        }
        guard let context = unsafe EVP_MD_CTX_new(),
            unsafe EVP_DigestInit_ex2(context, method, nil) == 1
        else {
            unsafe EVP_MD_free(method)
            throw .unavailable(algorithm.opensslName)
        }
        unsafe self.method = method
        unsafe self.context = context
    }

    deinit {
        unsafe EVP_MD_CTX_free(context)
        unsafe EVP_MD_free(method)
    }

    /// Adds `bytes`.
    public func update(_ bytes: UnsafeRawBufferPointer) {
        let done = unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
        precondition(done == 1, "a hash that was begun takes any bytes")
    }

    /// Adds `bytes`.
    public func update(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe update(UnsafeRawBufferPointer($0)) }
    }

    /// Adds `bytes`.
    public func update(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes { unsafe update($0) }
    }

    /// The digest of everything since the beginning or the last `finish`; then begins anew.
    public func finish() -> Digest {
        var bytes = [UInt8](repeating: 0, count: algorithm.byteCount)
        let done = unsafe EVP_DigestFinal_ex(context, &bytes, nil)
        let begun = unsafe EVP_DigestInit_ex2(context, method, nil)
        precondition(done == 1 && begun == 1, "a hash that was begun can be finished and reused")
        return Digest(algorithm, bytes: bytes)
    }

    /// The digest of `bytes`.
    public static func digest(of bytes: [UInt8], _ algorithm: Digest.Algorithm = .sha256)
        throws(CryptographyError) -> Digest
    {
        let hasher = try BlobHasher(algorithm)
        hasher.update(bytes)
        return hasher.finish()
    }
}

extension Digest.Algorithm {
    var opensslName: String {
        switch self {
        case .sha256: "SHA256"
        case .sha384: "SHA384"
        case .sha512: "SHA512"
        }
    }
}
