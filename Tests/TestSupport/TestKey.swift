internal import COpenSSL
public import Cryptography
import Synchronization

/// What a test asks OpenSSL for and does not get.
public struct Unavailable: Error {
    let call: String
}

/// A private key made in memory, of any kind, allowed to sign or not. TEST ONLY.
@safe public final class TestKey: Sendable {
    /// What OpenSSL is told to make.
    public enum Kind: Sendable {
        /// RSA with a number of bits.
        case rsa(UInt)
        /// RSA bound to PSS.
        case rsaPSS(UInt)
        /// A curve by its name.
        case ec(String)
        /// A curve with its parameters spelled out.
        case explicitEC(String)
        /// Ed25519.
        case ed25519
    }

    // Never written after `init`; OpenSSL signs with one key from many threads.
    nonisolated(unsafe) let key: OpaquePointer
    private static let kept = Mutex<[KeySpec: TestKey]>([:])

    /// A new key.
    public init(_ kind: Kind) throws {
        let name =
            switch kind {
            case .rsa: "RSA"
            case .rsaPSS: "RSA-PSS"
            case .ec, .explicitEC: "EC"
            case .ed25519: "ED25519"
            }
        let context = unsafe EVP_PKEY_CTX_new_from_name(nil, name, nil)
        defer { unsafe EVP_PKEY_CTX_free(context) }
        guard unsafe EVP_PKEY_keygen_init(context) == 1 else { throw Unavailable(call: name) }
        let isSet =
            switch kind {
            case .rsa(let bitCount), .rsaPSS(let bitCount):
                unsafe EVP_PKEY_CTX_set_rsa_keygen_bits(context, Int32(bitCount))
            case .ec(let curve): unsafe EVP_PKEY_CTX_set_group_name(context, curve)
            case .explicitEC(let curve):
                unsafe EVP_PKEY_CTX_set_group_name(context, curve)
                    & EVP_PKEY_CTX_set_ec_param_enc(context, OPENSSL_EC_EXPLICIT_CURVE)
            case .ed25519: Int32(1)
            }
        var made: OpaquePointer?
        guard isSet == 1, unsafe EVP_PKEY_generate(context, &made) == 1, let made = unsafe made
        else { throw Unavailable(call: name) }
        unsafe key = made
    }

    /// A new key of one of the six kinds.
    public convenience init(_ keySpec: KeySpec) throws {
        switch keySpec {
        case .rsa2048: try self.init(.rsa(2048))
        case .rsa3072: try self.init(.rsa(3072))
        case .rsa4096: try self.init(.rsa(4096))
        case .ec256: try self.init(.ec("P-256"))
        case .ec384: try self.init(.ec("P-384"))
        case .ec521: try self.init(.ec("P-521"))
        }
    }

    /// The one key of a kind that this run of the tests has: RSA keys take seconds to make.
    public static func kept(_ keySpec: KeySpec) throws -> TestKey {
        try kept.withLock { keys in
            if let key = keys[keySpec] { return key }
            let key = try TestKey(keySpec)
            keys[keySpec] = key
            return key
        }
    }

    deinit {
        unsafe EVP_PKEY_free(key)
    }

    /// A signature as X.509 has it: DER for a curve, PKCS #1 v1.5 for RSA.
    public func signature(over message: [UInt8], _ hash: String) throws -> [UInt8] {
        let context = unsafe EVP_MD_CTX_new()
        defer { unsafe EVP_MD_CTX_free(context) }
        guard unsafe EVP_DigestSignInit_ex(context, nil, hash, nil, nil, key, nil) == 1 else {
            throw Unavailable(call: "EVP_DigestSignInit_ex")
        }
        var signature = [UInt8](repeating: 0, count: 1024)
        var count = signature.count
        guard unsafe EVP_DigestSign(context, &signature, &count, message, message.count) == 1 else {
            throw Unavailable(call: "EVP_DigestSign")
        }
        return Array(signature[..<count])
    }

    /// The public half as SubjectPublicKeyInfo.
    public var spki: [UInt8] {
        get throws {
            var encoded: UnsafeMutablePointer<UInt8>?
            let count = unsafe i2d_PUBKEY(key, &encoded)
            return try unsafe taken(encoded, count)
        }
    }
}

/// The bytes that OpenSSL made, which are freed here.
func taken(_ start: UnsafeMutablePointer<UInt8>?, _ count: Int32) throws -> [UInt8] {
    guard count > 0, let start = unsafe start else { throw Unavailable(call: "i2d") }
    defer { unsafe CRYPTO_free(start, #file, #line) }
    return unsafe Array(UnsafeBufferPointer(start: start, count: Int(count)))
}
