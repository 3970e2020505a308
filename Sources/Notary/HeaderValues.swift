import Cryptography
import Encodings

/// The values of a protected header, each read in its format's own type and not yet judged.
struct HeaderValues {
    /// The format, for the two lists number the same rules differently.
    let format: SignatureFormat
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

    init(_ format: SignatureFormat) {
        self.format = format
    }
}

extension SignedAttributes {
    /// Judges the values of a header by the rules that both formats share.
    init(judging values: HeaderValues) throws(IntegrityFailure) {
        guard let algorithm = values.algorithm else {
            throw IntegrityFailure("J6", .headerMissing(HeaderName.algorithm))
        }
        let contentTypeRule = values.format == .jws ? "J6" : "C3"
        guard let contentType = values.contentType else {
            throw IntegrityFailure(contentTypeRule, .headerMissing(HeaderName.contentType))
        }
        guard contentType.isExactly(SignaturePayload.contentType) else {
            throw IntegrityFailure(contentTypeRule, .contentType(contentType))
        }
        guard let scheme = values.scheme else {
            throw IntegrityFailure("J9", .headerMissing(HeaderName.scheme))
        }
        guard
            let knownScheme = SigningScheme.allCases.first(where: { $0.rawValue.isExactly(scheme) })
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
        switch values.format {
        case .jws:
            try checkTimes(strayRule: "J9")
            try checkCritical(rule: "J8")
        case .cose:
            try checkTimes(strayRule: "C10")
            try checkCritical(rule: "C9")
        }
        try checkPlugin()
    }

    /// Rules J9, J11 and C10.
    private func checkTimes(strayRule: String) throws(IntegrityFailure) {
        let stated: Timestamp
        switch scheme {
        case .x509:
            guard let signingTime else {
                throw IntegrityFailure("J9", .headerMissing(HeaderName.signingTime))
            }
            guard authenticSigningTime == nil else {
                throw IntegrityFailure(strayRule, .headerMisplaced(HeaderName.authenticSigningTime))
            }
            stated = signingTime
        case .signingAuthority:
            guard let authenticSigningTime else {
                throw IntegrityFailure("J9", .headerMissing(HeaderName.authenticSigningTime))
            }
            guard signingTime == nil else {
                throw IntegrityFailure(strayRule, .headerMisplaced(HeaderName.signingTime))
            }
            stated = authenticSigningTime
        }
        if let expiry, expiry <= stated {
            throw IntegrityFailure("J11", .expiryNotAfterSigningTime)
        }
    }

    /// Rules J7, J8, J9, J12, C9 and F1.
    private func checkCritical(rule: String) throws(IntegrityFailure) {
        guard !critical.isEmpty else {
            throw IntegrityFailure(rule, .headerMissing(HeaderName.critical))
        }
        var required = [HeaderName.scheme]
        if authenticSigningTime != nil { required.append(HeaderName.authenticSigningTime) }
        if expiry != nil { required.append(HeaderName.expiry) }
        if verificationPlugin != nil { required.append(HeaderName.plugin) }
        if verificationPluginMinVersion != nil { required.append(HeaderName.pluginMinVersion) }
        for name in required where !critical.contains(where: { $0.isExactly(name) }) {
            throw IntegrityFailure("J8", .mustBeCritical(name))
        }
        for (index, name) in critical.enumerated() {
            guard !critical[..<index].contains(where: { $0.isExactly(name) }) else {
                throw IntegrityFailure("J9", .criticalTwice(name))
            }
            if required.contains(where: { $0.isExactly(name) }) { continue }
            guard !name.isExactly(HeaderName.signingTime) else {
                throw IntegrityFailure("J9", .mayNotBeCritical(name))
            }
            guard extended.contains(where: { $0.name.isExactly(name) }) else {
                throw IntegrityFailure(rule, .criticalMissing(name))
            }
            throw IntegrityFailure("J12", .criticalUnknown(name))
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
