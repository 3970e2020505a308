import Encodings

extension Certificate {
    /// Reads the certificates of a file: PEM with any number of blocks and any text around them,
    /// or DER, one certificate after the other (rule R6).
    ///
    /// As in notation, a block's label is not looked at, only its content.
    ///
    /// - Throws: `CertificateError` when any of them cannot be read, `.noCertificate` for none.
    public static func list(_ file: [UInt8]) throws(CertificateError) -> [Certificate] {
        guard file.count <= X509Limits.fileSizeMax else { throw .tooLarge(byteCount: file.count) }
        let encoded =
            file.first == DERTag.sequence ? try concatenated(file) : try pemBlocks(of: file)
        guard !encoded.isEmpty else { throw .noCertificate }
        guard encoded.count <= X509Limits.fileCountMax else {
            throw .tooMany(count: encoded.count)
        }
        var certificates: [Certificate] = []
        for der in encoded { certificates.append(try Certificate(der: der)) }
        return certificates
    }

    /// The certificate as one PEM block.
    public var pem: String { PEM.block("CERTIFICATE", der) }

    private static func concatenated(_ file: [UInt8]) throws(CertificateError) -> [[UInt8]] {
        var reader = DERReader(file[...])
        var certificates: [[UInt8]] = []
        do {
            while !reader.isAtEnd {
                certificates.append(Array(try reader.next(DERTag.sequence).whole))
            }
        } catch {
            throw .malformed(error)
        }
        return certificates
    }

    private static func pemBlocks(of file: [UInt8]) throws(CertificateError) -> [[UInt8]] {
        var blocks: [[UInt8]] = []
        var text: [UInt8]?
        for line in file.split(whereSeparator: { $0 == 10 || $0 == 13 }) {
            if line.starts(with: "-----BEGIN ".utf8) {
                guard text == nil else { throw .malformedPEM }
                text = []
            } else if line.starts(with: "-----END ".utf8) {
                guard let block = text,
                    let der = Base64.decode(String(decoding: block, as: UTF8.self))
                else { throw .malformedPEM }
                blocks.append(der)
                text = nil
            } else {
                text?.append(contentsOf: line.filter { $0 != 32 && $0 != 9 })
            }
        }
        guard text == nil else { throw .malformedPEM }
        return blocks
    }
}
