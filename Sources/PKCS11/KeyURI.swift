private import CP11Kit
internal import Encodings

/// The name of a private key on a token. An attribute that is nil matches everything.
///
/// - SeeAlso: RFC 7512.
public struct KeyURI: Sendable {
    /// Longest text read, in bytes. RFC 7512 sets none; every attribute together needs less.
    public static let byteCountMax = 4096

    /// The token's label.
    public let token: String?
    /// The token's serial number.
    public let serial: String?
    /// The token's manufacturer.
    public let manufacturer: String?
    /// The token's model.
    public let model: String?
    /// The slot's number.
    public let slotID: UInt?
    /// The slot's description.
    public let slotDescription: String?
    /// The slot's manufacturer.
    public let slotManufacturer: String?
    /// The module's own description.
    public let libraryDescription: String?
    /// The module's manufacturer.
    public let libraryManufacturer: String?
    /// The module's version.
    public let libraryVersion: LibraryVersion?
    /// The key's label, `CKA_LABEL`.
    public let object: String?
    /// The key's `CKA_ID`.
    public let id: [UInt8]?
    /// The module's name, as p11-kit knows it or as its file is called.
    public let moduleName: String?
    /// The file of the module: absolute.
    public let modulePath: String?
    /// The file that holds the PIN, from `pin-source`.
    public let pinFile: String?

    /// Reads a PKCS#11 URI that names a private key.
    public init(_ text: String) throws(KeyURIError) {
        try Self.refuseUnclear(text)
        guard let uri = unsafe p11_kit_uri_new() else { throw .malformed }
        defer { unsafe p11_kit_uri_free(uri) }
        guard
            unsafe p11_kit_uri_parse(text, P11_KIT_URI_FOR_ANY, uri) == P11_KIT_URI_OK.rawValue,
            unsafe p11_kit_uri_any_unrecognized(uri) == 0,
            let tokenInfo = unsafe p11_kit_uri_get_token_info(uri)?.pointee,
            let slotInfo = unsafe p11_kit_uri_get_slot_info(uri)?.pointee,
            let info = unsafe p11_kit_uri_get_module_info(uri)?.pointee
        else { throw .malformed }
        guard unsafe p11_kit_uri_get_pin_value(uri) == nil else { throw .pinValue }

        token = try Self.text(tokenInfo.label)
        serial = try Self.text(tokenInfo.serialNumber)
        manufacturer = try Self.text(tokenInfo.manufacturerID)
        model = try Self.text(tokenInfo.model)
        let slot = unsafe p11_kit_uri_get_slot_id(uri)
        slotID = slot == UInt.max ? nil : slot
        slotDescription = try Self.text(slotInfo.slotDescription)
        slotManufacturer = try Self.text(slotInfo.manufacturerID)
        libraryDescription = try Self.text(info.libraryDescription)
        libraryManufacturer = try Self.text(info.manufacturerID)
        let version = info.libraryVersion
        libraryVersion =
            version.major == .max && version.minor == .max
            ? nil : LibraryVersion(major: version.major, minor: version.minor)
        object = try unsafe Self.attribute(CKA_LABEL, of: uri).map(Self.text)
        id = unsafe Self.attribute(CKA_ID, of: uri)
        if let kind = unsafe Self.attribute(CKA_CLASS, of: uri) {
            guard kind == bytes(of: UInt(CKO_PRIVATE_KEY)) else { throw .notAPrivateKey }
        }
        moduleName = unsafe p11_kit_uri_get_module_name(uri).map { unsafe String(cString: $0) }
        modulePath = unsafe p11_kit_uri_get_module_path(uri).map { unsafe String(cString: $0) }
        if let modulePath, !modulePath.hasPrefix("/") { throw .relativeModulePath }
        let source = unsafe p11_kit_uri_get_pin_source(uri).map { unsafe String(cString: $0) }
        pinFile = try source.map(Self.path(ofPINSource:))
    }

    /// The path in `file:PATH` or `file:///PATH`, or an absolute path by itself, as other tools
    /// write it.
    private static func path(ofPINSource source: String) throws(KeyURIError) -> String {
        guard !source.hasPrefix("|") else { throw .pinCommand }
        if source.hasPrefix("/") { return source }
        guard source.hasPrefix("file:") else { throw .pinSource }
        let rest = source.dropFirst("file:".count)
        let path = rest.hasPrefix("//") ? rest.dropFirst(2) : rest
        // A host between the slashes would name another machine's file.
        guard !path.isEmpty, path.hasPrefix("/") || path.count == rest.count else {
            throw .pinSource
        }
        return String(path)
    }

    /// A field as p11-kit keeps it: padded with blanks, beginning with a zero byte when not given.
    private static func text<Field>(_ field: Field) throws(KeyURIError) -> String? {
        let bytes = paddedBytes(field)
        guard let bytes else { return nil }
        return try text(bytes)
    }

    private static func text(_ bytes: [UInt8]) throws(KeyURIError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .malformed }
        return text
    }

    private static func attribute(_ type: UInt, of uri: OpaquePointer) -> [UInt8]? {
        guard let attribute = unsafe p11_kit_uri_get_attribute(uri, type)?.pointee else {
            return nil
        }
        return unsafe Array(
            UnsafeRawBufferPointer(start: attribute.pValue, count: Int(attribute.ulValueLen)))
    }
}

/// The version of a module, two numbers.
public struct LibraryVersion: Sendable, Equatable {
    /// The number before the point.
    public let major: UInt8
    /// The number after the point, in hundredths.
    public let minor: UInt8
}

// What RFC 7512 leaves to the reader, or p11-kit reads more freely than Airseal wants.
extension KeyURI {
    private static let pathAttributes: Set<String> = [
        "token", "serial", "manufacturer", "model", "object", "id", "type", "slot-id",
        "slot-description", "slot-manufacturer", "library-description", "library-manufacturer",
        "library-version",
    ]
    private static let queryAttributes: Set<String> = [
        "pin-source", "pin-value", "module-name", "module-path",
    ]

    private static func refuseUnclear(_ text: String) throws(KeyURIError) {
        guard text.utf8.count <= byteCountMax else { throw .tooLong }
        for (offset, unit) in text.utf8.enumerated() where unit <= 0x20 || unit == 0x7F {
            throw .blank(offset: offset)
        }
        guard text.hasPrefix("pkcs11:") else { throw .notPKCS11 }
        let parts = text.dropFirst("pkcs11:".count)
            .split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        if let path = parts.first, !path.isEmpty {
            try refuseUnclear(
                path.split(separator: ";", omittingEmptySubsequences: false),
                known: pathAttributes)
        }
        if parts.count == 2 {
            try refuseUnclear(
                parts[1].split(separator: "&", omittingEmptySubsequences: false),
                known: queryAttributes)
        }
    }

    private static func refuseUnclear(_ attributes: [Substring], known: Set<String>)
        throws(KeyURIError)
    {
        var seen = Set<String>()
        for attribute in attributes {
            guard let sign = attribute.firstIndex(of: "=") else { throw .malformed }
            let name = String(attribute[..<sign])
            guard known.contains(name) else { throw .unknownAttribute(name) }
            guard seen.insert(name).inserted else { throw .duplicateAttribute(name) }
            guard name != "pin-value" else { throw .pinValue }
            // p11-kit would read a zero byte as the end, or as "not given": then it matches all.
            guard name == "id" || !attribute.contains("%00") else { throw .malformed }
            // Nor would it tell these from "not given".
            let value = attribute[attribute.index(after: sign)...]
            guard name != "slot-id" || UInt(value).map({ $0 != .max }) ?? false,
                name != "library-version" || value != "255.255"
            else { throw .malformed }
        }
    }
}

extension KeyURI {
    /// It says nothing of the key, the token or the module.
    public var matchesEverything: Bool { description == "pkcs11:" }
}

extension KeyURI: CustomStringConvertible {
    /// The URI without its `pin-source`: fit for a log.
    public var description: String {
        var path: [String] = []
        func add(_ name: String, _ value: String?) {
            if let value { path.append("\(name)=\(Self.escaped(Array(value.utf8)))") }
        }
        add("token", token)
        add("serial", serial)
        add("manufacturer", manufacturer)
        add("model", model)
        add("slot-id", slotID.map(String.init))
        add("slot-description", slotDescription)
        add("slot-manufacturer", slotManufacturer)
        add("library-description", libraryDescription)
        add("library-manufacturer", libraryManufacturer)
        add("library-version", libraryVersion.map { "\($0.major).\($0.minor)" })
        add("object", object)
        if let id { path.append("id=" + id.map { "%" + Hex.encode([$0]) }.joined()) }
        var query: [String] = []
        if let moduleName { query.append("module-name=\(Self.escaped(Array(moduleName.utf8)))") }
        if let modulePath { query.append("module-path=\(Self.escaped(Array(modulePath.utf8)))") }
        let text = "pkcs11:" + path.joined(separator: ";")
        return query.isEmpty ? text : text + "?" + query.joined(separator: "&")
    }

    static func escaped(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                48...57, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: "/"):
                String(UnicodeScalar(byte))
            default: "%" + Hex.encode([byte]).uppercased()
            }
        }.joined()
    }
}
