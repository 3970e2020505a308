internal import BundleFormat
internal import Notary
internal import OCI
internal import OCILayout

extension LayoutGraph {
    /// The named entries of a layout that stand for something to be signed and verified, in the
    /// order of `index.json`: neither signatures nor bundles, nor the lists that serve others.
    ///
    /// What cannot be read is among them: who asks for every image must hear of it.
    var namedImages: [(name: String, descriptor: Descriptor)] {
        entries.compactMap { entry in
            let document = node(entry)?.document
            let type = document?.artifactType
            guard let name = entry.referenceName, !servesOthers(entry),
                type != BundleManifest.artifactType,
                // A signature has a subject (rule M8); the type alone would hide an image.
                type != SignatureManifest.artifactType || document?.subject == nil
            else { return nil }
            return (name, entry.plain)
        }
    }
}
