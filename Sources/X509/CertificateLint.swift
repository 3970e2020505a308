import Cryptography
public import Encodings

/// A chain held against every rule of the certificate profile for its purpose, one by one, with what
/// stock notation would make of each.
///
/// - SeeAlso: rules X1 to X18 and Y11 of the conformance list; X16 follows from X3 to X5, X17 and X18
///   bind chains for time stamps only.
public struct CertificateLint: Sendable {
    /// One question that is asked.
    public enum Question: Sendable, Equatable {
        /// There is a certificate (rule X1): true of every `CertificateChain`.
        case presence
        /// A rule of the profile.
        case profile(CertificateRule)
        /// Every certificate is valid at the time (rule X15): asked when signing.
        case validity
        /// Nobody's certificate is against the rest of RFC 5280 (rules X17 and X18): asked of
        /// chains for time stamps.
        case path

        /// The rule's number.
        public var number: String {
            switch self {
            case .presence: "X1"
            case .profile(let rule): rule.number
            case .validity: "X15"
            case .path: "X18"
            }
        }
    }

    /// What is wrong with one certificate.
    public enum Fault: Sendable, Equatable {
        /// What a rule of the profile found.
        case flaw(CertificateFlaw)
        /// The time is outside its validity.
        case outsideValidity
        /// What OpenSSL's path validation found.
        case path(PathViolation.Reason)
    }

    /// A certificate that is at fault.
    public struct Suspect: Sendable, Equatable {
        /// Where it stands in the chain, counted from the leaf, which is 0.
        public let position: Int
        /// What is wrong with it; never empty.
        public let faults: [Fault]
    }

    /// The answer to one question.
    public struct Answer: Sendable, Equatable {
        /// The question.
        public let question: Question
        /// The certificates that are at fault, in their order.
        public let suspects: [Suspect]
        /// Whether stock notation would pass the chain by this rule.
        public let notationPasses: Bool

        /// Whether the rule is kept.
        public var isKept: Bool { suspects.isEmpty }
    }

    /// The chain.
    public let chain: CertificateChain
    /// What it is for.
    public let purpose: CertificatePurpose
    /// When.
    public let time: Timestamp
    /// The answers, by the numbers of the rules.
    public let answers: [Answer]
    /// The positions in the order leaf to root, where the certificates form one chain and stand in
    /// another order; nil otherwise.
    public let properOrder: [Int]?
    /// Why stock notation would match no `x509.subject` identity with the leaf; empty when it
    /// would, nil where no policy names the leaf.
    public let identityTraps: [IdentityTrap]?

    /// Whether every rule is kept.
    public var passes: Bool { answers.allSatisfy(\.isKept) }

    /// Looks at `chain` as of `time`.
    public init(
        _ chain: CertificateChain, at time: Timestamp,
        for purpose: CertificatePurpose = .codeSigning
    ) {
        self.chain = chain
        self.time = time
        self.purpose = purpose
        let profile = purpose.profile.findings(in: chain).map { Self.answer($0, chain) }
        var answers = [Answer(question: .presence, suspects: [], notationPasses: true)] + profile
        answers.append(Self.validity(of: chain, at: time))
        switch purpose {
        case .codeSigning: identityTraps = IdentityTrap.all(of: chain.leaf.subject)
        case .timeStamping:
            answers.append(Self.path(of: chain))
            identityTraps = nil
        }
        self.answers = answers.sorted { Self.rank($0.question) < Self.rank($1.question) }
        properOrder = Self.properOrder(of: chain.certificates)
    }

    private static func answer(_ finding: CertificateProfile.Finding, _ chain: CertificateChain)
        -> Answer
    {
        let accepts = finding.breaches.allSatisfy { breach in
            breach.flaws.allSatisfy { $0.isAcceptedByNotation(of: finding.rule) }
        }
        return Answer(
            question: .profile(finding.rule),
            suspects: finding.breaches.map {
                Suspect(position: $0.position, faults: $0.flaws.map { .flaw($0) })
            },
            notationPasses: accepts && isReadByNotation(chain, by: finding.rule))
    }

    /// What this profile takes and Go's library does not: keys of authorities on other curves than
    /// those of NIST, and signatures with Ed448.
    private static func isReadByNotation(_ chain: CertificateChain, by rule: CertificateRule)
        -> Bool
    {
        switch rule {
        case .authorityKey:
            chain.authorities.allSatisfy { CertificateFlaw.isReadByNotation($0.publicKey.kind) }
        case .strongSignatures:
            chain.certificates.allSatisfy { $0.signatureAlgorithm != .strong("1.3.101.113") }
        case .singleIsSelfSigned, .lastIsSelfSigned, .onlyLastIsSelfSigned, .eachIsIssuedByNext,
            .authorityBasicConstraints, .pathLength, .authorityKeyUsage, .leafBasicConstraints,
            .leafKeyUsage, .leafExtendedKeyUsage, .leafKey, .timeStampingAuthorityKeyUsage,
            .timeStampingKeyUsage, .timeStampingExtendedKeyUsage:
            true
        }
    }

    private static func validity(of chain: CertificateChain, at time: Timestamp) -> Answer {
        let positions = chain.certificates.indices.filter {
            !chain.certificates[$0].isValid(at: time)
        }
        return Answer(
            question: .validity,
            suspects: positions.map { Suspect(position: $0, faults: [.outsideValidity]) },
            notationPasses: positions.isEmpty)
    }

    /// Notation's library asks the same.
    private static func path(of chain: CertificateChain) -> Answer {
        let violation = PathViolation(in: chain)
        return Answer(
            question: .path,
            suspects: violation.map {
                [Suspect(position: $0.position, faults: [.path($0.reason)])]
            } ?? [],
            notationPasses: violation == nil)
    }

    private static func rank(_ question: Question) -> Int {
        let number = Int(question.number.dropFirst()) ?? 0
        // X14 has two halves, the signer's first.
        return question == .profile(.authorityKey) ? 2 * number + 1 : 2 * number
    }

    /// Follows the issuers from the one certificate that issued no other.
    private static func properOrder(of certificates: [Certificate]) -> [Int]? {
        let all = certificates.indices
        let leaves = all.filter { leaf in
            !all.contains { $0 != leaf && certificates[$0].isIssued(by: certificates[leaf]) }
        }
        guard leaves.count == 1 else { return nil }
        var order = leaves
        while let last = order.last,
            let next = all.first(where: {
                !order.contains($0) && certificates[last].isIssued(by: certificates[$0])
            })
        {
            order.append(next)
        }
        return order.count == all.count && order != Array(all) ? order : nil
    }
}
