private import COpenSSL

/// The bytes of a file that holds a private key, and perhaps its certificates: PKCS#8 in PEM or DER,
/// PKCS#12. They are wiped when they are let go, and what is decrypted of them is in OpenSSL's memory
/// alone, which it wipes.
@safe public struct KeyFile: ~Copyable {
    /// Largest file read, in bytes: a key and ten certificates take a tenth of it.
    public static let byteCountMax = 1 << 20

    /// What a file can be.
    private enum Form {
        case pem
        case privateKey
        case encryptedKey
        case container
    }

    private let bytes: UnsafeMutableRawBufferPointer
    private let used: Int

    /// Takes what `read` puts into the memory that it is given, until it returns 0.
    ///
    /// - Throws: what `read` throws; `.tooLarge` where there is more than `byteCountMax`.
    public init(reading read: (UnsafeMutableRawBufferPointer) throws -> Int) throws {
        // The secure heap is locked and kept out of core dumps. Where the system grants none, OpenSSL
        // takes common memory, and wipes it all the same.
        _ = CRYPTO_secure_malloc_init(1 << 18, 32)
        let bytes = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Self.byteCountMax + 1, alignment: 16)
        var used = 0
        do {
            while used < bytes.count {
                let room = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[used...])
                let count = try unsafe read(room)
                if count == 0 { break }
                used += count
            }
            guard used <= Self.byteCountMax else {
                throw KeyFileError.tooLarge(limit: Self.byteCountMax)
            }
        } catch {
            unsafe Self.wipe(bytes)
            throw error
        }
        unsafe self.bytes = bytes
        self.used = used
    }

    deinit { unsafe Self.wipe(bytes) }

    private static func wipe(_ bytes: UnsafeMutableRawBufferPointer) {
        unsafe OPENSSL_cleanse(bytes.baseAddress, bytes.count)
        unsafe bytes.deallocate()
    }

    private var content: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: bytes[..<used])
    }

    /// What the first bytes say: each of the three in DER begins with another member.
    private func form() throws(KeyFileError) -> Form {
        guard used > 0, unsafe content[0] == 0x30 else { return .pem }
        guard let first = unsafe DERKeyForms.firstMember(of: content) else { throw .noKey }
        switch first {
        case .sequence: return .encryptedKey
        case .integer(3): return .container
        case .integer(0), .integer(1): return .privateKey
        case .integer: throw .noKey
        }
    }

    /// Whether a passphrase is needed to open it.
    public func isEncrypted() throws(KeyFileError) -> Bool {
        defer { ERR_clear_error() }
        switch try form() {
        case .privateKey: return false
        case .encryptedKey: return true
        case .container: return try unsafe DERKeyForms.containerNeedsPassphrase(content)
        case .pem: return try blocks().contains { $0.label == PEMBlock.encryptedKey }
        }
    }

    /// Reads key and certificates.
    ///
    /// - Parameter passphrase: what it is encrypted with; nil where it is not.
    /// - Returns: the key, and the certificates in DER as they stand in the file.
    /// - Throws: `.wrongPassphrase` when it does not open with that.
    public func open(_ passphrase: UnsafeRawBufferPointer?) throws(KeyFileError) -> OpenedKeyFile {
        defer { ERR_clear_error() }
        switch try form() {
        case .privateKey:
            return OpenedKeyFile(
                key: try unsafe DERKeyForms.key(content), certificates: [])
        case .encryptedKey:
            return OpenedKeyFile(
                key: try unsafe DERKeyForms.key(encrypted: content, passphrase), certificates: [])
        case .container: return try unsafe DERKeyForms.open(container: content, passphrase)
        case .pem: return try unsafe openPEM(passphrase)
        }
    }

    private func openPEM(_ passphrase: UnsafeRawBufferPointer?) throws(KeyFileError)
        -> OpenedKeyFile
    {
        var key: PrivateKey?
        var certificates: [[UInt8]] = []
        for block in try blocks() {
            let isKey = block.label.hasSuffix("PRIVATE KEY")
            guard !isKey || key == nil else { throw .severalKeys }
            switch block.label {
            case PEMBlock.certificate: certificates.append(unsafe Array(block.der))
            case PEMBlock.plainKey: key = try unsafe DERKeyForms.key(block.der)
            case PEMBlock.encryptedKey:
                key = try unsafe DERKeyForms.key(encrypted: block.der, passphrase)
            default: if isKey { throw .otherForm(label: block.label) }
            }
        }
        guard let key else { throw .noKey }
        return OpenedKeyFile(key: key, certificates: certificates)
    }

    private func blocks() throws(KeyFileError) -> [PEMBlock] {
        try unsafe PEMBlock.list(content)
    }
}

/// A key that was read from a file, with what stood beside it.
public struct OpenedKeyFile: Sendable {
    /// The key.
    public let key: PrivateKey
    /// The certificates in DER, in the order of the file.
    public let certificates: [[UInt8]]
}

/// Why a file gives no key.
public enum KeyFileError: Error, Equatable {
    /// Neither PKCS#8 nor PKCS#12, or without a private key.
    case noKey
    /// A private key in another form than PKCS#8, as PEM labels it: `EC PRIVATE KEY`.
    case otherForm(label: String)
    /// More than one private key, and nothing says which is meant.
    case severalKeys
    /// The passphrase does not open it, or it was changed since it was encrypted.
    case wrongPassphrase
    /// Encrypted with an algorithm that this OpenSSL does not offer, whatever the passphrase.
    case unsupportedEncryption
    /// It says to be a key, and its bytes are none that OpenSSL can read: damaged, or encrypted with an
    /// algorithm that this OpenSSL does not offer.
    case damaged
    /// A key that no Notary signature may be made with.
    case unsupportedKey(PublicKey.Kind)
    /// More bytes than a key file has.
    case tooLarge(limit: Int)
}
