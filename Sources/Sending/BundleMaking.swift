import Audit
import BundleFormat
import Encodings
import Files
import Notary
import OCI
import State
import Trust
import X509

/// Makes the parts of a new bundle: inventory, manifest, signature.
struct BundleMaking {
    enum Outcome {
        case made(ExportParts)
        case refused(SigningRefusal, CertificateChain)
    }

    private let request: ExportRequest
    private let inventory: Inventory
    private let randomness: Randomness

    init(
        _ request: ExportRequest, _ shipment: Shipment, _ state: SendingState, at now: Timestamp,
        randomness: Randomness
    ) {
        self.request = request
        self.randomness = randomness
        let created = now.wholeSeconds
        inventory = Inventory(
            origin: request.origin, destination: request.destination, stream: state.stream,
            sequence: state.next, previous: state.previous,
            voids: state.voids.map {
                Inventory.Void(sequence: $0.sequence, reason: $0.reason)
            },
            acknowledged: state.acknowledged, created: created,
            useBy: created.adding(seconds: max(0, request.useBySeconds)), roots: shipment.roots,
            referrers: shipment.referrers, blobs: shipment.blobs, expected: [])
    }

    /// Signs the bundle by each of `signers`, of which one is there at a time.
    func parts(by signers: [() throws -> any Signer]) throws -> Outcome {
        let bytes = inventory.bytes
        guard Int64(bytes.count) <= Inventory.sizeMax else {
            throw SendingError.inventoryTooLarge(limit: Inventory.sizeMax)
        }
        let inventoryBlob = try ExportParts.Blob(bytes, BundleManifest.inventoryMediaType)
        let capsule = try ExportParts.Blob(request.capsule, BundleManifest.capsuleMediaType)
        let config = try ExportParts.Blob(SignatureManifest.configBytes, MediaType.empty)
        let manifest = try ExportParts.Blob(
            BundleManifest(
                inventory: inventoryBlob.descriptor, capsule: capsule.descriptor,
                config: config.descriptor
            ).bytes, MediaType.imageManifest)
        let asked = SignatureRequest(
            payload: try Self.payload(of: manifest), format: request.format,
            signingTime: inventory.created, signingAgent: request.signingAgent)
        var signatures: [ExportParts.Signature] = []
        var certificates: [String] = []
        for signer in signers {
            let signer = try signer()
            let certificate = signer.chain.leaf.sha256Fingerprint
            guard !certificates.contains(certificate) else {
                throw SendingError.sameSigner(certificate: certificate)
            }
            certificates.append(certificate)
            switch try asked.signed(by: signer) {
            case .refused(let refusal): return .refused(refusal, signer.chain)
            case .signed(let bytes, let verified):
                signatures.append(try signature(bytes, verified, of: manifest))
            }
        }
        return .made(
            ExportParts(
                inventory, manifest: manifest, inventoryBlob: inventoryBlob, capsule: capsule,
                config: config, signatures: signatures,
                log: ExportLog(randomness, signers: certificates),
                capsuleIsEmpty: request.capsule == TrustCapsule.empty.bytes))
    }

    private static func payload(of manifest: ExportParts.Blob) throws(SendingError)
        -> SignaturePayload
    {
        do throws(PayloadFailure) {
            return try SignaturePayload(
                manifest.descriptor,
                annotations: [(BundleManifest.purposeKey, BundleManifest.purpose)])
        } catch { throw .payload(error) }
    }

    private func signature(
        _ bytes: [UInt8], _ verified: VerifiedEnvelope, of manifest: ExportParts.Blob
    ) throws(SendingError) -> ExportParts.Signature {
        let envelope = try ExportParts.Blob(bytes, request.format.mediaType)
        return ExportParts.Signature(
            manifest: try ExportParts.Blob(
                SignatureManifest.bytes(
                    .legacy, envelope: envelope.descriptor, verified: verified,
                    subject: manifest.descriptor), MediaType.imageManifest),
            envelope: envelope, annotations: SignatureManifest.annotations(of: verified))
    }
}
