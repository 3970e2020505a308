internal import BundleFormat
internal import Notary
internal import OCI
internal import OCILayout

/// A named entry that `--all` leaves out, because by its own words it is no image.
public struct NamedArtifact: Sendable {
    /// What it calls itself.
    public enum Kind: Sendable, Hashable, CaseIterable {
        /// A bundle, which only `receive` judges.
        case bundle
        /// A signature.
        case signature
        /// The list of what refers to an image.
        case fallbackIndex
    }

    /// As it would be named on its own.
    public let reference: String
    /// What it calls itself.
    public let kind: Kind
}

extension LayoutGraph {
    /// The named entries of a layout that stand for something to be signed and verified, in the
    /// order of `index.json`: neither signatures nor bundles, nor the lists that serve others.
    ///
    /// What cannot be read is among them: who asks for every image must hear of it.
    var namedImages: [(name: String, descriptor: Descriptor)] {
        entries.compactMap { entry in
            guard let name = entry.referenceName, kind(of: entry) == nil else { return nil }
            return (name, entry.plain)
        }
    }

    /// The other named entries, as they are named in the layout or archive at `path`.
    func namedArtifacts(at path: String) -> [NamedArtifact] {
        entries.compactMap { entry in
            guard let name = entry.referenceName, let kind = kind(of: entry) else { return nil }
            return NamedArtifact(reference: "\(path):\(name)", kind: kind)
        }
    }

    private func kind(of entry: Descriptor) -> NamedArtifact.Kind? {
        guard !servesOthers(entry) else { return .fallbackIndex }
        let document = node(entry)?.document
        return switch document?.artifactType {
        case BundleManifest.artifactType: .bundle
        // A signature has a subject (rule M8); the type alone would hide an image.
        case SignatureManifest.artifactType where document?.subject != nil: .signature
        default: nil
        }
    }
}
