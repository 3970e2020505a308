import Cryptography
import Encodings
import Notary
import OCI
import UseCases
import X509

// A signature as `notation inspect` shows it: the same names, nested and ordered alike, as a tree
// and as JSON. docs/formats/inspection-report.md tells where the values differ.

extension SignatureDescription {
    /// The signature, or what keeps it from being read.
    var tree: Tree {
        switch content {
        case .readable(let signature): Tree("\(manifest.digest)", signature.branches)
        default: Tree("\(manifest.digest)", [Tree("error", value: content.problem)])
        }
    }
}

extension SignatureDescription.Content {
    /// What keeps the signature from being read; nothing of one that is readable.
    var problem: String {
        switch self {
        case .readable: ""
        case .malformedManifest(let failure): failure.sentence.text
        case .malformedEnvelope(let failure): failure.sentence.text
        case .malformedPayload(let failure): "\(failure.sentence.text) (rule \(failure.rule))"
        case .malformedCertificate(let position, let error):
            error.sentence.after("certificate \(position + 1)").text
        case .unknownFormat(let type): "the envelope is of the unknown type \(ForeignText(type))"
        case .unreadable(let error): error.sentence.text
        }
    }
}

// MARK: As a tree

extension ReadableSignature {
    fileprivate var branches: [Tree] {
        let attributes = envelope.attributes
        let target = payload.targetArtifact
        return [
            Tree("signature algorithm", value: attributes.algorithm.signingAlgorithm),
            Tree("signature envelope type", value: envelope.format.mediaType),
            Tree("signed attributes", signedBranches),
            Tree("user defined attributes", userDefinedBranches),
            Tree("unsigned attributes", unsignedBranches),
            Tree("certificates", certificates.map(\.tree)),
            Tree(
                "signed artifact",
                [
                    Tree("media type", value: ForeignText(target.mediaType)),
                    Tree("digest", value: target.digest), Tree("size", value: target.size),
                ]),
        ]
    }

    private var signedBranches: [Tree] {
        let attributes = envelope.attributes
        var branches = [
            Tree("content type", value: SignaturePayload.contentType),
            Tree("signing scheme", value: attributes.scheme.rawValue),
        ]
        if let time = attributes.statedTime {
            branches.append(Tree("signing time", value: time.ansiDescription))
        }
        if let expiry = attributes.expiry {
            branches.append(Tree("expiry", value: expiry.ansiDescription))
        }
        return branches
            + attributes.extendedTexts.map {
                Tree("\(ForeignText($0.name))", value: ForeignText($0.text))
            }
    }

    private var userDefinedBranches: [Tree] {
        let annotations = payload.annotationMembers.members
        guard !annotations.isEmpty else { return [Tree("(empty)")] }
        return annotations.map {
            Tree("\(ForeignText($0.name))", value: ForeignText($0.value.text))
        }
    }

    private var unsignedBranches: [Tree] {
        var branches: [Tree] = []
        if let agent = envelope.signingAgent, !agent.isEmpty {
            branches.append(Tree("signing agent", value: ForeignText(agent)))
        }
        if let timestamp { branches.append(Tree("timestamp signature", timestamp.branches)) }
        return branches
    }
}

extension TimestampDescription {
    fileprivate var branches: [Tree] {
        switch self {
        case .token(let token):
            let bounds =
                "[\(token.info.lowerBound.ansiDescription), \(token.info.upperBound.ansiDescription)]"
            return [
                Tree("timestamp", value: bounds),
                Tree("certificates", token.certificates.map(\.tree)),
            ]
        case .malformed(let error): return [Tree("error", value: error.sentence.text)]
        }
    }
}

extension Certificate {
    fileprivate var tree: Tree {
        Tree(
            "SHA256 fingerprint", value: sha256Fingerprint,
            [
                Tree("issued to", value: ForeignText(escaped: subject.description)),
                Tree("issued by", value: ForeignText(escaped: issuer.description)),
                Tree("expiry", value: notAfter.ansiDescription),
            ])
    }
}

// MARK: As JSON

extension ImageDescription {
    /// What `notation inspect --output json` prints of the image: signatures that cannot be read
    /// are left out.
    var notationJSON: JSON {
        let readable = signatures.compactMap { signature -> JSON? in
            guard case .readable(let content) = signature.content else { return nil }
            return content.json(digest: signature.manifest.digest)
        }
        return ["mediaType": .string(descriptor.mediaType), "signatures": .array(readable)]
    }
}

extension ReadableSignature {
    fileprivate func json(digest: Digest) -> JSON {
        let target = payload.targetArtifact
        let annotations = payload.annotationMembers
        return [
            "digest": .string(digest.description),
            "signatureAlgorithm": .string(envelope.attributes.algorithm.signingAlgorithm),
            "signatureEnvelopeType": .string(envelope.format.mediaType),
            "signedAttributes": .object(signedMembers),
            "userDefinedAttributes": annotations.members.isEmpty ? .null : .object(annotations),
            "unsignedAttributes": .object(unsignedMembers),
            "certificates": .array(certificates.map(\.inspection)),
            "signedArtifact": [
                "mediaType": .string(target.mediaType),
                "digest": .string(target.digest.description), "size": .integer(target.size),
            ],
        ]
    }

    private var signedMembers: JSONObject {
        let attributes = envelope.attributes
        var members: [(name: String, value: JSON)] = [
            ("contentType", .string(SignaturePayload.contentType)),
            ("signingScheme", .string(attributes.scheme.rawValue)),
        ]
        if let time = attributes.statedTime {
            members.append(("signingTime", .string(time.preciseDescription)))
        }
        if let expiry = attributes.expiry {
            members.append(("expiry", .string(expiry.preciseDescription)))
        }
        var taken = Set(members.map { Array($0.name.utf8) })
        for (name, text) in attributes.extendedTexts {
            // No header may pass itself off as one of the four above.
            var free = name
            while !taken.insert(Array(free.utf8)).inserted { free += "'" }
            members.append((free, .string(text)))
        }
        return JSONObject(sorting: members)
    }

    private var unsignedMembers: JSONObject {
        var object = JSONObject()
        if let agent = envelope.signingAgent, !agent.isEmpty {
            object["signingAgent"] = .string(agent)
        }
        object["timestampSignature"] = timestamp?.json
        return object
    }
}

extension TimestampDescription {
    fileprivate var json: JSON {
        switch self {
        case .token(let token):
            let lower = token.info.lowerBound.preciseDescription
            let upper = token.info.upperBound.preciseDescription
            var object: JSONObject = ["timestamp": .string("[\(lower), \(upper)]")]
            if !token.certificates.isEmpty {
                object["certificates"] = .array(token.certificates.map(\.inspection))
            }
            return .object(object)
        case .malformed(let error): return ["error": .string(error.sentence.text)]
        }
    }
}

extension Certificate {
    /// The members that notation's `inspect` shows of a certificate.
    fileprivate var inspection: JSON {
        [
            "SHA256Fingerprint": .string(sha256Fingerprint),
            "issuedTo": .string(subject.description), "issuedBy": .string(issuer.description),
            "expiry": .string(notAfter.preciseDescription),
        ]
    }
}

// MARK: What both forms share

extension SignaturePayload {
    /// What the signer remarked, in the byte order of the names.
    fileprivate var annotationMembers: JSONObject {
        JSONObject(
            sorting: targetArtifact.annotations.map { ($0.name, .string($0.value)) })
    }
}

extension SignedAttributes {
    /// Every header that the Notary specification leaves to others, and that it leaves to a plugin,
    /// as text.
    fileprivate var extendedTexts: [(name: String, text: String)] {
        var texts: [(name: String, text: String)] = []
        if let verificationPlugin {
            texts.append(("io.cncf.notary.verificationPlugin", verificationPlugin))
        }
        if let verificationPluginMinVersion {
            texts.append(
                ("io.cncf.notary.verificationPluginMinVersion", verificationPluginMinVersion))
        }
        return texts + extended.map { ($0.name, $0.value.text) }
    }
}
