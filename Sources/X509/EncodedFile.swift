import Encodings

/// A file of things in PEM, with any text around them, or in DER, one after the other.
enum EncodedFile {
    /// The DER of each; none where there is nothing.
    ///
    /// As in notation, a block's label is not looked at, only its content.
    static func elements(of file: [UInt8]) throws(EncodedFileError) -> [[UInt8]] {
        guard file.first == DERTag.sequence else { return try pemBlocks(of: file) }
        var reader = DERReader(file[...])
        var elements: [[UInt8]] = []
        do {
            while !reader.isAtEnd {
                elements.append(Array(try reader.next(DERTag.sequence).whole))
            }
        } catch { throw .malformed(error) }
        return elements
    }

    private static func pemBlocks(of file: [UInt8]) throws(EncodedFileError) -> [[UInt8]] {
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

/// Why a file cannot be taken apart.
enum EncodedFileError: Error {
    /// DER is cut off, or something else stands between.
    case malformed(DERError)
    /// A PEM block that does not end, or whose text is no base64.
    case malformedPEM
}
