internal import Audit
internal import Encodings
internal import Notary
internal import OCI
internal import OCILayout
internal import State

/// Signatures of one layout that become visible in one step.
struct SigningPortion {
    /// One signature that was made.
    struct Made {
        let target: SigningPlan.Target
        let manifests: [Descriptor]
        let signature: ListedSignature
    }

    private(set) var made: [Made] = []
    private(set) var events: [AuditEvent] = []
    /// What is not in the layout yet.
    private var blobs = BlobPortion()

    var referrers: [ReferrerAddition.NewReferrer] {
        made.flatMap { one in
            one.manifests.map {
                ReferrerAddition.NewReferrer(
                    descriptor: $0, subject: one.target.descriptor)
            }
        }
    }

    /// Takes a signature that was made and verified, in each of `forms`.
    mutating func add(
        _ bytes: [UInt8], _ verified: VerifiedEnvelope, for target: SigningPlan.Target,
        as forms: [SignatureManifest.WrittenForm],
        event: (ListedSignature) -> AuditEvent
    ) throws(LayoutError) {
        if made.isEmpty {
            _ = try blobs.add(SignatureManifest.configBytes, mediaType: MediaType.empty)
        }
        let envelope = try blobs.add(bytes, mediaType: verified.envelope.format.mediaType)
        var manifests: [Descriptor] = []
        for form in forms {
            let manifest = SignatureManifest.bytes(
                form, envelope: envelope, verified: verified, subject: target.descriptor)
            let added = try blobs.add(manifest, mediaType: MediaType.imageManifest)
            var listed = Descriptor(
                mediaType: added.mediaType, digest: added.digest, size: added.size,
                artifactType: form == .oci11 ? SignatureManifest.artifactType : nil)
            for annotation in SignatureManifest.annotations(of: verified).members {
                guard case .string(let value) = annotation.value else { continue }
                listed[annotation: annotation.name] = value
            }
            manifests.append(listed)
        }
        let signature = ListedSignature(verified, manifests: manifests.map(\.digest))
        events.append(event(signature))
        made.append(Made(target: target, manifests: manifests, signature: signature))
    }

    /// Writes the blobs; nothing lists them yet.
    mutating func write(by writer: LayoutWriter) throws(LayoutError) {
        try writer.add(blobs)
        blobs = BlobPortion()
    }

    /// Takes in what `other` holds, whose blobs were written.
    mutating func append(_ other: SigningPortion) {
        made += other.made
        events += other.events
    }
}
