import Encodings
import Notary
import OCI
import Trust
import X509

/// Holds one envelope whose integrity is proven against the criteria, in the order of notation.
///
/// - SeeAlso: section 10 of the conformance list.
struct SignatureJudge {
    let criteria: SignatureCriteria
    let time: Timestamp
    /// What tells of revocation, and keeps what was proven.
    let witnesses: Witnesses
    /// Names and values that must be in the payload.
    let metadata: [(name: String, value: String)]

    /// The signed metadata that Airseal gives its own artifacts, and no image.
    private static let purposeKey = "io.airseal.purpose"

    private static let order: [Validation] = [
        .authenticity, .expiry, .authenticTimestamp, .revocation, .payload, .metadata,
    ]

    /// The validations of `envelope`, up to the first that makes the signature fail (rule V1).
    func judge(_ envelope: VerifiedEnvelope, about target: Descriptor) -> SignatureJudgement {
        if let plugin = envelope.attributes.verificationPlugin {
            return SignatureJudgement([outcome(.integrity, .pluginMissing(name: plugin))])
        }
        var judgement = SignatureJudgement([outcome(.integrity, integrity(envelope))])
        guard judgement.validations[0].isRefusal == false else { return judgement }
        for validation in Self.order where validation != .metadata || !metadata.isEmpty {
            let isSkipped = criteria.actions[validation] == .skip
            let made = outcome(
                validation,
                isSkipped ? .notAsked : finding(validation, envelope, target, &judgement))
            judgement.validations.append(made)
            if made.isRefusal { break }
        }
        return judgement
    }

    /// The validations of a signature that `finding` keeps from being validated any further.
    ///
    /// A payload that is none comes with an envelope whose signature is right.
    func judge(failingAt finding: Finding) -> SignatureJudgement {
        guard case .broken(let failure) = finding, case .badPayload(let reason) = failure.reason
        else { return SignatureJudgement([outcome(.integrity, finding)]) }
        return SignatureJudgement([
            outcome(.integrity, .intact), outcome(.payload, .malformedPayload(reason)),
        ])
    }

    /// `finding` with the action that the criteria give its validation.
    private func outcome(_ validation: Validation, _ finding: Finding) -> ValidationOutcome {
        ValidationOutcome(
            validation: validation, action: criteria.actions[validation], finding: finding)
    }

    /// - Parameters:
    ///   - validation: what is asked.
    ///   - envelope: of what.
    ///   - target: what the signature should be about.
    ///   - judgement: what was found before; it takes the time stamp, of which `revocation` may
    ///     then know.
    /// - Returns: the answer.
    private func finding(
        _ validation: Validation, _ envelope: VerifiedEnvelope, _ target: Descriptor,
        _ judgement: inout SignatureJudgement
    ) -> Finding {
        switch validation {
        case .integrity: integrity(envelope)
        case .authenticity: authenticity(envelope)
        case .expiry: expiry(envelope.attributes)
        case .authenticTimestamp: authenticTimestamp(envelope, &judgement)
        case .revocation: revocation(envelope, judgement)
        case .payload: payload(envelope.payload, target)
        case .metadata: metadata(envelope.payload)
        }
    }

    /// What was proven is enough, unless the site takes fewer keys than the specification.
    private func integrity(_ envelope: VerifiedEnvelope) -> Finding {
        let spec = envelope.attributes.algorithm
        guard let allowed = criteria.keySpecs, !allowed.contains(spec) else { return .intact }
        return .keySpecNotAllowed(spec)
    }

    // MARK: Authenticity

    /// One of the stores holds a certificate of the chain (rules R10 to R12), and the signer is
    /// one whom the policy names (rules Y6 and Y10).
    private func authenticity(_ envelope: VerifiedEnvelope) -> Finding {
        let type: TrustStoreType =
            switch envelope.attributes.scheme {
            case .x509: .ca
            case .signingAuthority: .signingAuthority
            }
        let stores = criteria.stores(of: type)
        guard !stores.isEmpty else { return .noTrustStore(type) }
        var anchor: Certificate?
        for (name, store) in stores {
            switch store {
            // Even where another store would do: what the policy lists must be sound.
            case .unusable(let fault): return .unusableTrustStore(name, fault)
            case .usable(let trusted, _):
                anchor = anchor ?? envelope.chain.certificates.first(where: trusted.holds)
            }
        }
        guard let anchor else {
            return .untrustedChain(root: envelope.chain.root.sha256Fingerprint)
        }
        return identity(envelope.chain.leaf) ?? .trusted(anchor: anchor.sha256Fingerprint)
    }

    /// Nil if the policy names the signer.
    private func identity(_ leaf: Certificate) -> Finding? {
        guard case .listed(let identities) = criteria.identities else { return nil }
        let patterns = identities.compactMap { identity -> SubjectPattern? in
            guard case .subject(let pattern) = identity.meaning else { return nil }
            return pattern
        }
        guard !patterns.isEmpty else { return .noUsableIdentity }
        let subject = leaf.subject.policyAttributes
        guard patterns.contains(where: { $0.matches(subject) }) else {
            return .otherIdentity(subject: leaf.subject.description)
        }
        return nil
    }

    // MARK: Time

    /// Expired from the very second of the expiry on.
    private func expiry(_ attributes: SignedAttributes) -> Finding {
        guard let expiry = attributes.expiry else {
            return criteria.requiresExpiry ? .expiryMissing : .withoutExpiry
        }
        return time < expiry ? .unexpired(until: expiry) : .expired(expiry)
    }

    private func authenticTimestamp(
        _ envelope: VerifiedEnvelope, _ judgement: inout SignatureJudgement
    ) -> Finding {
        let made = TimestampJudge(criteria: criteria, time: time, witnesses: witnesses)
            .judge(envelope)
        judgement.timestamp = made.token
        judgement.timestampEnd = made.end
        return made.finding
    }

    // MARK: Revocation

    /// Asked for now. A certificate that went bad only after the signature was made, by somebody
    /// whom the site lets say when that was, does no harm (section 11 of the conformance list).
    private func revocation(
        _ envelope: VerifiedEnvelope, _ judgement: SignatureJudgement
    ) -> Finding {
        var reference = envelope.attributes.authenticSigningTime
        if let token = judgement.timestamp, criteria.usesTimestampForRevocation {
            // The latest moment that the token may speak of.
            reference = reference ?? token.info.upperBound
        }
        return witnesses.revocation(
            of: envelope.chain, at: time, reference: reference,
            isAuthentic: judgement.isAuthentic)
    }

    // MARK: Payload

    private func payload(_ payload: SignaturePayload, _ target: Descriptor) -> Finding {
        // A signature that was made for another purpose than an image's speaks for no image.
        let purpose = Self.purposeKey
        if payload.targetArtifact[annotation: purpose] != nil,
            !metadata.contains(where: { $0.name == purpose })
        {
            return .otherPurpose
        }
        guard !payload.speaks(of: target) else { return .payloadMatches }
        let signed = payload.targetArtifact
        return .otherPayload(
            mediaType: signed.mediaType, digest: signed.digest, size: signed.size)
    }

    private func metadata(_ payload: SignaturePayload) -> Finding {
        for (name, value) in metadata {
            guard let signed = payload.targetArtifact[annotation: name] else {
                return .metadataMissing(name: name)
            }
            guard signed.utf8.elementsEqual(value.utf8) else { return .otherMetadata(name: name) }
        }
        return .metadataPresent
    }
}

/// What the judge says of one signature.
struct SignatureJudgement {
    /// The validations in the order in which they were made.
    var validations: [ValidationOutcome]
    /// The time stamp that vouches for the time of signing; nil where none does.
    var timestamp: TimestampToken?
    /// The first moment at which the time stamp no longer vouches for it; nil where no time is known.
    var timestampEnd: Timestamp?

    /// Whether an installed anchor vouches for the signer.
    var isAuthentic: Bool {
        validations.contains { $0.validation == .authenticity && $0.finding.result == .pass }
    }

    init(_ validations: [ValidationOutcome]) {
        self.validations = validations
    }
}

extension DistinguishedName {
    /// The attributes that a policy can name, those of multi-valued names included.
    var policyAttributes: [SubjectAttribute] {
        attributes.compactMap { attribute in
            let type = SubjectAttribute.Kind.allCases.first {
                $0.objectIdentifier == attribute.typeIdentifier
            }
            guard let type, let value = attribute.value else { return nil }
            return SubjectAttribute(type: type, value: value)
        }
    }
}
