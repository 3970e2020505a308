import Cryptography
import Encodings
public import Trust

// What the site asks beyond its trust policy: `verification.json`.
extension Home {
    /// The name of the file.
    public static let settingsName = "verification.json"

    private static let settingsByteCountMax: Int64 = 1 << 20

    /// The settings, which fit `policy`; nothing beyond it where there is no file.
    public func verificationSettings(for policy: TrustPolicyDocument) throws(ConfigurationError)
        -> VerificationSettings
    {
        let settings = try verificationSettings()
        if let conflict = settings.conflict(with: policy) {
            throw .settings(path: "\(path)/\(Self.settingsName)", .conflict(conflict))
        }
        return settings
    }

    /// The settings, whatever the policy; nothing where there is no file.
    ///
    /// A member that nobody knows is refused: it may be a restriction with a typing error in its
    /// name.
    public func verificationSettings() throws(ConfigurationError) -> VerificationSettings {
        let file = try VersionedFile(
            Self.settingsName, in: folder, limit: Self.settingsByteCountMax)
        guard let file else { return .none }
        let texts = try file.read { place throws(JSONShapeError) in try SettingsText(place) }
        do throws(VerificationSettingsError) { return try texts.settings(bytes: file.bytes) } catch
        {
            throw .settings(path: file.path, error)
        }
    }
}

/// The settings as the document spells them: their shape checked, their meaning not yet.
private struct SettingsText {
    struct Signer {
        let name: String
        let identities: [String]
    }

    struct Requirement {
        let policies: [String]
        let threshold: Int64
        let signers: [Signer]
    }

    let requirements: [Requirement]
    let requiresExpiry: Bool
    let keySpecs: [String]?
    let hasStrictTrustStores: Bool
    let clockTolerance: String?
    let maxCRLAge: String?
    let requiresRevocationInformation: Bool
    let usesTimestampForRevocation: Bool

    init(_ place: JSONPlace) throws(JSONShapeError) {
        try place.onlyMembers([
            "version", "requiredSignatures", "requireExpiry", "keySpecs", "strictTrustStores",
            "clockTolerance", "maxCRLAge", "requireRevocationInfo", "useTimestampForRevocation",
        ])
        requirements =
            try place.optional("requiredSignatures")?.elements {
                it throws(JSONShapeError) in try Self.requirement(it)
            } ?? []
        requiresExpiry = try place.optional("requireExpiry")?.boolean() ?? false
        keySpecs = try place.optional("keySpecs").map { place throws(JSONShapeError) in
            try Self.texts(place)
        }
        hasStrictTrustStores = try place.optional("strictTrustStores")?.boolean() ?? false
        clockTolerance = try place.optional("clockTolerance")?.string()
        maxCRLAge = try place.optional("maxCRLAge")?.string()
        requiresRevocationInformation =
            try place.optional("requireRevocationInfo")?.boolean() ?? false
        usesTimestampForRevocation =
            try place.optional("useTimestampForRevocation")?.boolean() ?? true
    }

    private static func requirement(_ place: JSONPlace) throws(JSONShapeError) -> Requirement {
        try place.onlyMembers(["policies", "threshold", "signers"])
        return Requirement(
            policies: try texts(place.member("policies")),
            threshold: try place.member("threshold").integer(atLeast: 1),
            signers: try place.member("signers").elements { it throws(JSONShapeError) in
                try it.onlyMembers(["name", "identities"])
                return Signer(
                    name: try it.member("name").string(),
                    identities: try texts(it.member("identities")))
            })
    }

    private static func texts(_ place: JSONPlace) throws(JSONShapeError) -> [String] {
        try place.elements { it throws(JSONShapeError) in try it.string() }
    }

    func settings(bytes: [UInt8]) throws(VerificationSettingsError) -> VerificationSettings {
        var required: [RequiredSignatures] = []
        for requirement in requirements { required.append(try Self.required(requirement)) }
        let tolerance =
            try clockTolerance.map { text throws(VerificationSettingsError) in
                try Self.tolerance(text)
            } ?? VerificationSettings.standardClockTolerance
        return VerificationSettings(
            requiredSignatures: required, requiresExpiry: requiresExpiry,
            keySpecs: try keySpecs.map { names throws(VerificationSettingsError) in
                try Self.keySpecs(names)
            },
            hasStrictTrustStores: hasStrictTrustStores,
            revocation: RevocationRules(
                maxCRLAge: try maxCRLAge.map { text throws(VerificationSettingsError) in
                    guard let age = Lifetime(text) else { throw .maxCRLAge(text) }
                    return age.seconds
                },
                requiresInformation: requiresRevocationInformation,
                usesTimestamp: usesTimestampForRevocation, clockTolerance: tolerance),
            clockTolerance: tolerance,
            bytes: bytes)
    }

    /// Clocks of one site differ by minutes. What is a day apart is no clock.
    private static let toleranceMax: Int64 = 86_400

    private static func tolerance(_ text: String) throws(VerificationSettingsError) -> Int64 {
        guard let lifetime = Lifetime(text), lifetime.seconds <= toleranceMax else {
            throw .clockTolerance(text)
        }
        return lifetime.seconds
    }

    private static func required(_ text: Requirement) throws(VerificationSettingsError)
        -> RequiredSignatures
    {
        do throws(RequiredSignaturesError) {
            var signers: [RequiredSignatures.Signer] = []
            for signer in text.signers {
                signers.append(
                    try RequiredSignatures.Signer(
                        name: signer.name, identities: signer.identities))
            }
            return try RequiredSignatures(
                policies: text.policies, threshold: Int(text.threshold), signers: signers)
        } catch {
            throw .requirement(error)
        }
    }

    private static func keySpecs(_ names: [String]) throws(VerificationSettingsError)
        -> Set<KeySpec>
    {
        guard !names.isEmpty else { throw .noKeySpecs }
        var found: Set<KeySpec> = []
        for name in names {
            let spec = KeySpec.allCases.first { $0.rawValue.utf8.elementsEqual(name.utf8) }
            guard let spec, found.insert(spec).inserted else { throw .keySpec(name) }
        }
        return found
    }
}
