import BundleFormat
import Encodings
import OCI
import Sending

extension ExportReport {
    /// What was written, for people.
    var lines: [String] {
        var lines = [
            "\(isResumed ? "finished" : "wrote") \(ForeignText(path)): "
                + "bundle \(sequence) from \(origin) to \(destination)",
            "  bundle \(bundle)",
            "  \(blobCount) blobs, \(byteCount) bytes, to be received by \(useBy)",
        ]
        if signers.count > 1 { lines.append("  \(signers.count) signatures") }
        lines += roots.map(\.line)
        if capsuleIsEmpty { lines.append(Self.emptyCapsule) }
        return lines
    }

    fileprivate static let emptyCapsule =
        "  the trust capsule is empty: this home has no policy and no trust store"

    /// The same for programs.
    var json: JSON {
        [
            "path": .string(path), "origin": .string(origin.text),
            "destination": .string(destination.text), "stream": .string(stream.text),
            "sequence": .integer(sequence), "bundle": .string(bundle.description),
            "referrers": .integer(Int64(referrerCount)), "blobs": .integer(Int64(blobCount)),
            "bytes": .integer(byteCount), "useBy": .string(useBy.description),
            "signers": .array(signers.map { .string($0) }), "resumed": .boolean(isResumed),
            "capsuleIsEmpty": .boolean(capsuleIsEmpty), "images": .array(roots.map(\.summary)),
        ]
    }
}

extension ExportRehearsal {
    /// What would be written, for people.
    var lines: [String] {
        let verb = finishesPending ? "would finish" : "would write"
        var lines = ["\(verb) bundle \(sequence) from \(origin) to \(destination)"]
        if !voids.isEmpty { lines.append("  void: \(Listing(voids.map { "\($0)" }))") }
        lines.append(
            "  \(roots.count) images, \(referrerCount) referrers, \(blobCount) blobs, "
                + "\(byteCount) bytes")
        lines += roots.map(\.line)
        if capsuleIsEmpty { lines.append(ExportReport.emptyCapsule) }
        return lines
    }

    /// The same for programs.
    var json: JSON {
        [
            "dryRun": true, "origin": .string(origin.text),
            "destination": .string(destination.text), "sequence": .integer(sequence),
            "finishesPending": .boolean(finishesPending),
            "voids": .array(voids.map { .integer($0) }),
            "referrers": .integer(Int64(referrerCount)), "blobs": .integer(Int64(blobCount)),
            "bytes": .integer(byteCount), "capsuleIsEmpty": .boolean(capsuleIsEmpty),
            "targetTaken": isTargetTaken.map { .boolean($0) } ?? .null,
            "images": .array(roots.map(\.summary)),
        ]
    }
}

extension Inventory.Root {
    /// The image and the repository that it claims.
    var line: String {
        let name = name.map { "\(ForeignText($0))" } ?? "(untagged)"
        return "  \(descriptor.digest)  \(name)  for \(ForeignText(repository))"
    }

    var summary: JSON {
        [
            "name": name.map { .string($0) } ?? .null,
            "digest": .string(descriptor.digest.description),
            "mediaType": .string(descriptor.mediaType), "repository": .string(repository),
        ]
    }
}
