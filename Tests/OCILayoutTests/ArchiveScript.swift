import Encodings
import TestSupport

/// Archives that no tool here writes, made by a few lines of Python with a tar writer and hashes of
/// its own: what is expected never comes from our own code.
enum ArchiveScript {
    /// What every script begins with.
    static let prelude = #"""
        import gzip, hashlib, io, json, subprocess, sys, tarfile

        OCI = "application/vnd.oci.image."
        INDEX, MANIFEST = OCI + "index.v1+json", OCI + "manifest.v1+json"
        CONFIG, LAYER = OCI + "config.v1+json", OCI + "layer.v1.tar"
        DOCKER = "application/vnd.docker."
        NAME = "org.opencontainers.image.ref.name"

        def hexof(data): return hashlib.sha256(data).hexdigest()
        def text(value): return json.dumps(value, separators=(",", ":")).encode()
        def zstd(data): return subprocess.run(["zstd", "-q"], input=data, capture_output=True).stdout
        def gz(data): return gzip.compress(data, mtime=0)

        def layer(content):
            out = io.BytesIO()
            with tarfile.open(fileobj=out, mode="w") as tar:
                info = tarfile.TarInfo("etc/motd")
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
            return out.getvalue()

        ONE, TWO = layer(b"one"), layer(b"two")

        def config(*layers, os="linux", architecture="amd64", **more):
            return text({"architecture": architecture, "os": os, **more, "rootfs":
                {"type": "layers", "diff_ids": ["sha256:" + hexof(l) for l in layers]}})

        def descriptor(kind, data, **more):
            return {"mediaType": kind, "digest": "sha256:" + hexof(data), "size": len(data), **more}

        def manifest(config, *layers, kind=MANIFEST, config_kind=CONFIG, **more):
            """As Airseal writes it; layers are pairs of type and bytes, or finished descriptors."""
            return text({"schemaVersion": 2, "mediaType": kind,
                "config": descriptor(config_kind, config),
                "layers": [l if isinstance(l, dict) else descriptor(*l) for l in layers], **more})

        def index(*manifests, kind=INDEX, **more):
            return text({"schemaVersion": 2, "mediaType": kind, "manifests": list(manifests), **more})

        def platform(name):
            parts = name.split("/")
            return {"architecture": parts[1], "os": parts[0],
                **({"variant": parts[2]} if len(parts) > 2 else {})}

        class Archive:
            def __init__(self, path="a.tar", format=tarfile.PAX_FORMAT):
                self.tar = tarfile.open(path, "w", format=format)
            def member(self, name, kind=tarfile.REGTYPE, data=b"", target=""):
                info = tarfile.TarInfo(name)
                info.type, info.size, info.linkname = kind, len(data), target
                self.tar.addfile(info, io.BytesIO(data))
                return name
            def blob(self, data):
                return self.member("blobs/sha256/" + hexof(data), data=data)
            def blobs(self, *all):
                for data in all: self.blob(data)
            def layout(self, *entries):
                self.member("oci-layout", data=b'{"imageLayoutVersion":"1.0.0"}')
                self.member("index.json", data=index(*entries))
            def images(self, *images):
                self.member("manifest.json", data=text([
                    {"Config": c, "RepoTags": list(n) or None, "Layers": list(l)} for c, n, l in images]))
            def close(self): self.tar.close()

        def expect(*images):
            print(json.dumps([[name, "sha256:" + hexof(data)] for name, data in images]))

        """#
}

extension Box {
    /// Runs a Python script after the common beginning, and returns what it printed.
    @discardableResult
    func python(_ script: String) async throws -> String {
        try write(Array((ArchiveScript.prelude + script + "\n").utf8), to: "script.py")
        return try await shell("python3 script.py")
    }

    /// Runs a Python script that ends with `expect`: names and digests of images.
    func expected(_ script: String) async throws -> [ExpectedImage] {
        let answer = try await python(script)
        return try JSONPlace(JSON(parsing: Array(answer.utf8))).array().map { pair in
            let parts = try pair.array()
            return ExpectedImage(
                name: parts[0].value == .null ? nil : try parts[0].string(),
                digest: try parts[1].digest())
        }
    }
}

/// An image as somebody else hashed it.
struct ExpectedImage: Equatable {
    let name: String?
    let digest: Digest
}
