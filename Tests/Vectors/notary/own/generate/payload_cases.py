"""Cases about payloads and metadata: P1 to P7, U1 and U5, V3."""

from envelope import NOTARY, text
from layout_cases import DOCKER


def add(book):
    payloads(book)
    metadata(book)


def payloads(book):
    def keep(id, rules, payload, note):
        book.keep(id, rules, note=note, **book.envelope(id, book.signed(payload=payload)))

    def spoil(id, rule, reason, change, payload, **told):
        book.spoil(id, "jws", rule, "payload", reason, change, **told,
                   **book.envelope(id, book.signed(payload=payload)))

    spoil("P1-no-target", "P1", 'missing(path: "targetArtifact")',
          "the payload has no targetArtifact", text({"target": book.target}))
    spoil("P1-twofold", "P1", "duplicateName", "targetArtifact stands twice",
          book.payload()[:-1] + b"," + book.payload()[1:])
    for name in ("mediaType", "digest", "size"):
        left = {key: value for key, value in book.target.items() if key != name}
        spoil(f"P2-no-{name}", "P2", f'missing(path: "targetArtifact.{name}',
              f"the target has no {name}", book.payload(left))
    spoil("P2-annotation", "P2", "targetArtifact.annotations", "an annotation is a number",
          book.payload({**book.target, "annotations": {"a": 1}}))
    spoil("A4-md5", "A4", "targetArtifact.digest", "the target's digest is of MD5",
          book.payload({**book.target, "digest": "md5:" + "0" * 32}), given="P2",
          because="a digest of an unknown kind is no digest of a descriptor")
    keep(
        "P4-more-members", ["P3", "P4"],
        book.payload({**book.target, "artifactType": "a/b", "urls": ["https://a.example"]},
                     more=[1]), "members that no signer of ours writes")
    spoil("P4-other-digest", "P4", "otherPayload", "the target's digest is another",
          book.payload({**book.target, "digest": "sha256:" + "0" * 64}))
    spoil("P4-other-size", "P4", "otherPayload", "the target's size is another",
          book.payload({**book.target, "size": 1}))
    spoil("P5-other-type", "P5", "otherPayload", "the target's type is that of Docker",
          book.payload({**book.target, "mediaType": DOCKER}), given="P4",
          because="the type is compared with digest and size")
    keep("P7-expiry", ["P7"], book.payload(**{NOTARY + "expiry": "2026-01-02T00:00:00Z"}),
         "an expiry long past in the payload, where none counts")


def metadata(book):
    asked = {"userMetadata": {"stage": "released"}}
    for id, target, note in (("U5-subset", {"stage": "released", "more":
                                            "1"}, "what is asked for, and more"), ):
        made = book.signed(payload=book.payload({**book.target, "annotations": target}))
        book.keep(id, ["U1", "U5"], note=note, **book.envelope(id, made), **asked)
    spoilt = {
        "U1-unsigned":
        ("U1", "metadataMissing", "the pair stands beside targetArtifact's annotations",
         book.payload({**book.target, "annotations": {"more": "1"}},
                      annotations={"stage": "released"})), "U5-missing":
        ("U5", "metadataMissing", "the pair is not there",
         book.payload({**book.target, "annotations": {"more": "1"}})), "U5-other-value":
        ("U5", "otherMetadata", "the value is another",
         book.payload({**book.target, "annotations": {"stage": "Released", "more": "1"}}))
    }
    for id, (rule, reason, change, payload) in spoilt.items():
        book.spoil(id, "U5-subset", rule, "metadata", reason, change,
                   given="U5" if rule == "U1" else None,
                   because="what is not in the annotations is missing" if rule == "U1" else None,
                   **book.envelope(id, book.signed(payload=payload)))
    path = book.policy("audit", verification={"level": "audit"})
    made = book.signed(payload=book.payload({**book.target, "annotations": {"stage": "released"}}))
    book.keep("V3-audit", ["V3"], note="metadata at level audit", **book.envelope("V3-audit", made),
              policy=path, **asked)
    book.spoil("V3-audit-metadata", "V3-audit", "V3", "metadata", "metadataMissing",
               "no metadata is signed", given="U5",
               because="metadata that is asked for is enforced at every level",
               **book.envelope("V3-audit-metadata", book.signed()))
    book.spoil("V3-no-signature", "M3-legacy", "V3", None, "noSignature", "there is no signature",
               **book.layout("V3-no-signature"))
