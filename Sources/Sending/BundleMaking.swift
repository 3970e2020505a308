import Audit
import BundleFormat
import Encodings
import Files
import Notary
import OCI
import State
import Trust

/// Makes the parts of a new bundle: inventory, manifest, signature.
struct BundleMaking {
    enum Outcome {
        case made(ExportParts)
        case refused(SigningRefusal)
    }

    private let request: ExportRequest
    private let inventory: Inventory
    private let randomness: Randomness

    init(
        _ request: ExportRequest, _ shipment: Shipment, _ state: SendingState, clock: Clock,
        randomness: Randomness
    ) {
        let now = clock.now.wholeSeconds
        self.request = request
        self.randomness = randomness
        inventory = Inventory(
            origin: request.origin, destination: request.destination, stream: state.stream,
            sequence: state.next, previous: state.previous,
            voids: state.voids.map {
                Inventory.Void(sequence: $0.sequence, reason: $0.reason)
            },
            acknowledged: state.acknowledged, created: now,
            useBy: now.adding(seconds: max(0, request.useBySeconds)), roots: shipment.roots,
            referrers: shipment.referrers, blobs: shipment.blobs, expected: [])
    }

    /// Signs the bundle.
    func parts(by signer: some Signer) throws -> Outcome {
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
        let payload: SignaturePayload
        do throws(PayloadFailure) {
            payload = try SignaturePayload(
                manifest.descriptor,
                annotations: [(BundleManifest.purposeKey, BundleManifest.purpose)])
        } catch { throw SendingError.payload(error) }
        let asked = SignatureRequest(
            payload: payload, format: request.format, signingTime: inventory.created,
            signingAgent: request.signingAgent)
        switch try asked.signed(by: signer) {
        case .refused(let refusal): return .refused(refusal)
        case .signed(let bytes, let verified):
            let envelope = try ExportParts.Blob(bytes, request.format.mediaType)
            let signature = try ExportParts.Blob(
                SignatureManifest.bytes(
                    .legacy, envelope: envelope.descriptor, verified: verified,
                    subject: manifest.descriptor), MediaType.imageManifest)
            return .made(
                ExportParts(
                    inventory, manifest: manifest, inventoryBlob: inventoryBlob, capsule: capsule,
                    config: config, signature: signature, envelope: envelope,
                    annotations: SignatureManifest.annotations(of: verified),
                    log: ExportLog(randomness),
                    capsuleIsEmpty: request.capsule == TrustCapsule.empty.bytes))
        }
    }
}
