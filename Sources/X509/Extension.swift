/// One extension of a certificate, of a list of revoked ones, of an entry in it, or of a response.
struct Extension {
    let identifier: String
    let isCritical: Bool
    /// What the extension holds, in DER.
    let value: ArraySlice<UInt8>

    /// Reads the next one of `list`.
    init(_ list: inout DERReader) throws(DERError) {
        var entry = try list.enter(DERTag.sequence)
        identifier = try entry.objectIdentifier()
        // Some issuers spell out the default FALSE; X.690 forbids it, every verifier reads it.
        isCritical = entry.nextTag == DERTag.boolean ? try entry.boolean() : false
        value = try entry.next(DERTag.octetString).content
        try entry.requireEnd()
    }

    /// Reads a list of extensions, of which none may stand twice.
    static func list(_ list: DERReader) throws(ExtensionFlaw) -> [Extension] {
        var list = list
        var extensions: [Extension] = []
        var identifiers = Set<String>()
        while !list.isAtEnd {
            let entry: Extension
            do { entry = try Extension(&list) } catch { throw .malformed(error) }
            guard identifiers.insert(entry.identifier).inserted else {
                throw .duplicate(entry.identifier)
            }
            extensions.append(entry)
        }
        return extensions
    }

    /// What `read` makes of the value, which it must read to the end.
    func parsed<Value>(_ read: (inout DERReader) throws(DERError) -> Value)
        throws(ExtensionFlaw) -> Value
    {
        var reader = DERReader(value)
        do {
            let parsed = try read(&reader)
            try reader.requireEnd()
            return parsed
        } catch { throw .malformedValue(identifier) }
    }
}

/// What is wrong with a list of extensions.
enum ExtensionFlaw: Error {
    case malformed(DERError)
    case duplicate(String)
    case malformedValue(String)
}
