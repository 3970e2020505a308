import Encodings
import OCI

/// The fallback index of one subject beside what it should list.
struct FallbackListing {
    /// Referrers of the subject that it lacks.
    let absent: [Descriptor]
    /// What it lists and is there, and is no referrer of the subject.
    let strangers: [Descriptor]
    /// What it lists and nothing of it is there, nor does `index.json` list it.
    let missing: [Descriptor]

    /// Compares what `graph` found.
    init(of subject: Descriptor, _ graph: LayoutGraph) {
        let referrers = graph.referrers(of: subject)
        absent = referrers.filter { !$0.listings.contains(.fallbackIndex) }.map(\.descriptor)
        let known = Set(referrers.map(\.descriptor.digest))
        var strangers: [Descriptor] = []
        var missing: [Descriptor] = []
        for listed in graph.fallbackLists(of: subject.digest).manifests
        where !known.contains(listed.digest) {
            if case .damaged(_, .missing)? = graph.node(listed)?.problem {
                if !graph.isEntry(listed) { missing.append(listed) }
            } else {
                strangers.append(listed)
            }
        }
        self.strangers = strangers
        self.missing = missing
    }
}

extension LayoutGraph {
    /// Everything that a manifest of the layout speaks of and that was found, each once.
    var subjects: [Descriptor] {
        var seen: Set<Digest> = []
        return nodes.compactMap { node in
            guard let subject = node.document?.subject, self.node(subject)?.document != nil,
                seen.insert(subject.digest).inserted
            else { return nil }
            return subject
        }
    }

    /// Entries that say what an entry before them said, word for word.
    var duplicateEntries: [Descriptor] {
        var found: [Descriptor] = []
        var seen: [Digest: [Descriptor]] = [:]
        for entry in entries {
            if seen[entry.digest]?.contains(entry) ?? false {
                found.append(entry)
            } else {
                seen[entry.digest, default: []].append(entry)
            }
        }
        return found
    }

    /// Names that stand for more than one thing, so that no tool can say what they mean.
    var ambiguousNames: [(name: String, digests: [Digest])] {
        var seen: Set<[UInt8]> = []
        return entries.compactMap { entry in
            guard let name = entry.referenceName, seen.insert(Array(name.utf8)).inserted,
                ReferenceName(name)?.fallbackTarget == nil
            else { return nil }
            var digests: [Digest] = []
            for rival in index.entries(named: name) where !digests.contains(rival.digest) {
                digests.append(rival.digest)
            }
            return digests.count > 1 ? (name, digests) : nil
        }
    }

    /// Whether `index.json` itself lists what `descriptor` names.
    func isEntry(_ descriptor: Descriptor) -> Bool {
        index.entries(of: descriptor.digest).contains { $0.names(sameContentAs: descriptor) }
    }
}
