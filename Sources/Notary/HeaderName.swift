/// The names of header members, common to both formats.
enum HeaderName {
    static let scheme = "io.cncf.notary.signingScheme"
    static let signingTime = "io.cncf.notary.signingTime"
    static let authenticSigningTime = "io.cncf.notary.authenticSigningTime"
    static let expiry = "io.cncf.notary.expiry"
    static let plugin = "io.cncf.notary.verificationPlugin"
    static let pluginMinVersion = "io.cncf.notary.verificationPluginMinVersion"
    static let timestampSignature = "io.cncf.notary.timestampSignature"
    static let signingAgent = "io.cncf.notary.signingAgent"

    static let algorithm = "alg"
    static let critical = "crit"
    static let contentType = "cty"
    static let certificates = "x5c"

    /// Whether a protected header of this name is one that `SignedAttributes` has a place for.
    static func isKnown(_ name: String) -> Bool {
        let names = [
            algorithm, contentType, critical, scheme, signingTime, authenticSigningTime, expiry,
            plugin, pluginMinVersion,
        ]
        return names.contains { $0.isExactly(name) }
    }

    /// Names that belong to the Notary specification (rules M12 and U2).
    static let reservedPrefix = "io.cncf.notary"
}

extension String {
    /// Whether both are the same bytes: `==` would also call equivalent spellings equal.
    func isExactly(_ other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
