private import COpenSSL

/// One block of a PEM file, in memory that OpenSSL wipes when the block is let go.
@safe final class PEMBlock {
    static let certificate = "CERTIFICATE"
    static let plainKey = "PRIVATE KEY"
    static let encryptedKey = "ENCRYPTED PRIVATE KEY"
    /// Blocks in one file: a key and the longest chain stay far below.
    private static let countMax = 100

    /// What the first line calls it.
    let label: String
    private let start: UnsafeMutablePointer<UInt8>
    private let count: Int

    /// The bytes, as long as the block is there.
    var der: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: start, count: count) }

    private init(label: String, start: UnsafeMutablePointer<UInt8>, count: Int) {
        self.label = label
        unsafe self.start = start
        self.count = count
    }

    deinit { unsafe CRYPTO_secure_clear_free(start, count, #file, #line) }

    /// The blocks in `file`.
    static func list(_ file: UnsafeRawBufferPointer) throws(KeyFileError) -> [PEMBlock] {
        // It wipes what it holds.
        guard let source = unsafe BIO_new(BIO_s_secmem()) else { throw .damaged }
        defer { unsafe BIO_free(source) }
        guard unsafe BIO_write(source, file.baseAddress, Int32(file.count)) == Int32(file.count)
        else { throw .noKey }
        var blocks: [PEMBlock] = []
        while blocks.count < countMax, let block = unsafe next(in: source) { blocks.append(block) }
        return blocks
    }

    private static func next(in source: OpaquePointer) -> PEMBlock? {
        var name: UnsafeMutablePointer<CChar>?
        var header: UnsafeMutablePointer<CChar>?
        var data: UnsafeMutablePointer<UInt8>?
        var count = 0
        let flags = UInt32(PEM_FLAG_SECURE)
        guard unsafe PEM_read_bio_ex(source, &name, &header, &data, &count, flags) == 1 else {
            return nil
        }
        defer {
            unsafe CRYPTO_secure_free(name, #file, #line)
            unsafe CRYPTO_secure_free(header, #file, #line)
        }
        guard let name = unsafe name, let data = unsafe data else { return nil }
        return unsafe PEMBlock(label: String(cString: name), start: data, count: count)
    }
}
