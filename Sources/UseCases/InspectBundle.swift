public import BundleFormat
internal import Configuration
internal import Encodings
internal import Files
internal import OCILayout
public import Receiving
internal import State
public import Trust
public import X509

/// A bundle by its own word, and what this site's entry for its origin makes of its signatures.
public struct BundleInspection: Sendable {
    /// What was asked for, as it was named.
    public let reference: String
    /// What the bundle says of itself.
    public let inventory: Inventory
    /// The bundle manifest with its signatures.
    public let manifest: ImageDescription
    /// The trust that it carries.
    public let capsule: CapsuleDescription
    /// What this site makes of its signatures.
    public let standing: Standing

    /// What this site makes of a bundle's signatures.
    public enum Standing: Sendable {
        /// It was asked.
        case known(BundlePreview.Standing)
        /// It could not be asked; why.
        case unknown(any Error)
    }
}

/// A trust capsule by its own word.
public struct CapsuleDescription: Sendable {
    /// The size of its document, in bytes.
    public let byteCount: Int
    /// What it says, or why it cannot be read.
    public let content: Result<TrustCapsule, TrustCapsuleError>
    /// Those of its CRLs that can be read.
    public let lists: [RevocationList]
    /// Those of its OCSP responses that can be read.
    public let responses: [OCSPResponse]

    init(_ bytes: [UInt8]) {
        byteCount = bytes.count
        do throws(TrustCapsuleError) {
            content = .success(try TrustCapsule(parsing: bytes))
        } catch { content = .failure(error) }
        let capsule = try? content.get()
        lists = capsule?.revocationLists.compactMap { try? RevocationList(der: $0.der) } ?? []
        responses = capsule?.ocspResponses.compactMap { try? OCSPResponse(der: $0) } ?? []
    }

    /// How many of its CRLs and OCSP responses cannot be read.
    public var unreadableCount: Int {
        guard let capsule = try? content.get() else { return 0 }
        return capsule.revocationLists.count + capsule.ocspResponses.count - lists.count
            - responses.count
    }
}

/// What was found where a bundle may be.
public enum BundleInspectionOutcome: Sendable {
    /// A bundle.
    case bundle(BundleInspection)
    /// What says that it is one, and that no receiver takes; why.
    case unusable(ReceiveRefusal)
    /// Something else.
    case other
}

extension Site {
    /// Describes the bundle that `reference` names by its path alone. Only its first parts are read;
    /// no state is made or changed.
    ///
    /// - Parameters:
    ///   - reference: a path.
    ///   - signatureCountMax: how many signatures of the bundle are looked at.
    /// - Returns: the bundle, or that there is none.
    /// - Throws: where it cannot be read.
    public func inspectBundle(_ reference: String, signatureCountMax: Int) throws
        -> BundleInspectionOutcome
    {
        let parsed = try Reference(parsing: reference, in: files)
        // A pipe is read once, as the layout that it is, too.
        guard case .only = parsed.selector, parsed.path != "-" else { return .other }
        let preview: BundlePreview
        switch try BundlePreview.look(at: parsed.path, on: files) {
        case .other: return .other
        case .unusable(let refusal): return .unusable(refusal)
        case .bundle(let found): preview = found
        }
        let manifest = try describe(
            preview.bundle, in: preview.content, reference: reference, path: parsed.path,
            signatureCountMax: signatureCountMax)
        return .bundle(
            BundleInspection(
                reference: reference, inventory: preview.inventory, manifest: manifest,
                capsule: CapsuleDescription(preview.capsuleBytes),
                standing: standing(of: preview, reference)))
    }

    private func standing(of preview: BundlePreview, _ reference: String)
        -> BundleInspection.Standing
    {
        do {
            let home = files.kind(at: homePath) == .folder ? try home() : nil
            // Nobody is judged by a clock that is behind what was proven.
            try checkClock()
            let floors = try existingState()?.floors() ?? .none
            return .known(
                try preview.standing(
                    by: home, floors: floors, at: clock.now, reference: reference))
        } catch { return .unknown(error) }
    }
}
