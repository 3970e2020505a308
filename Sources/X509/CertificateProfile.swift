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

    /// What one rule found.
    public struct Finding: Sendable, Equatable {
        /// The rule.
        public let rule: CertificateRule
        /// The certificates that break it, counted from the leaf; empty when it is kept.
        public let positions: [Int]
        /// Whether no certificate breaks the rule.
        public var isKept: Bool { positions.isEmpty }
    }

    /// Looks at the chain by every rule.
    public func findings(in chain: CertificateChain) -> [Finding] {
        rules.map { Finding(rule: $0, positions: Self.violators(of: $0, in: chain)) }
    }

    /// The first rule that the chain breaks, and where; nil when it keeps them all.
    public func firstViolation(in chain: CertificateChain) -> CertificateViolation? {
        for rule in rules {
            if let position = Self.violators(of: rule, in: chain).first {
                return CertificateViolation(rule: rule, position: position)
            }
        }
        return nil
    }
}

extension CertificateProfile {
    private static func violators(of rule: CertificateRule, in chain: CertificateChain) -> [Int] {
        let certificates = chain.certificates
        let authorities = Array(certificates.indices.dropFirst())
        let last = certificates.count - 1
        func leaf(_ isKept: Bool) -> [Int] { isKept ? [] : [0] }
        switch rule {
        case .singleIsSelfSigned: return leaf(last > 0 || chain.leaf.isSelfSigned)
        case .lastIsSelfSigned: return last == 0 || chain.root.isSelfSigned ? [] : [last]
        case .onlyLastIsSelfSigned:
            return certificates.indices.dropLast().filter { certificates[$0].isSelfSigned }
        case .eachIsIssuedByNext:
            return certificates.indices.dropLast().filter {
                !certificates[$0].isIssued(by: certificates[$0 + 1])
            }
        case .strongSignatures:
            return certificates.indices.filter { !hasStrongSignature(certificates[$0]) }
        case .authorityBasicConstraints:
            return authorities.filter { !isCriticalAuthority(certificates[$0]) }
        case .pathLength:
            // The leaf and the certificate itself do not count.
            return authorities.filter { position in
                certificates[position].basicConstraints?.pathLength.map { $0 < position - 1 }
                    ?? false
            }
        case .authorityKeyUsage:
            return authorities.filter { !maySignCertificates(certificates[$0]) }
        case .authorityKey:
            return authorities.filter { !isStrong(certificates[$0].publicKey.kind) }
        case .leafBasicConstraints: return leaf(!chain.leaf.isCA)
        case .leafKeyUsage: return leaf(isForSignatures(chain.leaf.keyUsage))
        case .leafExtendedKeyUsage: return leaf(isForCode(chain.leaf.extendedKeyUsage))
        case .leafKey: return leaf(chain.leaf.publicKey.keySpec != nil)
        }
    }

    private static func hasStrongSignature(_ certificate: Certificate) -> Bool {
        switch certificate.signatureAlgorithm {
        case .strong: true
        case .weak: false
        }
    }

    private static func isCriticalAuthority(_ certificate: Certificate) -> Bool {
        guard let constraints = certificate.basicConstraints else { return false }
        return constraints.isCritical && constraints.isCA
    }

    private static func maySignCertificates(_ certificate: Certificate) -> Bool {
        guard let usage = certificate.keyUsage else { return false }
        return usage.isCritical && usage.purposes.contains(.keyCertSign)
    }

    private static func isStrong(_ kind: PublicKey.Kind) -> Bool {
        switch kind {
        case .rsa(let bitCount): bitCount >= 2048
        case .ec(_, let bitCount): bitCount >= 256
        case .rsaPSS, .other: false
        }
    }

    private static func isForSignatures(_ usage: KeyUsage?) -> Bool {
        guard let usage, usage.isCritical else { return false }
        return usage.purposes.contains(.digitalSignature)
            && usage.purposes.isSubset(of: [.digitalSignature, .contentCommitment])
    }

    private static func isForCode(_ usage: ExtendedKeyUsage?) -> Bool {
        let forbidden: Set = [
            ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth,
            ExtendedKeyUsage.emailProtection, ExtendedKeyUsage.timeStamping,
            ExtendedKeyUsage.ocspSigning, ExtendedKeyUsage.any,
        ]
        return forbidden.isDisjoint(with: usage?.purposes ?? [])
    }
}
