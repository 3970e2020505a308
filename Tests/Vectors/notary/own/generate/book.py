"""The cases and the files that they name, collected and written."""

import hashlib
import json
import os
import shutil

import envelope
from authority import AUTHORITY, Certificate
from envelope import COSE, JWS, NOTARY, text

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
IMAGE = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"
EMPTY = "application/vnd.oci.empty.v1+json"
SIGNATURE = "application/vnd.cncf.notary.signature"
NAME = "org.opencontainers.image.ref.name"
SCOPE = "registry.example/own/app"
SUBJECT = "x509.subject: C=US, ST=WA, O=TEST ONLY, CN=signer"


def describe(data, mediaType, **members):
    return {
        "mediaType": mediaType, "digest": "sha256:" + hashlib.sha256(data).hexdigest(), "size":
        len(data), **members
    }


class Book:
    def __init__(self):
        self.cases = {}
        self.files = {}
        self.root = Certificate("root", extensions=AUTHORITY)
        self.signer = Certificate("signer", self.root)
        self.chain = [self.signer, self.root]
        layer, config = b"own vectors\n", text(
            {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": []}})
        self.image = text({
            "schemaVersion": 2, "mediaType": IMAGE, "config": describe(config, CONFIG), "layers":
            [describe(layer, LAYER)]
        })
        self.target = describe(self.image, IMAGE)
        self.entries = [{**self.target, "annotations": {NAME: "v1"}}]
        self.blobs("layouts/base", layer, config, self.image, b"{}")
        self.put("layouts/base/oci-layout", text({"imageLayoutVersion": "1.0.0"}))
        self.put("layouts/base/index.json", self.index(self.entries))
        self.stores("main", {"ca/main/root.pem": self.root.pem})
        self.policy("strict")

    # Files

    def put(self, path, data):
        known = self.files.setdefault(path, data)
        assert known == data, f"two files at {path}"
        return path

    def blobs(self, layout, *blobs):
        for data in blobs:
            self.put(f"{layout}/blobs/sha256/{hashlib.sha256(data).hexdigest()}", data)

    def index(self, entries, **members):
        return text({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries, **members})

    def stores(self, name, files):
        for path, data in files.items():
            self.put(f"truststores/{name}/truststore/x509/{path}", data)

    def statement(self, **changes):
        verification = {"level": "strict", **changes.pop("verification", {})}
        made = {
            "name": "own", "registryScopes": [SCOPE], "signatureVerification": verification,
            "trustStores": ["ca:main"], "trustedIdentities": [SUBJECT], **changes
        }
        return {name: value for name, value in made.items() if value is not None}

    def policy(self, file, *statements, written=None, **changes):
        document = {
            "version": "1.0", "trustPolicies": list(statements) or [self.statement(**changes)]
        }
        data = json.dumps(document, indent=2).encode() + b"\n"
        return self.put(f"policies/{file}.json", written(data) if written else data)

    def payload(self, target=None, **members):
        return text({"targetArtifact": target or self.target, **members})

    # Cases

    def keep(self, id, rules, kind="envelope", note="", warnings=(), **members):
        """A case that keeps `rules`, and is verified."""
        self.add(
            id, rules, kind, members, {
                "verdict": "verified", "validation": None, "rule": None, "reason": None, "warnings":
                list(warnings)
            }, note=note)

    def spoil(self, id, origin, rule, validation, reason, change, because=None, rules=None,
              verdict="refused", given=None, **members):
        """The case `origin` with one thing changed, so that `rule` is broken, and no other.

        `given` is the rule that the verifier names where that is another one, `because` says why.
        """
        assert (given is None) == (because is None), id
        kept = self.cases[origin]
        assert kept["expect"]["verdict"] == "verified", origin
        for name in rules or [rule]:
            if name not in kept["rules"]:
                kept["rules"].append(name)
        same = {name: kept[name] for name in MEMBERS if name in kept}
        if "path" in members and "symlinks" not in members:
            same.pop("symlinks", None)
        self.add(id, rules or [rule], kept["kind"], {**same, **members}, {
            "verdict": verdict, "validation": validation, "rule":
            None if given == "" else given or rule, "reason": reason, "warnings": []
        }, **{"from": origin, "change": change, **({"because": because} if because else {})})

    def add(self, id, rules, kind, members, expect, **told):
        assert id not in self.cases, id
        standard = {
            "path": "layouts/base", "base": "layouts/base", "reference": self.target["digest"],
            "scope": SCOPE, "policy": "policies/strict.json", "truststore": "truststores/main",
            "at": None
        }
        told = {name: value for name, value in told.items() if value}
        self.cases[id] = {
            "id": id, "category": "own", "rules": list(rules), "kind": kind, **standard, **members,
            **told, "expect": expect
        }

    def envelope(self, id, made):
        """The members of a case about the envelope `made`."""
        path = self.put(f"envelopes/{id}.{made.ending}", made.bytes())
        return {"path": path, "mediaType": made.mediaType}

    def signed(self, make=JWS, spoil=None, **options):
        """An envelope over the image, changed by `spoil`."""
        made = make(options.pop("chain", self.chain), options.pop("payload", self.payload()),
                    **options)
        if spoil:
            spoil(made)
        return made

    # Layouts

    def manifest(self, signature, **changes):
        """A signature manifest in the legacy form, of which members are changed or left out."""
        config = describe(b"{}", SIGNATURE)
        made = {
            "schemaVersion": 2, "mediaType": IMAGE, "config": config, "layers":
            [describe(signature, JWS.mediaType)], "subject": self.target, **changes
        }
        return text({name: value for name, value in made.items() if value is not None})

    def layout(self, id, *manifests, entries=None, blobs=(), mediaType=IMAGE, **members):
        """The members of a case about a layout with these signature manifests and blobs."""
        folder = f"layouts/{id}"
        listed = [describe(data, mediaType) for data in manifests]
        self.blobs(folder, *manifests, *blobs)
        self.put(f"{folder}/index.json", self.index((entries or self.entries) + listed))
        return {"path": folder, **members}

    def write(self):
        for name in ("layouts", "envelopes", "policies", "truststores"):
            shutil.rmtree(os.path.join(ROOT, name), ignore_errors=True)
        for path, data in sorted(self.files.items()):
            path = os.path.join(ROOT, path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(data)
        with open(os.path.join(ROOT, "cases.json"), "w", encoding="utf-8") as file:
            lines = [json.dumps(case, ensure_ascii=False) for case in self.cases.values()]
            file.write("[\n  " + ",\n  ".join(lines) + "\n]\n")


MEMBERS = [
    "path", "base", "mediaType", "reference", "scope", "policy", "truststore", "at", "userMetadata",
    "maxSignatures", "symlinks", "absent"
]
