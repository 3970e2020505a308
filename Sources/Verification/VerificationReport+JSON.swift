public import Encodings
import Notary
import OCI
import OCILayout
import Trust
import X509

/// How a report says what was found: the words belong to the program, as every sentence does.
public struct ReportWords: Sendable {
    let finding: @Sendable (Finding) -> String
    let content: @Sendable (ContentReport.Reason) -> String

    /// The `reason` of a validation, and that of a failure of the content.
    public init(
        finding: @escaping @Sendable (Finding) -> String,
        content: @escaping @Sendable (ContentReport.Reason) -> String
    ) {
        self.finding = finding
        self.content = content
    }
}

extension VerificationReport {
    /// The document for a list of references: an array with one object for each, in their order.
    public static func json(of reports: [VerificationReport], in words: ReportWords) -> JSON {
        .array(reports.map { $0.json(in: words) })
    }

    /// One element of the document.
    public func json(in words: ReportWords) -> JSON {
        [
            "reference": .string(reference), "digest": .text(target?.digest),
            "mediaType": .text(target?.mediaType), "scope": .text(scope),
            "policy": .text(policy), "verdict": .string(verdict.rawValue),
            "time": ["value": .text(time.value), "source": .string(time.source.rawValue)],
            "policyDigest": .text(policyDigest), "trustDigest": .text(trustDigest),
            "settingsDigest": .text(settingsDigest),
            "revocationDigest": .text(revocationDigest), "validUntil": .text(validUntil),
            "content": content.json(in: words),
            "signatures": .array(signatures.map { $0.json(in: words) }),
            "requiredSignatures": requiredSignatures?.json ?? .null,
            "manifests": .array(manifests.map { $0.json(in: words) }),
        ]
    }
}

extension ContentReport {
    fileprivate func json(in words: ReportWords) -> JSON {
        [
            "checked": .boolean(isChecked), "blobs": .integer(Int64(blobCount)),
            "bytes": .integer(byteCount),
            "failures": .array(
                failures.map { failure in
                    [
                        "digest": .text(failure.descriptor.digest),
                        "mediaType": .string(failure.descriptor.mediaType),
                        "reason": .string(words.content(failure.reason)),
                    ]
                }),
            "absentForeignLayers": .array(absentForeignLayers.map { .text($0.digest) }),
        ]
    }
}

extension RequiredSignaturesReport {
    fileprivate var json: JSON {
        [
            "threshold": .integer(Int64(threshold)),
            "signers": .array(
                signers.map { ["name": .string($0.name), "signature": .text($0.signature)] }),
        ]
    }
}

extension SignatureReport {
    fileprivate func json(in words: ReportWords) -> JSON {
        let attributes = envelope?.attributes
        return [
            "digest": .text(manifest.digest), "mediaType": .string(manifest.mediaType),
            "format": .text(format?.rawValue), "signer": .text(envelope?.chain.leaf.subject),
            "scheme": .text(attributes?.scheme.rawValue),
            "signingTime": .text(attributes?.statedTime), "expiry": .text(attributes?.expiry),
            "timestamp": timestamp?.json ?? .null, "verdict": .string(verdict.rawValue),
            "validations": .array(
                validations.map { outcome in
                    [
                        "type": .string(outcome.validation.rawValue),
                        "action": .string(outcome.action.rawValue),
                        "result": .string(outcome.finding.result.rawValue),
                        "rule": .text(outcome.finding.rule),
                        "reason": .string(words.finding(outcome.finding)),
                    ]
                }),
        ]
    }
}

extension TimestampToken {
    fileprivate var json: JSON {
        [
            "generationTime": .string(info.generationTime.preciseDescription),
            "earliest": .string(info.lowerBound.preciseDescription),
            "latest": .string(info.upperBound.preciseDescription),
            "policy": .string(info.policy), "authority": .text(chain.leaf.subject),
        ]
    }
}

extension JSON {
    /// The text of `value`, or null.
    fileprivate static func text(_ value: (some CustomStringConvertible)?) -> JSON {
        value.map { .string($0.description) } ?? .null
    }
}
