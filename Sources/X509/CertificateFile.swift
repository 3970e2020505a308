extension Certificate {
    /// Reads the certificates of a file: PEM with any number of blocks and any text around them,
    /// or DER, one certificate after the other (rule R6).
    ///
    /// As in notation, a block's label is not looked at, only its content.
    ///
    /// - Throws: `CertificateError` when any of them cannot be read, `.noCertificate` for none.
    public static func list(_ file: [UInt8]) throws(CertificateError) -> [Certificate] {
        guard file.count <= X509Limits.fileSizeMax else { throw .tooLarge(byteCount: file.count) }
        let encoded: [[UInt8]]
        do { encoded = try EncodedFile.elements(of: file) } catch {
            switch error {
            case .malformed(let error): throw .malformed(error)
            case .malformedPEM: throw .malformedPEM
            }
        }
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
}
