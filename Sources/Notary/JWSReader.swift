import Cryptography
import Encodings

/// Reads the flattened JSON serialisation of JWS.
///
/// - SeeAlso: Notary JWS envelope specification; RFC 7515 section 7.2.2; rules J1 to J16.
enum JWSReader {
    static func envelope(_ bytes: [UInt8]) throws(IntegrityFailure) -> SignatureEnvelope {
        let parts = try Parts(bytes)
        let payload = try decoded(parts.payload, "payload")
        let protected = try decoded(parts.protected, "protected")
        let signature = try decoded(parts.signature, "signature")
        guard !signature.isEmpty else { throw IntegrityFailure("J15", .emptySignature) }
        return SignatureEnvelope(
            format: .jws, payload: payload,
            attributes: try SignedAttributes(judging: headerValues(protected)),
            unprotected: try unprotectedValues(parts.header),
            signature: signature,
            // Rule J3: exactly as they stood, never encoded anew.
            signedMessage: Array("\(parts.protected).\(parts.payload)".utf8))
    }

    /// The four members, and no fifth (rule J1).
    private struct Parts {
        let payload: String
        let protected: String
        let signature: String
        let header: JSONPlace

        init(_ bytes: [UInt8]) throws(IntegrityFailure) {
            let value: JSON
            do { value = try JSON(parsing: bytes) } catch {
                throw IntegrityFailure("J1", .notJSON(error))
            }
            let document = JSONPlace(value)
            do {
                try document.onlyMembers(["payload", "protected", "header", "signature"])
                payload = try document.member("payload").string()
                protected = try document.member("protected").string()
                signature = try document.member("signature").string()
                header = try document.member("header")
                _ = try header.object()
            } catch {
                throw IntegrityFailure("J1", .badShape(error))
            }
        }
    }

    private static func decoded(_ text: String, _ member: String) throws(IntegrityFailure)
        -> [UInt8]
    {
        guard let bytes = Base64.decode(text, .url) else {
            throw IntegrityFailure("J2", .notBase64(member: member))
        }
        return bytes
    }

    private static func headerValues(_ bytes: [UInt8]) throws(IntegrityFailure) -> HeaderValues {
        let value: JSON
        do { value = try JSON(parsing: bytes) } catch {
            let isTwofold = if case .duplicateName = error { true } else { false }
            throw IntegrityFailure(isTwofold ? "J1" : "J6", .notJSON(error))
        }
        guard case .object(let object) = value else {
            throw IntegrityFailure("J6", .headerMalformed("protected"))
        }
        let header = JSONPlace(value)
        var values = HeaderValues(.jws)
        values.algorithm = try read(header, HeaderName.algorithm, "J6") { try algorithm($0) }
        values.contentType = try read(header, HeaderName.contentType, "J6") { try $0.string() }
        values.critical = try read(header, HeaderName.critical, "J8") { try critical($0) }
        values.scheme = try read(header, HeaderName.scheme, "J9") { try $0.string() }
        values.signingTime = try read(header, HeaderName.signingTime, "J10") {
            try $0.timestamp()
        }
        values.authenticSigningTime = try read(header, HeaderName.authenticSigningTime, "J10") {
            try $0.timestamp()
        }
        values.expiry = try read(header, HeaderName.expiry, "J10") { try $0.timestamp() }
        values.plugin = try read(header, HeaderName.plugin, "B7") { try $0.string() }
        values.pluginMinVersion = try read(header, HeaderName.pluginMinVersion, "B7") {
            try $0.string()
        }
        values.extended = object.members.filter { !HeaderName.isKnown($0.name) }
            .map { SignedAttributes.Extended(name: $0.name, value: .json($0.value)) }
        return values
    }

    /// The value of one header, or nil where there is none; `rule` is broken by a value of another
    /// type.
    private static func read<Value>(
        _ header: JSONPlace, _ name: String, _ rule: String,
        _ value: (JSONPlace) throws -> Value
    ) throws(IntegrityFailure) -> Value? {
        do {
            return try header.optional(name).map(value)
        } catch let failure as IntegrityFailure {
            throw failure
        } catch {
            throw IntegrityFailure(rule, .headerMalformed(name))
        }
    }

    private static func algorithm(_ place: JSONPlace) throws -> KeySpec {
        let name = try place.string()
        guard let spec = KeySpec.allCases.first(where: { $0.joseAlgorithm.isExactly(name) }) else {
            throw IntegrityFailure("J6", .unknownAlgorithm(name))
        }
        return spec
    }

    /// The names in `crit`: never those that JOSE itself defines (rule J7).
    private static func critical(_ place: JSONPlace) throws -> [String] {
        let names = try place.array().map { try $0.string() }
        let registered = [HeaderName.algorithm, HeaderName.contentType, HeaderName.critical]
        for name in names where registered.contains(where: { $0.isExactly(name) }) {
            throw IntegrityFailure("J7", .mayNotBeCritical(name))
        }
        return names
    }

    private static func unprotectedValues(_ header: JSONPlace) throws(IntegrityFailure)
        -> UnprotectedValues
    {
        guard try read(header, HeaderName.critical, "J8", { $0 }) == nil else {
            throw IntegrityFailure("J8", .headerMisplaced(HeaderName.critical))
        }
        let certificates = try read(header, HeaderName.certificates, "J16") {
            try $0.array().map { try standardBase64($0, "J16") }
        }
        guard let certificates else {
            throw IntegrityFailure("J16", .headerMissing(HeaderName.certificates))
        }
        let token = try read(header, HeaderName.timestampSignature, "J13") {
            try standardBase64($0, "J13")
        }
        // Rule J14: whatever else stands as the agent is as good as nothing.
        let agent = try read(header, HeaderName.signingAgent, "J14") { try? $0.string() } ?? nil
        return UnprotectedValues(
            certificates: certificates, signingAgent: agent, timestampSignature: token)
    }

    private static func standardBase64(_ place: JSONPlace, _ rule: String) throws -> [UInt8] {
        guard let bytes = Base64.decode(try place.string()) else {
            throw IntegrityFailure(rule, .notBase64(member: place.path))
        }
        return bytes
    }
}
