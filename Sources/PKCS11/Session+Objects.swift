internal import CP11Kit
internal import Encodings

extension Session {
    /// Objects read from one token. The largest partitions sold hold some thousand keys.
    private static let objectCountMax = 4096
    /// Longest attribute read, in bytes: a certificate is the longest that is ever asked for.
    private static let attributeByteCountMax = 64 << 10

    /// The handles of all objects that `template` describes.
    func objects(_ template: consuming AttributeTemplate) throws(PKCS11Error)
        -> [CK_OBJECT_HANDLE]
    {
        try check(
            "C_FindObjectsInit",
            unsafe template.withAttributes {
                unsafe functions.pointee.C_FindObjectsInit(handle, $0, $1)
            })
        let found: [CK_OBJECT_HANDLE]
        do throws(PKCS11Error) { found = try foundObjects() } catch {
            // The first error is the one to report.
            _ = try? ask("C_FindObjectsFinal", unsafe functions.pointee.C_FindObjectsFinal(handle))
            throw error
        }
        // A search that is not over lets nothing else begin.
        try check("C_FindObjectsFinal", unsafe functions.pointee.C_FindObjectsFinal(handle))
        return found
    }

    /// What the search that has begun finds.
    private func foundObjects() throws(PKCS11Error) -> [CK_OBJECT_HANDLE] {
        var found: [CK_OBJECT_HANDLE] = []
        var batch = [CK_OBJECT_HANDLE](repeating: 0, count: 64)
        while true {
            var count: CK_ULONG = 0
            try check(
                "C_FindObjects",
                unsafe functions.pointee.C_FindObjects(
                    handle, &batch, CK_ULONG(batch.count), &count))
            if count == 0 { return found }
            found.append(contentsOf: batch.prefix(Int(count)))
            guard found.count <= Self.objectCountMax else {
                throw .tooManyObjects(limit: Self.objectCountMax)
            }
        }
    }

    /// An attribute of an object; nil if the object has none or does not show it.
    func attribute(_ type: CK_ATTRIBUTE_TYPE, of object: CK_OBJECT_HANDLE) throws(PKCS11Error)
        -> [UInt8]?
    {
        var question = unsafe CK_ATTRIBUTE(type: type, pValue: nil, ulValueLen: 0)
        let value = try ask(
            "C_GetAttributeValue",
            unsafe functions.pointee.C_GetAttributeValue(handle, object, &question, 1))
        if value == .attributeTypeInvalid || value == .attributeSensitive { return nil }
        guard value == .ok else { throw .call("C_GetAttributeValue", value) }
        // All bits set: CK_UNAVAILABLE_INFORMATION.
        let length = unsafe question.ulValueLen
        guard length != .max, length <= CK_ULONG(Self.attributeByteCountMax) else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(length))
        let answer = try calling("C_GetAttributeValue") {
            unsafe bytes.withUnsafeMutableBytes { buffer -> (CK_RV, CK_ULONG) in
                unsafe question.pValue = buffer.baseAddress
                let value = unsafe functions.pointee.C_GetAttributeValue(
                    handle, object, &question, 1)
                return unsafe (value, question.ulValueLen)
            }
        }
        guard answer.0 == CKR_OK else {
            throw .call("C_GetAttributeValue", ReturnValue(rawValue: answer.0))
        }
        guard answer.1 <= length else { return nil }
        return Array(bytes.prefix(Int(answer.1)))
    }

    func flag(_ type: CK_ATTRIBUTE_TYPE, of object: CK_OBJECT_HANDLE) throws(PKCS11Error) -> Bool? {
        try attribute(type, of: object).map { $0.first != 0 }
    }

    func describe(_ object: CK_OBJECT_HANDLE) throws(PKCS11Error) -> KeyDescription {
        let label = try attribute(CKA_LABEL, of: object) ?? []
        return KeyDescription(
            label: String(decoding: label, as: UTF8.self),
            id: try attribute(CKA_ID, of: object) ?? [],
            type: try keyType(of: object))
    }

    /// What the private key object says of its own type; nil where Airseal knows no such key.
    private func keyType(of object: CK_OBJECT_HANDLE) throws(PKCS11Error) -> KeyType? {
        switch try attribute(CKA_KEY_TYPE, of: object).flatMap(number) {
        case UInt(CKK_RSA):
            try attribute(CKA_MODULUS, of: object).flatMap(KeyType.init(modulus:))
        case UInt(CKK_EC):
            try attribute(CKA_EC_PARAMS, of: object).flatMap(KeyType.init(curveParameters:))
        default: nil
        }
    }
}

/// A private key as the lists and errors show it: nothing secret.
public struct KeyDescription: Sendable, Equatable {
    /// `CKA_LABEL`.
    public let label: String
    /// `CKA_ID`.
    public let id: [UInt8]
    /// The type; nil if it is none that Airseal signs with.
    public let type: KeyType?

    /// The description of a key that is there, or that is to be made.
    public init(label: String, id: [UInt8], type: KeyType?) {
        self.label = label
        self.id = id
        self.type = type
    }

    /// `CKA_ID` in lower-case hexadecimal.
    public var idText: String { Hex.encode(id) }
}
