import BundleFormat
import Encodings
import Notary
import OCI
import OCILayout

/// The picture of a bundle in quarantine: everything that is referred to is listed, and everything
/// that is listed is referred to.
struct BundleClosure {
    let graph: LayoutGraph
    /// The referrers with what they speak of.
    let referrers: [ReferrerAddition.NewReferrer]

    /// Checks what `inventory` lists against `content`.
    init(_ inventory: Inventory, in content: some LayoutContent) throws(Stop) {
        let graph = try onLayout { () throws(LayoutError) in try LayoutGraph(content) }
        self.graph = graph
        var sizes: [Digest: Int64] = [:]
        for blob in inventory.blobs + inventory.expected { sizes[blob.digest] = blob.size }
        var parts: [Digest: Descriptor] = [:]
        for start in inventory.roots.map(\.descriptor) + inventory.referrers {
            for part in graph.closure(of: start) {
                guard sizes[part.digest] == part.size else {
                    throw .content(.uncovered(part.digest))
                }
                if let problem = graph.node(part)?.problem {
                    throw .content(.document(part.digest, problem))
                }
                if parts[part.digest] == nil { parts[part.digest] = part }
            }
            guard let document = graph.node(start)?.document else {
                throw .content(.notAnImage(start.digest))
            }
            for type in [document.artifactType, start.artifactType] {
                guard type?.utf8.elementsEqual(BundleManifest.artifactType.utf8) != true else {
                    throw .malformed(.bundleAmongRoots(start.digest))
                }
            }
        }
        for blob in inventory.blobs + inventory.expected where parts[blob.digest] == nil {
            throw .content(.unreferenced(blob.digest))
        }
        var additions: [ReferrerAddition.NewReferrer] = []
        for referrer in inventory.referrers {
            guard let subject = graph.node(referrer)?.document?.subject,
                parts[subject.digest]?.names(sameContentAs: subject) == true
            else { throw .content(.strayReferrer(referrer.digest)) }
            additions.append(
                ReferrerAddition.NewReferrer(
                    descriptor: Self.entry(of: referrer), subject: subject.plain))
        }
        referrers = additions
    }

    /// Some images, all that they need, and everything that speaks of them.
    struct Parts {
        let digests: Set<Digest>
        let referrers: [ReferrerAddition.NewReferrer]
    }

    /// What belongs to `roots`.
    func parts(of roots: [Descriptor]) -> Parts {
        var digests: Set<Digest> = []
        for root in roots { digests.formUnion(graph.closure(of: root).map(\.digest)) }
        var found: [ReferrerAddition.NewReferrer] = []
        var waiting = referrers
        // Referrers speak of referrers, too: each round finds those of the round before.
        while true {
            let speaking = waiting.filter { digests.contains($0.subject.digest) }
            guard !speaking.isEmpty else { break }
            waiting.removeAll { digests.contains($0.subject.digest) }
            for referrer in speaking {
                digests.formUnion(graph.closure(of: referrer.descriptor).map(\.digest))
            }
            found += speaking
        }
        // In the bundle's order.
        let chosen = Set(found.map(\.descriptor.digest))
        return Parts(
            digests: digests, referrers: referrers.filter { chosen.contains($0.descriptor.digest) })
    }

    /// A referrer as it is to be listed: type, digest and size, and the remarks that Notary
    /// signatures carry. Any other remark could name content that nobody has judged.
    private static func entry(of referrer: Descriptor) -> Descriptor {
        var entry = Descriptor(
            mediaType: referrer.mediaType, digest: referrer.digest, size: referrer.size,
            artifactType: referrer.artifactType)
        for name in [SignatureManifest.thumbprintAnnotation, Annotation.created] {
            entry[annotation: name] = referrer[annotation: name]
        }
        return entry
    }
}
