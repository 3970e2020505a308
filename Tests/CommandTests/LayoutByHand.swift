import TestSupport
import Testing

extension Site {
    /// Makes a layout by a few lines of Python that know nothing of our code. `code` finds an empty
    /// layout `l` and fills it:
    ///
    ///     l.blob(data, type)            a blob; its descriptor
    ///     l.image(**members)            a manifest with more members; its descriptor
    ///     l.index(descriptors)          an index blob; its descriptor
    ///     l.add(descriptor, name)       an entry of index.json
    ///     l.place(descriptor)           where a blob lies
    ///     l.text                        index.json, if it is to be other than of the entries
    func layoutByHand(_ path: String, _ code: String) async throws {
        let indented = code.split(separator: "\n", omittingEmptySubsequences: false)
            .joined(separator: "\n")
        try await yes(
            "cat > made.py <<'END'\n\(Self.maker)\n\(indented)\nl.done()\nEND\npython3 made.py \(path)"
        )
    }

    private static let maker = """
        import hashlib, json, os, shutil, sys
        MANIFEST = "application/vnd.oci.image.manifest.v1+json"
        INDEX = "application/vnd.oci.image.index.v1+json"
        CONFIG = "application/vnd.oci.image.config.v1+json"
        LAYER = "application/vnd.oci.image.layer.v1.tar"
        NAME = "org.opencontainers.image.ref.name"
        class Layout:
            def __init__(self, path):
                self.path, self.entries, self.text = path, [], None
                os.makedirs(path + "/blobs/sha256")
                self.write("oci-layout", b'{"imageLayoutVersion":"1.0.0"}')
            def write(self, name, data):
                with open(os.path.join(os.fsencode(self.path), os.fsencode(name)), "wb") as file:
                    file.write(data)
            def blob(self, data, type, algorithm="sha256"):
                data = data if isinstance(data, bytes) else json.dumps(data).encode()
                digest = hashlib.new(algorithm, data).hexdigest()
                os.makedirs(f"{self.path}/blobs/{algorithm}", exist_ok=True)
                if not os.path.exists(f"{self.path}/blobs/{algorithm}/{digest}"):
                    self.write(f"blobs/{algorithm}/{digest}", data)
                return {"mediaType": type, "digest": algorithm + ":" + digest, "size": len(data)}
            def image(self, layer=b"layer", **members):
                config = self.blob({"architecture": "amd64", "os": "linux"}, CONFIG)
                manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config,
                            "layers": [self.blob(layer, LAYER)], **members}
                return self.blob(manifest, MANIFEST)
            def index(self, manifests, **members):
                return self.blob(
                    {"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests, **members},
                    INDEX)
            def add(self, descriptor, name=None):
                named = {"annotations": {NAME: name}} if name else {}
                self.entries.append({**descriptor, **named})
            def place(self, descriptor):
                return self.path + "/blobs/" + descriptor["digest"].replace(":", "/")
            def done(self):
                whole = {"schemaVersion": 2, "mediaType": INDEX, "manifests": self.entries}
                self.write("index.json", (self.text or json.dumps(whole)).encode())
        l = Layout(sys.argv[1])
        """
}
