import Cryptography
import Encodings

/// Reads COSE_Sign1, tagged.
///
/// - SeeAlso: Notary COSE envelope specification; RFC 9052 sections 3 and 4.2; rules C1 to C14.
enum COSEReader {
    static func envelope(_ bytes: [UInt8]) throws(IntegrityFailure) -> SignatureEnvelope {
        // Rule C1: tag 18 in one byte.
        guard bytes.first == 0xD2 else { throw IntegrityFailure("C1", .notSign1) }
        let item: CBOR
        do { item = try CBOR(parsing: Array(bytes.dropFirst())) } catch {
            throw IntegrityFailure(rule(of: error, trailing: "C2"), .notCBOR(error))
        }
        guard case .array(let parts) = item, parts.count == 4,
            case .bytes(let protected) = parts[0], case .map(let unprotected) = parts[1],
            case .bytes(let payload) = parts[2], case .bytes(let signature) = parts[3]
        else { throw IntegrityFailure("C2", .notSign1) }
        guard !signature.isEmpty else { throw IntegrityFailure("C2", .emptySignature) }
        let header = try protectedMap(protected)
        guard unprotected[COSELayout.critical] == nil else {
            throw IntegrityFailure("C12", .headerMisplaced(HeaderName.critical))
        }
        for entry in unprotected.entries where header[entry.label] != nil {
            throw IntegrityFailure("C3", .headerMisplaced("\(entry.label)"))
        }
        try checkGenericTypes(header)
        try checkGenericTypes(unprotected)
        return SignatureEnvelope(
            format: .cose, payload: payload,
            attributes: try SignedAttributes(judging: headerValues(header)),
            unprotected: try unprotectedValues(unprotected),
            signature: signature,
            signedMessage: COSELayout.signedMessage(protected: protected, payload: payload))
    }

    private static func rule(of error: CBORError, trailing: String) -> String {
        switch error {
        case .tag: "C4"
        case .trailingBytes: trailing
        case .truncated, .reserved, .indefinite, .notShortest, .integerTooLarge, .notUTF8,
            .badLabel, .duplicateLabel, .tooDeep, .tooManyItems:
            "C3"
        }
    }

    /// Rule C5: not empty, and a map.
    private static func protectedMap(_ bytes: [UInt8]) throws(IntegrityFailure) -> CBORMap {
        let item: CBOR
        do { item = try CBOR(parsing: bytes, tags: .allowed) } catch {
            throw IntegrityFailure(
                bytes.isEmpty ? "C5" : rule(of: error, trailing: "C5"), .notCBOR(error))
        }
        guard case .map(let map) = item, !map.entries.isEmpty else {
            throw IntegrityFailure("C5", .headerMalformed("protected"))
        }
        return map
    }

    /// Rule C12: key identifier and initialisation vectors are byte strings wherever they stand.
    private static func checkGenericTypes(_ map: CBORMap) throws(IntegrityFailure) {
        for label: Int64 in [4, 5, 6] {
            switch map[.integer(label)] {
            case nil, .bytes: continue
            default: throw IntegrityFailure("C12", .headerMalformed(String(label)))
            }
        }
        guard map[5] == nil || map[6] == nil else {
            throw IntegrityFailure("C12", .headerMisplaced("6"))
        }
    }

    private static func headerValues(_ map: CBORMap) throws(IntegrityFailure) -> HeaderValues {
        var values = HeaderValues(.cose)
        for entry in map.entries {
            switch entry.label {
            case COSELayout.algorithm: values.algorithm = try algorithm(entry.value)
            case COSELayout.critical: values.critical = try critical(entry.value)
            case COSELayout.contentType:
                values.contentType = try text(entry.value, "C3", HeaderName.contentType)
            case COSELayout.scheme:
                values.scheme = try text(entry.value, "J9", HeaderName.scheme)
            case COSELayout.signingTime:
                values.signingTime = try time(entry.value, HeaderName.signingTime)
            case COSELayout.authenticSigningTime:
                values.authenticSigningTime = try time(
                    entry.value, HeaderName.authenticSigningTime)
            case COSELayout.expiry: values.expiry = try time(entry.value, HeaderName.expiry)
            case COSELayout.plugin:
                values.plugin = try text(entry.value, "B7", HeaderName.plugin)
            case COSELayout.pluginMinVersion:
                values.pluginMinVersion = try text(entry.value, "B7", HeaderName.pluginMinVersion)
            default:
                values.extended.append(
                    SignedAttributes.Extended(name: "\(entry.label)", value: .cbor(entry.value)))
            }
        }
        return values
    }

    private static func algorithm(_ value: CBOR) throws(IntegrityFailure) -> KeySpec {
        guard case .integer(let number) = value else {
            throw IntegrityFailure("J6", .headerMalformed(HeaderName.algorithm))
        }
        guard let spec = KeySpec.allCases.first(where: { $0.coseAlgorithm == number }) else {
            throw IntegrityFailure("J6", .unknownAlgorithm(String(number)))
        }
        return spec
    }

    /// The labels in `crit`: never the integers 0 to 8, which every reader knows (rule C9).
    private static func critical(_ value: CBOR) throws(IntegrityFailure) -> [String] {
        guard case .array(let elements) = value else {
            throw IntegrityFailure("C9", .headerMalformed(HeaderName.critical))
        }
        var names: [String] = []
        for element in elements {
            switch element {
            case .text(let name): names.append(name)
            case .integer(let label):
                guard !(0...8).contains(label) else {
                    throw IntegrityFailure("C9", .mayNotBeCritical(String(label)))
                }
                names.append(String(label))
            default: throw IntegrityFailure("C9", .headerMalformed(HeaderName.critical))
            }
        }
        return names
    }

    private static func text(_ value: CBOR, _ rule: String, _ name: String)
        throws(IntegrityFailure) -> String
    {
        guard case .text(let text) = value else {
            throw IntegrityFailure(rule, .headerMalformed(name))
        }
        return text
    }

    /// Rule C8: tag 1 over whole seconds. The range is that of RFC 3339, the years 0 to 9999.
    private static func time(_ value: CBOR, _ name: String) throws(IntegrityFailure) -> Timestamp {
        guard case .tagged(1, .integer(let seconds)) = value,
            (-62_167_219_200...253_402_300_799).contains(seconds)
        else { throw IntegrityFailure("C8", .headerMalformed(name)) }
        return Timestamp(seconds: seconds)
    }

    private static func unprotectedValues(_ map: CBORMap) throws(IntegrityFailure)
        -> UnprotectedValues
    {
        guard let list = map[COSELayout.certificates] else {
            throw IntegrityFailure("C11", .headerMissing(HeaderName.certificates))
        }
        guard case .array(let elements) = list else {
            throw IntegrityFailure("C11", .headerMalformed(HeaderName.certificates))
        }
        var certificates: [[UInt8]] = []
        for element in elements {
            guard case .bytes(let der) = element else {
                throw IntegrityFailure("C11", .headerMalformed(HeaderName.certificates))
            }
            certificates.append(der)
        }
        var token: [UInt8]?
        if let value = map[COSELayout.timestampSignature] {
            guard case .bytes(let bytes) = value else {
                throw IntegrityFailure("C11", .headerMalformed(HeaderName.timestampSignature))
            }
            token = bytes
        }
        var agent: String?
        if case .text(let text)? = map[COSELayout.signingAgent] { agent = text }
        return UnprotectedValues(
            certificates: certificates, signingAgent: agent, timestampSignature: token)
    }
}
