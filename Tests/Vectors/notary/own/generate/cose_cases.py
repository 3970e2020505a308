"""Cases about COSE envelopes: C1 to C14."""

import math

from envelope import COSE, NOTARY, Raw, Tagged, cbor, head

EXPIRY, TIME, SCHEME = NOTARY + "expiry", NOTARY + "signingTime", NOTARY + "signingScheme"


def header(name, value):
    return lambda made: made.protected.__setitem__(name, value)


def outer(name, value):
    return lambda made: made.header.__setitem__(name, value)


def set(name, value):
    return lambda made: setattr(made, name, value)


def part(position, value):
    def changed(parts):
        parts[position] = value
        return parts

    return set("after", changed)


def add(book):
    def keep(id, rules, spoil=None, note="", **options):
        book.keep(id, rules, note=note, **book.envelope(id, book.signed(COSE, spoil, **options)))

    def spoil(id, rule, reason, change, how, origin="cose", validation="integrity", given=None,
              because=None, **options):
        book.spoil(id, origin, rule, validation, reason, change, given=given, because=because,
                   **book.envelope(id, book.signed(COSE, how, **options)))

    keep("cose", ["C6", "C8"], note="what every refused case of this format is spoilt from")
    structure(keep, spoil)
    headers(keep, spoil)
    unprotected(keep, spoil, book)


def structure(keep, spoil):
    spoil("C1-untagged", "C1", "notSign1", "the tag is left out",
          set("written", lambda data: data[1:]))
    spoil("C1-long-tag", "C1", "notSign1", "the tag is written in two bytes",
          set("written", lambda data: b"\xd8\x12" + data[1:]))
    spoil("C2-no-payload", "C2", "notSign1", "the payload is null", part(2, None))
    spoil("C2-no-signature", "C2", "emptySignature", "the signature is empty", part(3, b""))
    spoil("C2-trailing", "C2", "trailingBytes", "a byte follows",
          set("written", lambda data: data + b"\0"))
    spoil("C2-five", "C2", "notSign1", "a fifth element follows",
          set("after", lambda parts: parts + [b"a"]))
    spoil(
        "C3-indefinite", "C3", "indefinite", "the unprotected map has no length",
        set("after",
            lambda parts: [parts[0],
                           Raw(b"\xbf" + cbor(parts[1])[1:] + b"\xff"), *parts[2:]]))
    spoil("C3-twofold", "C3", "duplicateLabel", "a protected label stands twice",
          set("encode", lambda protected: cbor(tuple([*protected.items(), (1, -7)]))))
    spoil("C3-label", "C3", "badLabel", "an unprotected label is bytes", outer(b"a", 1))
    spoil("C3-both", "C3", "headerMisplaced", "a label is protected and unprotected",
          outer(3, "a/b"))
    spoil("C3-content-type", "C3", "headerMalformed", "the content type is a number", header(3, 50))
    spoil("C4-tag", "C4", "tag", "a tag stands among the unprotected headers",
          outer("a", Tagged(1, 1)))
    spoil("C5-empty", "C5", "notCBOR", "the protected header has no bytes", part(0, b""))
    spoil("C5-array", "C5", "headerMalformed", "the protected header is an array", part(0, b"\x80"))
    spoil("C5-trailing", "C5", "trailingBytes", "a byte follows the protected map",
          set("encode", lambda protected: cbor(tuple(protected.items())) + b"\0"))
    keep("C5-order", ["C5", "C7"],
         set("encode", lambda protected: cbor(tuple(reversed(protected.items())))),
         note="the protected map in an order that no writer has, signed as it stands")
    spoil("C6-context", "C6", "signatureMismatch", "the context of what is signed is another",
          set("signed", lambda protected, payload: cbor(["Signature", protected, b"", payload])),
          given="C13", because="a signature that fails does not say what was signed instead")
    spoil("C14-not-json", "C14", "notJSON", "the payload is CBOR", None, validation="payload",
          payload=cbor((("targetArtifact", "a"), )), given="P1",
          because="one parser reads the payload of both formats")


def headers(keep, spoil):
    spoil("C8-untagged", "C8", "headerMalformed", "the signing time has no tag",
          header(TIME, 1780272000))
    spoil("C8-text", "C8", "headerMalformed", "the signing time is text under tag 0",
          header(TIME, Tagged(0, "2026-06-01T00:00:00Z")))
    spoil("C8-float", "C8", "headerMalformed", "the signing time is a floating-point number",
          header(TIME, Tagged(1, 1780272000.0)))
    for name, number in (("NaN", math.nan), ("infinite", math.inf)):
        spoil(f"C8-{name}", "C8", "headerMalformed", f"the signing time is {name}",
              header(TIME, Tagged(1, number)))
    spoil("C9-integer", "C9", 'mayNotBeCritical("1")', "crit lists alg",
          header(2, [SCHEME, EXPIRY, 1]))
    spoil("C9-absent", "C9", 'criticalMissing("example")', "crit lists what is not there",
          header(2, [SCHEME, EXPIRY, "example"]))
    spoil("C9-none", "C9", "headerMissing", "crit lists nothing", header(2, []))
    spoil("C9-text", "C9", "headerMalformed", "crit is text", header(2, SCHEME))
    spoil("C10-stray", "C10", "headerMisplaced", "an authentic time stands under notary.x509",
          header(NOTARY + "authenticSigningTime", Tagged(1, 1780272000)))
    spoil("J6-cose-text", "J6", "headerMalformed", "alg is text", header(1, "ES256"))
    spoil("J6-cose-eddsa", "J6", 'unknownAlgorithm("-8")', "alg is EdDSA", header(1, -8))
    spoil("J9-cose-scheme", "J9", "unknownScheme", "the scheme is not known",
          header(SCHEME, "notary"))
    keep("J12-cose-not-critical", ["J12"], header("example", 1),
         note="an attribute that nobody knows, and that is not critical")

    def known_to_nobody(made):
        header("example", 1)(made)
        header(2, [SCHEME, EXPIRY, "example"])(made)

    spoil("J12-cose-critical", "J12", 'criticalUnknown("example")', "crit lists the attribute",
          known_to_nobody, origin="J12-cose-not-critical")


def unprotected(keep, spoil, book):
    spoil("C11-bare", "C11", "headerMalformed", "the chain is one byte string",
          lambda made: made.header.update({33: made.certificates[0]}))
    spoil("C11-missing", "C11", "headerMissing", "there is no chain",
          set("after", lambda parts: [parts[0], (), *parts[2:]]))
    spoil("C11-token", "C11", "headerMalformed", "the timestamp is text",
          outer(NOTARY + "timestampSignature", "a"))
    spoil("C12-crit", "C12", "headerMisplaced", "crit stands among the unprotected headers",
          set("header", {2: [SCHEME]}))
    spoil("C12-kid", "C12", "headerMalformed", "the key identifier is text", outer(4, "a"))

    def der(made):
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec

        made.sign = lambda message: made.key.sign(
            message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))

    spoil("C13-der", "C13", "signatureMismatch", "r and s are written in DER", der)
    spoil("C13-other-key", "C13", "signatureMismatch", "the key of the authority signs",
          set("key", book.root.key))
