public import Cryptography
public import Encodings

/// What the protected header of an envelope says.
///
/// The same in both formats; the header rules J6 to J12, C8 to C10 hold for every value.
public struct SignedAttributes: Sendable, Equatable {
    /// A header that Airseal knows nothing about; never a critical one (rule J12).
    public struct Extended: Sendable, Equatable {
        /// The name; a COSE label that is an integer, in decimal.
        public let name: String
        /// The value.
        public let value: Value

        /// A value in the format of its envelope.
        public enum Value: Sendable, Equatable {
            /// In JWS.
            case json(JSON)
            /// In COSE.
            case cbor(CBOR)
        }
    }

    /// The key that the `alg` header goes with.
    public let algorithm: KeySpec
    /// The scheme.
    public let scheme: SigningScheme
    /// When the signer says to have signed; under `SigningScheme.x509` always there and never to
    /// be trusted, under the other nil.
    public let signingTime: Timestamp?
    /// When the signing authority says to have signed; nil under `SigningScheme.x509`.
    public let authenticSigningTime: Timestamp?
    /// When the signature ceases to count; nil for never.
    public let expiry: Timestamp?
    /// The names in the `crit` header, in their order.
    public let critical: [String]
    /// The plugin that must take part in verification; nil for none.
    public let verificationPlugin: String?
    /// The least version of that plugin.
    public let verificationPluginMinVersion: String?
    /// Every other header, in its order.
    public let extended: [Extended]

    /// The time in the envelope under either scheme: trusted only as far as the scheme allows.
    public var statedTime: Timestamp? { signingTime ?? authenticSigningTime }
}

/// The values of a protected header, each read in its format's own type and not yet judged.
struct HeaderValues {
    var algorithm: KeySpec?
    var contentType: String?
    var scheme: String?
    var signingTime: Timestamp?
    var authenticSigningTime: Timestamp?
    var expiry: Timestamp?
    var critical: [String]?
    var plugin: String?
    var pluginMinVersion: String?
    var extended: [SignedAttributes.Extended] = []
}

extension SignedAttributes {
    /// Judges the values of a header by the rules that both formats share.
    init(judging values: HeaderValues) throws(IntegrityFailure) {
        guard let algorithm = values.algorithm else {
            throw IntegrityFailure("J6", .headerMissing(HeaderName.algorithm))
        }
        guard let contentType = values.contentType else {
            throw IntegrityFailure("J6", .headerMissing(HeaderName.contentType))
        }
        guard contentType.isExactly(SignaturePayload.contentType) else {
            throw IntegrityFailure("J6", .contentType(contentType))
        }
        guard let scheme = values.scheme else {
            throw IntegrityFailure("J9", .headerMissing(HeaderName.scheme))
        }
        guard let knownScheme = SigningScheme.allCases.first(where: { $0.rawValue.isExactly(scheme) })
        else { throw IntegrityFailure("J9", .unknownScheme(scheme)) }
        self.algorithm = algorithm
        self.scheme = knownScheme
        signingTime = values.signingTime
        authenticSigningTime = values.authenticSigningTime
        expiry = values.expiry
        critical = values.critical ?? []
        verificationPlugin = values.plugin
        verificationPluginMinVersion = values.pluginMinVersion
        extended = values.extended
        try checkTimes()
        try checkCritical()
        try checkPlugin()
    }

    /// Rules J9, J11 and C10.
    private func checkTimes() throws(IntegrityFailure) {
        let stated: Timestamp
        switch scheme {
        case .x509:
            guard let signingTime else {
                throw IntegrityFailure("J9", .headerMissing(HeaderName.signingTime))
            }
            guard authenticSigningTime == nil else {
                throw IntegrityFailure("C10", .headerMisplaced(HeaderName.authenticSigningTime))
            }
            stated = signingTime
        case .signingAuthority:
            guard let authenticSigningTime else {
                throw IntegrityFailure("J9", .headerMissing(HeaderName.authenticSigningTime))
            }
            guard signingTime == nil else {
                throw IntegrityFailure("C10", .headerMisplaced(HeaderName.signingTime))
            }
            stated = authenticSigningTime
        }
        if let expiry, expiry <= stated {
            throw IntegrityFailure("J11", .expiryNotAfterSigningTime)
        }
    }

    /// Rules J7, J8, J9, J12 and C9.
    private func checkCritical() throws(IntegrityFailure) {
        guard !critical.isEmpty else {
            throw IntegrityFailure("J8", .headerMissing(HeaderName.critical))
        }
        var required = [HeaderName.scheme]
        if authenticSigningTime != nil { required.append(HeaderName.authenticSigningTime) }
        if expiry != nil { required.append(HeaderName.expiry) }
        if verificationPlugin != nil { required.append(HeaderName.plugin) }
        if verificationPluginMinVersion != nil { required.append(HeaderName.pluginMinVersion) }
        for (index, name) in critical.enumerated() {
            guard !critical[..<index].contains(where: { $0.isExactly(name) }) else {
                throw IntegrityFailure("J9", .criticalTwice(name))
            }
            if required.contains(where: { $0.isExactly(name) }) { continue }
            guard !name.isExactly(HeaderName.signingTime) else {
                throw IntegrityFailure("J9", .mayNotBeCritical(name))
            }
            guard extended.contains(where: { $0.name.isExactly(name) }) else {
                throw IntegrityFailure("J8", .criticalMissing(name))
            }
            throw IntegrityFailure("J12", .criticalUnknown(name))
        }
        for name in required where !critical.contains(where: { $0.isExactly(name) }) {
            throw IntegrityFailure("J8", .mustBeCritical(name))
        }
    }

    /// A plugin's name becomes a path in tools that run it: only harmless names pass (rule F2).
    private func checkPlugin() throws(IntegrityFailure) {
        guard let verificationPlugin else {
            guard verificationPluginMinVersion == nil else {
                throw IntegrityFailure("B7", .headerMisplaced(HeaderName.pluginMinVersion))
            }
            return
        }
        let isName = verificationPlugin.utf8.enumerated().allSatisfy { index, unit in
            switch unit {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            case UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"): index > 0
            default: false
            }
        }
        guard isName, !verificationPlugin.isEmpty else {
            throw IntegrityFailure("F2", .headerMalformed(HeaderName.plugin))
        }
    }
}
