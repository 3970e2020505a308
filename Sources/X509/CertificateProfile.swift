import Cryptography

/// A set of rules that a chain must satisfy for a purpose.
public struct CertificateProfile: Sendable {
    /// The rules, in the order in which violations are told.
    public let rules: [CertificateRule]

    /// The rules for signing code, stricter than notation where the specification is: critical
    /// basicConstraints (X7, F6), no anyExtendedKeyUsage (X12, F5), a floor for the keys of
    /// authorities (X14).
    ///
    /// Validity in time is not among them: X15 is asked when signing, and by the verifier's own
    /// step when verifying. Nor are name constraints and policies (X18).
    public static let codeSigning = CertificateProfile(rules: [
        .leafKey, .authorityKey, .strongSignatures, .singleIsSelfSigned, .onlyLastIsSelfSigned,
        .eachIsIssuedByNext, .lastIsSelfSigned, .authorityBasicConstraints, .pathLength,
        .authorityKeyUsage, .leafBasicConstraints, .leafKeyUsage, .leafExtendedKeyUsage,
    ])

    /// The rules for time stamps: keyUsage need not be critical (X9 and X11), and the leaf is for
    /// time stamps alone (X13).
    ///
    /// Validity in time is the verifier's own step, as of the token's time. Name constraints and
    /// unknown critical extensions do count here: `PathViolation` asks for them.
    public static let timeStamping = CertificateProfile(rules: [
        .leafKey, .authorityKey, .strongSignatures, .singleIsSelfSigned, .onlyLastIsSelfSigned,
        .eachIsIssuedByNext, .lastIsSelfSigned, .authorityBasicConstraints, .pathLength,
        .timeStampingAuthorityKeyUsage, .leafBasicConstraints, .timeStampingKeyUsage,
        .timeStampingExtendedKeyUsage,
    ])

    /// What one rule found.
    public struct Finding: Sendable, Equatable {
        /// The rule.
        public let rule: CertificateRule
        /// The certificates that break it, in their order, each with what is wrong with it; empty
        /// when the rule is kept.
        public let breaches: [Breach]
        /// The certificates that break it, counted from the leaf.
        public var positions: [Int] { breaches.map(\.position) }
        /// Whether no certificate breaks the rule.
        public var isKept: Bool { breaches.isEmpty }
    }

    /// A certificate that breaks a rule, and why.
    public struct Breach: Sendable, Equatable {
        /// Where it stands in the chain, counted from the leaf, which is 0.
        public let position: Int
        /// What is wrong with it; never empty.
        public let flaws: [CertificateFlaw]
    }

    /// Looks at the chain by every rule.
    public func findings(in chain: CertificateChain) -> [Finding] {
        rules.map { rule in
            let breaches = chain.certificates.indices.compactMap { position -> Breach? in
                let flaws = Self.flaws(by: rule, at: position, in: chain)
                return flaws.isEmpty ? nil : Breach(position: position, flaws: flaws)
            }
            return Finding(rule: rule, breaches: breaches)
        }
    }

    /// The first rule that the chain breaks, and where; nil when it keeps them all.
    public func firstViolation(in chain: CertificateChain) -> CertificateViolation? {
        for rule in rules {
            for position in chain.certificates.indices
            where !Self.flaws(by: rule, at: position, in: chain).isEmpty {
                return CertificateViolation(rule: rule, position: position)
            }
        }
        return nil
    }
}

extension CertificateProfile {
    /// What is wrong, by `rule`, with the certificate at `position`; empty when nothing is.
    private static func flaws(
        by rule: CertificateRule, at position: Int, in chain: CertificateChain
    ) -> [CertificateFlaw] {
        let certificate = chain.certificates[position]
        let last = chain.certificates.count - 1
        let isLeaf = position == 0
        return switch rule {
        case .singleIsSelfSigned: last == 0 ? selfSignature(of: certificate) : []
        case .lastIsSelfSigned:
            last > 0 && position == last ? selfSignature(of: certificate) : []
        case .onlyLastIsSelfSigned:
            position < last && certificate.isSelfSigned ? [.selfSigned] : []
        case .eachIsIssuedByNext:
            position < last ? issue(of: certificate, by: chain.certificates[position + 1]) : []
        case .strongSignatures: signature(of: certificate)
        case .authorityBasicConstraints: isLeaf ? [] : authorityConstraints(certificate)
        case .pathLength: isLeaf ? [] : pathLength(certificate, authoritiesBelow: position - 1)
        case .authorityKeyUsage: isLeaf ? [] : authorityUsage(certificate.keyUsage)
        case .authorityKey: isLeaf ? [] : authorityKey(certificate.publicKey.kind)
        case .leafBasicConstraints: isLeaf && certificate.isCA ? [.authority] : []
        case .leafKeyUsage: isLeaf ? leafUsage(certificate.keyUsage) : []
        case .leafExtendedKeyUsage: isLeaf ? extendedUsage(certificate.extendedKeyUsage) : []
        case .timeStampingAuthorityKeyUsage:
            isLeaf ? [] : apartFromCriticality(authorityUsage(certificate.keyUsage))
        case .timeStampingKeyUsage:
            isLeaf ? apartFromCriticality(leafUsage(certificate.keyUsage)) : []
        case .timeStampingExtendedKeyUsage:
            isLeaf ? timeStampingUsage(certificate.extendedKeyUsage) : []
        case .leafKey:
            isLeaf && certificate.publicKey.keySpec == nil
                ? [.weakKey(certificate.publicKey.kind)] : []
        }
    }

    /// Rules X2 and X3.
    private static func selfSignature(of certificate: Certificate) -> [CertificateFlaw] {
        certificate.isSelfSigned ? [] : [.notSelfSigned]
    }

    /// Rule X5.
    private static func issue(of certificate: Certificate, by next: Certificate)
        -> [CertificateFlaw]
    {
        guard certificate.issuer == next.subject else { return [.otherIssuer] }
        return certificate.isSigned(by: next) ? [] : [.otherKey]
    }

    /// Rule X6.
    private static func signature(of certificate: Certificate) -> [CertificateFlaw] {
        switch certificate.signatureAlgorithm {
        case .strong: []
        case .weak(let identifier): [.weakSignature(identifier)]
        }
    }

    /// Rule X7.
    private static func authorityConstraints(_ certificate: Certificate) -> [CertificateFlaw] {
        guard let constraints = certificate.basicConstraints else {
            return [.missing(.basicConstraints)]
        }
        return (constraints.isCA ? [] : [.notAnAuthority])
            + (constraints.isCritical ? [] : [.notCritical(.basicConstraints)])
    }

    /// Rule X8: the leaf and the certificate itself do not count.
    private static func pathLength(_ certificate: Certificate, authoritiesBelow count: Int)
        -> [CertificateFlaw]
    {
        guard let allowed = certificate.basicConstraints?.pathLength, allowed < count else {
            return []
        }
        return [.pathTooLong(allowed: allowed, actual: count)]
    }

    /// Rule X9.
    private static func authorityUsage(_ usage: KeyUsage?) -> [CertificateFlaw] {
        guard let usage else { return [.missing(.keyUsage)] }
        return (usage.purposes.contains(.keyCertSign) ? [] : [.lacksPurpose(.keyCertSign)])
            + (usage.isCritical ? [] : [.notCritical(.keyUsage)])
    }

    /// Rule X11.
    private static func leafUsage(_ usage: KeyUsage?) -> [CertificateFlaw] {
        guard let usage else { return [.missing(.keyUsage)] }
        var flaws: [CertificateFlaw] = []
        if !usage.purposes.contains(.digitalSignature) {
            flaws.append(.lacksPurpose(.digitalSignature))
        }
        if !usage.isCritical { flaws.append(.notCritical(.keyUsage)) }
        let forbidden = KeyUsage.Purpose.allCases.filter {
            usage.purposes.contains($0) && $0 != .digitalSignature && $0 != .contentCommitment
        }
        if !forbidden.isEmpty { flaws.append(.forbiddenPurposes(forbidden)) }
        return flaws
    }

    /// Rule X12.
    private static func extendedUsage(_ usage: ExtendedKeyUsage?) -> [CertificateFlaw] {
        let forbidden = (usage?.purposes ?? []).filter(notForCode.contains)
        return forbidden.isEmpty ? [] : [.forbiddenUsages(forbidden)]
    }

    /// Rule X13.
    private static func timeStampingUsage(_ usage: ExtendedKeyUsage?) -> [CertificateFlaw] {
        guard let usage else { return [.missing(.extendedKeyUsage)] }
        var others = usage.purposes
        others.removeAll { $0 == ExtendedKeyUsage.timeStamping }
        return (others.isEmpty ? [] : [.forbiddenUsages(others)])
            + (usage.isCritical ? [] : [.notCritical(.extendedKeyUsage)])
    }

    /// For time stamps, keyUsage only should be critical (rules X9 and X11).
    private static func apartFromCriticality(_ flaws: [CertificateFlaw]) -> [CertificateFlaw] {
        flaws.filter { $0 != .notCritical(.keyUsage) }
    }

    /// Rule X14, for authorities.
    private static func authorityKey(_ kind: PublicKey.Kind) -> [CertificateFlaw] {
        let isStrong =
            switch kind {
            case .rsa(let bitCount): bitCount >= 2048
            case .ec(_, let bitCount): bitCount >= 256
            case .rsaPSS, .other: false
            }
        return isStrong ? [] : [.weakKey(kind)]
    }

    private static let notForCode: Set = [
        ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth,
        ExtendedKeyUsage.emailProtection, ExtendedKeyUsage.timeStamping,
        ExtendedKeyUsage.ocspSigning, ExtendedKeyUsage.any,
    ]
}
