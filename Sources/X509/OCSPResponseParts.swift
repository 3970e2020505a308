import Encodings

/// The elements of a basic response, before its certificates are read.
struct OCSPResponseParts {
    let statement: SignedStatement
    let certificates: DERReader?
    let responder: OCSPResponse.ResponderName
    let producedAt: Timestamp
    let answers: [OCSPAnswer]
    let unknownCriticalExtensions: [String]

    init(_ der: [UInt8]) throws(OCSPResponseError) {
        var basic = try Self.basicResponse(in: der)
        var singles: DERReader
        var extensions: DERReader?
        let version: Int
        do {
            statement = try SignedStatement(&basic)
            certificates = try Self.tagged(DERTag.context(0), &basic)
            try basic.requireEnd()
            var outer = DERReader(statement.content)
            var data = try outer.enter(DERTag.sequence)
            version = try Self.version(&data)
            responder = try Self.responder(data.next())
            producedAt = try data.generalizedTime()
            singles = try data.enter(DERTag.sequence)
            extensions = try Self.tagged(DERTag.context(1), &data)
            try data.requireEnd()
        } catch { throw .malformed(error) }
        guard version == 1 else { throw .version(version) }
        var answers: [OCSPAnswer] = []
        while !singles.isAtEnd {
            let single: DERReader
            do { single = try singles.enter(DERTag.sequence) } catch { throw .malformed(error) }
            answers.append(try OCSPAnswer(single))
        }
        self.answers = answers
        do {
            let list = try extensions.map(Extension.list) ?? []
            unknownCriticalExtensions = list.filter { part in
                part.isCritical && !Self.harmless.contains(part.identifier)
            }.map(\.identifier)
        } catch { throw OCSPResponseError(error) }
    }

    /// The fields of the basic response inside what says whether there is one.
    private static func basicResponse(in der: [UInt8]) throws(OCSPResponseError) -> DERReader {
        let frame: Frame
        do { frame = try Frame(der) } catch { throw .malformed(error) }
        guard frame.status == 0 else { throw .status(frame.status) }
        guard let type = frame.type, let content = frame.content else {
            throw .malformed(.truncated)
        }
        guard type == "1.3.6.1.5.5.7.48.1.1" else { throw .otherType(type) }
        do {
            var basic = DERReader(content)
            let fields = try basic.enter(DERTag.sequence)
            try basic.requireEnd()
            return fields
        } catch { throw .malformed(error) }
    }

    /// A nonce, which nobody offline asked for, and the promise to answer for certificates that were
    /// never issued.
    private static let harmless: Set = ["1.3.6.1.5.5.7.48.1.2", "1.3.6.1.5.5.7.48.1.9"]

    /// A SEQUENCE OF inside a tag, if it is there.
    private static func tagged(_ tag: UInt8, _ fields: inout DERReader) throws(DERError)
        -> DERReader?
    {
        guard let element = try fields.optional(tag) else { return nil }
        var tagged = DERReader(element.content)
        let list = try tagged.enter(DERTag.sequence)
        try tagged.requireEnd()
        return list
    }

    /// 1 where none is written.
    private static func version(_ data: inout DERReader) throws(DERError) -> Int {
        guard let element = try data.optional(DERTag.context(0)) else { return 1 }
        var tagged = DERReader(element.content)
        let version = try tagged.smallInteger() + 1
        try tagged.requireEnd()
        return version
    }

    private static func responder(_ element: DERElement) throws(DERError)
        -> OCSPResponse.ResponderName
    {
        var tagged = DERReader(element.content)
        switch element.tag {
        case DERTag.context(1):
            let name = try DistinguishedName(tagged.next(DERTag.sequence))
            try tagged.requireEnd()
            return .name(name)
        case DERTag.context(2):
            let hash = Array(try tagged.next(DERTag.octetString).content)
            try tagged.requireEnd()
            return .keyHash(hash)
        default: throw .unexpected(tag: element.tag)
        }
    }
}

/// What stands around a response: its status, and the type and bytes of what a successful one holds.
private struct Frame {
    let status: Int
    let type: String?
    let content: ArraySlice<UInt8>?

    init(_ der: [UInt8]) throws(DERError) {
        var file = DERReader(der[...])
        var response = try file.enter(DERTag.sequence)
        try file.requireEnd()
        let code = try response.next(DERTag.enumerated).content
        guard code.count == 1, let status = code.first, status < 0x80 else {
            throw .badValue(tag: DERTag.enumerated)
        }
        self.status = Int(status)
        guard let tagged = try response.optional(DERTag.context(0)) else {
            type = nil
            content = nil
            try response.requireEnd()
            return
        }
        try response.requireEnd()
        var outer = DERReader(tagged.content)
        var bytes = try outer.enter(DERTag.sequence)
        try outer.requireEnd()
        type = try bytes.objectIdentifier()
        content = try bytes.next(DERTag.octetString).content
        try bytes.requireEnd()
    }
}
