extension OCSPResponse {
    /// Whether a file is more like OCSP responses than like lists: by the label of a PEM block, or by
    /// what comes first in DER, a status.
    ///
    /// - SeeAlso: RFC 6960 section 4.2.1.
    public static func isLike(_ file: [UInt8]) -> Bool {
        guard file.first == DERTag.sequence else {
            let label = Array("-----BEGIN OCSP".utf8)
            return file.split(separator: UInt8(ascii: "\n")).contains { $0.starts(with: label) }
        }
        var reader = DERReader(file[...])
        guard let content = try? reader.next(DERTag.sequence).content else { return false }
        return DERReader(content).nextTag == DERTag.enumerated
    }

    /// Reads the responses of a file: PEM with any number of blocks and any text around them, or DER,
    /// one after the other.
    ///
    /// - Throws: when any of them cannot be read; `.malformed` for none.
    public static func list(_ file: [UInt8]) throws(OCSPResponseError) -> [OCSPResponse] {
        let encoded: [[UInt8]]
        do { encoded = try EncodedFile.elements(of: file) } catch {
            switch error {
            case .malformed(let error): throw .malformed(error)
            case .malformedPEM: throw .malformedPEM
            }
        }
        guard !encoded.isEmpty else { throw .malformed(.truncated) }
        var responses: [OCSPResponse] = []
        for der in encoded { responses.append(try OCSPResponse(der: der)) }
        return responses
    }
}
