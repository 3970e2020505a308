import Encodings
import Notary

extension SignedAttributes.Extended.Value {
    /// The value as it is shown: a text as it is, anything else as JSON or in CBOR's diagnostic
    /// notation.
    var text: String {
        switch self {
        case .json(let json): json.text
        case .cbor(.text(let text)): text
        case .cbor(let cbor): cbor.diagnostic
        }
    }
}

extension JSON {
    /// A string as it is, anything else as JSON without blanks.
    var text: String {
        if case .string(let text) = self { return text }
        return String(decoding: serialized(), as: UTF8.self)
    }
}

extension CBOR {
    /// Diagnostic notation.
    ///
    /// - SeeAlso: RFC 8949 section 8.
    fileprivate var diagnostic: String {
        switch self {
        case .integer(let integer): "\(integer)"
        case .bytes(let bytes): "h'\(Hex.encode(bytes))'"
        case .text(let text): JSON.string(text).quoted
        case .array(let items): "[\(items.map(\.diagnostic).joined(separator: ", "))]"
        case .map(let map):
            "{\(map.entries.map { "\($0.label.diagnostic): \($0.value.diagnostic)" }.joined(separator: ", "))}"
        case .tagged(let number, let item): "\(number)(\(item.diagnostic))"
        case .boolean(let flag): "\(flag)"
        case .null: "null"
        case .simple(let number): number == 23 ? "undefined" : "simple(\(number))"
        case .float(let bits, let byteCount):
            switch byteCount {
            case 4: "\(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))"
            case 8: "\(Double(bitPattern: bits))"
            default: "\(Float16(bitPattern: UInt16(truncatingIfNeeded: bits)))"
            }
        }
    }
}

extension CBORLabel {
    fileprivate var diagnostic: String {
        switch self {
        case .integer(let integer): "\(integer)"
        case .text(let text): JSON.string(text).quoted
        }
    }
}

extension JSON {
    fileprivate var quoted: String { String(decoding: serialized(), as: UTF8.self) }
}
