"""Cases about signature manifests and layouts: M1 to M15, L2 to L9, P5."""

import hashlib
import json

from book import CONFIG, EMPTY, IMAGE, INDEX, LAYER, NAME, SIGNATURE, describe
from envelope import JWS, NOTARY, text

DOCKER = "application/vnd.docker.distribution.manifest.v2+json"
ARTIFACT = "application/vnd.oci.artifact.manifest.v1+json"
THUMBPRINT = NOTARY + "x509chain.thumbprint#S256"


def add(book):
    signature = book.signed().bytes()
    manifests(book, signature)
    hints(book, signature)
    found(book, signature)
    nested(book)


def manifests(book, signature):
    def keep(id, rules, data, note="", blobs=(), **members):
        book.keep(id, rules, "layout", note,
                  **book.layout(id, data, blobs=(signature, *blobs), **members))

    def spoil(id, rule, validation, reason, change, data, origin="M3-legacy", blobs=(),
              mediaType=IMAGE, **told):
        book.spoil(id, origin, rule, validation, reason, change, **told,
                   **book.layout(id, data, blobs=(signature, *blobs), mediaType=mediaType))

    legacy = book.manifest(signature)
    unsigned = "such a manifest is no signature, and there is no other"
    keep("M3-legacy", ["M1", "M3", "M8"], legacy, "what the refused manifests are spoilt from")
    new = {"artifactType": SIGNATURE, "config": {**describe(b"{}", EMPTY), "data": "e30="}}
    keep("M2-new", ["M2", "M4"], book.manifest(signature, **new))
    spoil("M1-schema-version", "M1", "integrity", "schemaVersion(1)", "schemaVersion is 1",
          book.manifest(signature, schemaVersion=1))
    spoil("M1-media-type", "M1", "integrity", "mediaType(", "mediaType is that of Docker",
          book.manifest(signature, mediaType=DOCKER))
    spoil("M1-no-media-type", "M1", "integrity", 'missing(path: "mediaType")',
          "mediaType is left out", book.manifest(signature, mediaType=None))
    spoil("M2-other-config", "M2", "integrity", "config(mediaType", "config has another type",
          book.manifest(signature, artifactType=SIGNATURE, config=describe(b"{}", CONFIG)),
          "M2-new")
    spoil("M3-other-config", "M3", None, "noSignature", "config has the type of an image's",
          book.manifest(signature, config=describe(b"{}", CONFIG)), given="V3", because=unsigned)
    spoil("M4-other-artifact", "M4", None, "noSignature", "artifactType is another",
          book.manifest(signature, **{**new, "artifactType": "application/example"}), "M2-new",
          given="V3", because=unsigned)
    spoil("M5-other-content", "M5", "integrity", "configContent", "config is of three bytes",
          book.manifest(signature, config=describe(b"{ }", SIGNATURE)), blobs=[b"{ }"])
    spoil(
        "M5-other-data", "M5", "integrity", "configContent",
        "data is not what config's digest says",
        book.manifest(signature, artifactType=SIGNATURE, config={**new["config"], "data":
                                                                 "e31="}), "M2-new")
    layer = describe(signature, JWS.mediaType)
    spoil("M6-two-layers", "M6", "integrity", "layerCount(2)", "the envelope is listed twice",
          book.manifest(signature, layers=[layer, layer]))
    spoil("M6-no-layer", "M6", "integrity", "layerCount(0)", "no layer is listed",
          book.manifest(signature, layers=[]))
    spoil("M7-other-type", "M7", "integrity", "unknownFormat", "the envelope's type is JSON",
          book.manifest(signature, layers=[{**layer, "mediaType": "application/json"}]))
    spoil("M7-not-sniffed", "M7", "integrity", "notSign1", "the envelope's type is COSE",
          book.manifest(signature, layers=[{**layer, "mediaType": "application/cose"}]), given="C1",
          because="the type decides which reader sees the envelope")
    for name, subject in (("size", {"size":
                                    book.target["size"] + 1}), ("type", {"mediaType": DOCKER}),
                          ("digest", {"digest": "sha256:" + "0" * 64})):
        spoil(f"M8-other-{name}", "M8", None, "noSignature", f"the subject has another {name}",
              book.manifest(signature, subject={**book.target, **subject}), given="V3",
              because=unsigned)
    spoil("M8-no-subject", "M8", None, "noSignature", "there is no subject",
          book.manifest(signature, subject=None), given="V3", because=unsigned)
    old = {"mediaType": ARTIFACT, "artifactType": SIGNATURE, "subject": book.target}
    keep("M15-artifact", ["M15"], text({**old, "blobs": [layer]}),
         "the deprecated artifact manifest", mediaType=ARTIFACT)
    spoil("M15-two-blobs", "M15", "integrity", "layerCount(2)", "the envelope is listed twice",
          text({**old, "blobs": [layer, layer]}), "M15-artifact", mediaType=ARTIFACT, given="M6",
          because="one envelope in each manifest, whatever its form")


def hints(book, signature):
    thumbprints = [hashlib.sha256(certificate.der).hexdigest() for certificate in book.chain]
    for id, rules, annotations, note in (("M10-upper-case", ["M9", "M10"], {
            THUMBPRINT: json.dumps([t.upper() for t in thumbprints])
    }, "thumbprints in capitals"), ("M14-other-thumbprints", ["M14"], {THUMBPRINT: '["00"]'},
                                    "thumbprints of somebody else"),
                                         ("M12-unknown", ["M12"], {NOTARY + "example": "1"},
                                          "a reserved annotation that nobody knows")):
        data = book.manifest(signature, annotations=annotations)
        book.keep(id, rules, "layout", note, **book.layout(id, data, blobs=[signature]))


def found(book, signature):
    """How a layout says what it holds."""
    data = book.manifest(signature)
    entry = describe(data, IMAGE)
    base = "M3-legacy"

    def keep(id, rules, note, *indexes, entries=(), **members):
        made = book.layout(id, entries=[*book.entries, *entries], blobs=(signature, data, *indexes))
        book.keep(id, rules, "layout", note, **{**made, **members})

    fallback = book.index([entry])
    tag = book.target["digest"].replace(":", "-")
    keep("L4-fallback", ["L4", "L9"], "listed in the fallback index", fallback,
         entries=[{**describe(fallback, INDEX), "annotations": {NAME: tag}}])
    keep(
        "L9-annotated", ["L9"], "listed with the subject as annotation", entries=[{
            **entry, "annotations":
            {"org.opencontainers.image.referrer.subject": book.target["digest"]}
        }])
    keep("L3-tag", ["L3", "V9"], "the image by its tag", entries=[entry], reference="v1")
    book.spoil("L3-other-tag", "L3-tag", "L3", None, "noSuchReference", "the tag is not there",
               reference="v2", given="", because="what cannot be found is judged by no rule")
    book.spoil("L4-unlisted", base, "L4", None, "noSignature",
               "no index lists the manifest, which is there", given="V3",
               because="what no index lists is not found",
               **book.layout("L4-unlisted", blobs=[signature, data]))
    book.cases[base]["rules"] += ["L2", "L8", "F8"]
    book.put("layouts/L2-version/oci-layout", b'{"imageLayoutVersion":"2.0.0"}')
    book.spoil("L2-version", base, "L2", None, "layoutVersion", "the layout's version is another",
               given="", because="a layout that cannot be opened is judged by no rule",
               **book.layout("L2-version", data, blobs=[signature]))
    for id, absent, change in (("L8-no-envelope", signature, "the envelope is missing"),
                               ("L8-no-config", b"{}", "the configuration is missing")):
        book.spoil(id, base, "L8", "integrity", "missing", change,
                   absent=["sha256:" + hashlib.sha256(absent).hexdigest()])
    book.spoil("L8-no-manifest", base, "L8", None, "noSignature",
               "the signature manifest is missing",
               absent=["sha256:" + hashlib.sha256(data).hexdigest()], given="V3",
               because="without its manifest nobody knows whose signature it was")
    keep("L8-neighbour", ["L8"], "another image, of which nothing is there",
         entries=[entry, {"mediaType": IMAGE, "digest": "sha256:" + "1" * 64, "size": 10}])
    layer = describe(signature, JWS.mediaType)
    for name, size in (("negative", -1), ("beyond", 1 << 63), ("huge", 1 << 40)):
        spoilt = book.manifest(signature, layers=[{**layer, "size": size}])
        book.spoil(
            f"F8-{name}", base, "F8", "integrity",
            "tooLarge" if size == 1 << 40 else "badShape", f"the envelope's size is {size}",
            given="L8" if size == 1 << 40 else "M1",
            because=("nothing of that size is read"
                     if size == 1 << 40 else "a manifest with such a size breaks its own rules"),
            **book.layout(f"F8-{name}", spoilt, blobs=[signature]))


def nested(book):
    inner = book.index([book.target])
    entries = [{**describe(inner, INDEX), "annotations": {NAME: "v1"}}]
    signature = book.signed().bytes()
    good = book.manifest(signature)
    book.keep("L7-nested", ["L7", "F7", "P5"], "layout", "an image that only an index lists",
              **book.layout("L7-nested", good, entries=entries, blobs=[signature, inner]))
    guessed = {**book.target, "mediaType": "application/octet-stream"}
    wrong = book.signed(payload=book.payload(guessed)).bytes()
    for rule in ("L7", "F7"):
        book.spoil(
            f"{rule}-octet-stream", "L7-nested", rule, None, "noSignature",
            "the signature is about the image as mere bytes", given="V3",
            because="a subject of another type is another subject",
            **book.layout(f"{rule}-octet-stream", book.manifest(wrong, subject=guessed),
                          entries=entries, blobs=[wrong, inner]))
    target = describe(inner, INDEX)
    signature = book.signed(payload=book.payload(target)).bytes()
    book.keep(
        "P5-index", ["P5"], "layout", "an index is signed", reference=target["digest"],
        **book.layout("P5-index", book.manifest(signature, subject=target), entries=entries,
                      blobs=[signature, inner]))
    digest = "sha512:" + hashlib.sha512(book.image).hexdigest()
    target = {**book.target, "digest": digest}
    signature = book.signed(payload=book.payload(target)).bytes()
    book.keep(
        "A4-sha512", ["A4"], "layout", "the image is named by SHA-512", reference=digest,
        **book.layout("A4-sha512", book.manifest(signature, subject=target), entries=[target],
                      blobs=[signature]))
    book.put(f"layouts/A4-sha512/blobs/sha512/{digest[7:]}", book.image)
