import Encodings
import Testing

/// Who refers to whom in a layout folder, found out by a few lines of Python that know nothing of
/// our code: every blob that is named is hashed.
enum ReferrersByHand {
    /// How the layout lists a referrer.
    struct Listing: Hashable, CustomStringConvertible {
        let subject: String
        let referrer: String
        /// `entry` (notation, oras), `tagged`, `annotated` (image-spec 1171) or `fallback` (regctl).
        let convention: String

        var description: String { "\(convention) \(referrer) of \(subject)" }
    }

    static func list(
        _ site: Site, _ layout: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Set<Listing> {
        let script = "cat > by-hand.py <<'END'\n\(program)\nEND\npython3 by-hand.py '\(layout)'"
        let answer = try await site.yes(script, sourceLocation: sourceLocation)
        return Set(
            try answer.json.array().map { line in
                Listing(
                    subject: try line.member("subject").string(),
                    referrer: try line.member("referrer").string(),
                    convention: try line.member("convention").string())
            })
    }

    private static let program = """
        import hashlib, json, os, re, sys
        root = sys.argv[1]
        name = "org.opencontainers.image.ref.name"
        annotated = "org.opencontainers.image.referrer.subject"
        found = []
        def document(descriptor):
            algorithm, digest = descriptor["digest"].split(":")
            with open(os.path.join(root, "blobs", algorithm, digest), "rb") as file:
                data = file.read()
            assert hashlib.new(algorithm, data).hexdigest() == digest, descriptor
            assert len(data) == descriptor["size"], descriptor
            return json.loads(data)
        def note(subject, referrer, convention):
            found.append({"subject": subject, "referrer": referrer, "convention": convention})
        for entry in json.load(open(os.path.join(root, "index.json")))["manifests"]:
            said = entry.get("annotations") or {}
            manifest = document(entry)
            if manifest.get("subject"):
                convention = "entry" if name not in said else "tagged"
                note(manifest["subject"]["digest"], entry["digest"], convention)
            if annotated in said:
                note(said[annotated], entry["digest"], "annotated")
            match = re.fullmatch("(sha256|sha512)-([0-9a-f]+)", said.get(name, ""))
            if match and "manifests" in manifest:
                subject = ":".join(match.groups())
                for listed in manifest["manifests"]:
                    assert document(listed)["subject"]["digest"] == subject, listed
                    note(subject, listed["digest"], "fallback")
        json.dump(found, sys.stdout)
        """
}
