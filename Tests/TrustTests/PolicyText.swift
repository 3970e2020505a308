import Encodings
import Trust

/// A sound policy document of one statement, and ways to spoil one member of it.
enum PolicyText {
    static let statement: JSONObject = [
        "name": "images", "registryScopes": ["registry.test/app"],
        "signatureVerification": ["level": "strict"], "trustStores": ["ca:main"],
        "trustedIdentities": ["*"],
    ]

    static let skip: JSONObject = [
        "name": "images", "registryScopes": ["registry.test/app"],
        "signatureVerification": ["level": "skip"],
    ]

    static func with(_ members: [String: JSON?], in statement: JSONObject = statement) -> JSON {
        var statement = statement
        for (name, value) in members { statement[name] = value }
        return .object(statement)
    }

    static func document(_ statements: JSON...) -> [UInt8] {
        JSON.object(["version": "1.0", "trustPolicies": .array(statements)]).serialized()
    }

    static func read(_ statements: JSON...) throws(TrustPolicyError) -> TrustPolicyDocument {
        let document: JSON = ["version": "1.0", "trustPolicies": .array(statements)]
        return try TrustPolicyDocument(parsing: document.serialized(), as: .oci)
    }
}
