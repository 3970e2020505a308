"""Cases about JWS envelopes: J1 to J16, and what both formats share."""

import base64
import json

from book import describe
from envelope import JWS, NOTARY, base64url, text

EXPIRY, TIME, SCHEME = NOTARY + "expiry", NOTARY + "signingTime", NOTARY + "signingScheme"
AUTHENTIC = NOTARY + "authenticSigningTime"


def header(name, value):
    def change(made):
        if value is None:
            made.protected.pop(name)
        else:
            made.protected[name] = value

    return change


def critical(*names):
    return header("crit", list(names))


def after(change):
    def spoil(made):
        def changed(parts):
            change(parts)
            return parts

        made.after = changed

    return spoil


def add(book):
    def keep(id, rules, spoil=None, note="", **options):
        book.keep(id, rules, note=note, **book.envelope(id, book.signed(JWS, spoil, **options)))

    def spoil(id, rule, reason, change, how, origin="jws", validation="integrity", given=None,
              because=None, **options):
        book.spoil(id, origin, rule, validation, reason, change, given=given, because=because,
                   **book.envelope(id, book.signed(JWS, how, **options)))

    keep("jws", ["J6", "M7", "P1"], note="what every refused case of this format is spoilt from")
    structure(keep, spoil, book)
    headers(keep, spoil)
    times(keep, spoil)
    unprotected(keep, spoil, book)


def structure(keep, spoil, book):
    spoil("J1-fifth-member", "J1", 'unknownMember(path: "extra")',
          "a fifth member stands beside the four", after(lambda parts: parts.update(extra=1)))
    spoil("J1-missing-header", "J1", 'missing(path: "header")', "the member header is left out",
          after(lambda parts: parts.pop("header")))
    spoil(
        "J1-twofold-member", "J1", "duplicateName",
        "the member payload stands twice", lambda made: setattr(
            made, "written", lambda data: data[:-1] + b"," + data[1:data.index(b",")] + b"}"))
    spoil("J1-other-case", "J1", "unknownMember", "the member payload is written Payload",
          after(lambda parts: parts.update(Payload=parts.pop("payload"))))
    spoil("J2-padding", "J2", 'notBase64(member: "signature")', "the signature is padded",
          after(lambda parts: parts.update(signature=parts["signature"] + "==")))
    spoil(
        "J2-newline", "J2", 'notBase64(member: "payload")', "a line ends within the payload",
        after(
            lambda parts: parts.update(payload=parts["payload"][:8] + "\n" + parts["payload"][8:])))
    spoil(
        "J2-trailing-bits", "J2", 'notBase64(member: "signature")',
        "the last letter has bits that no byte takes",
        after(lambda parts: parts.update(signature=parts["signature"][:-1] + chr(
            ord(parts["signature"][-1]) + 1))))
    keep("J3-spaces", ["J3"],
         lambda made: setattr(made, "encode", lambda value: json.dumps(value, indent=1).encode()),
         note="the protected header is written with spaces, and signed as it stands")
    spoil(
        "J3-decoded", "J3", "signatureMismatch", "the bytes are signed and not their base64url",
        lambda made: setattr(
            made, "signed", lambda protected, payload: base64.urlsafe_b64decode(protected + "==") +
            b"." + made.payload), given="J15",
        because="a signature that fails does not say what was signed instead")
    spoil("J4-array", "J4", "badShape", "the payload is an array", None, validation="payload",
          payload=b"[]", given="P1", because="one parser reads the payload of both formats")
    spoil("J4-not-json", "J4", "notJSON", "the payload is no JSON", None, validation="payload",
          payload=b"sha256", given="P1", because="one parser reads the payload of both formats")
    keep("J5-unsorted", ["J5"],
         payload=b'{ "z" : "<&>" , "targetArtifact" : ' + text(book.target) + b"}",
         note="the payload is written in another order, with spaces and unescaped signs")


def headers(keep, spoil):
    spoil("J6-other-curve", "J6", "algorithmMismatch", "alg names the algorithm of another curve",
          header("alg", "ES384"))
    spoil("J6-none", "J6", 'unknownAlgorithm("none")', "alg is none", header("alg", "none"))
    spoil("J6-rs256", "J6", 'unknownAlgorithm("RS256")', "alg is RS256", header("alg", "RS256"))
    spoil("J6-missing", "J6", 'headerMissing("alg")', "there is no alg", header("alg", None))
    spoil("P1-content-type", "P1", "contentType", "cty is another",
          header("cty", "application/json"), given="J6",
          because="the content type stands among the headers of J6")
    spoil("J7-alg", "J7", 'mayNotBeCritical("alg")', "crit lists alg",
          critical(SCHEME, EXPIRY, "alg"))
    spoil("J7-crit", "J7", 'mayNotBeCritical("crit")', "crit lists itself",
          critical(SCHEME, EXPIRY, "crit"))
    spoil("J8-scheme", "J8", "mustBeCritical", "crit does not list the scheme", critical(EXPIRY))
    spoil("J8-expiry", "J8", "mustBeCritical", "crit does not list the expiry", critical(SCHEME))
    spoil("J8-absent", "J8", 'criticalMissing("example")', "crit lists what is not there",
          critical(SCHEME, EXPIRY, "example"))
    spoil("J8-none", "J8", 'headerMissing("crit")', "there is no crit", header("crit", None))
    spoil("J8-unprotected", "J8", 'headerMisplaced("crit")',
          "crit stands among the unprotected headers too",
          lambda made: made.header.update(crit=[SCHEME]))
    spoil("J9-time-critical", "J9", "mayNotBeCritical", "crit lists the signing time",
          critical(SCHEME, EXPIRY, TIME))
    spoil("J9-twice", "J9", "criticalTwice", "crit lists the scheme twice",
          critical(SCHEME, EXPIRY, SCHEME))
    spoil("J9-unknown-scheme", "J9", "unknownScheme", "the scheme is not known",
          header(SCHEME, "notary.x510"))
    spoil("J9-no-scheme", "J9", "headerMissing", "there is no scheme", header(SCHEME, None))
    spoil("J9-no-time", "J9", "headerMissing", "there is no signing time", header(TIME, None))
    spoil("J9-stray-time", "J9", "headerMisplaced", "an authentic time stands under notary.x509",
          header(AUTHENTIC, "2026-06-01T00:00:00Z"))
    keep("J12-not-critical", ["J12", "F1"], header("example", {"any": ["thing"]}),
         note="an attribute that nobody knows, and that is not critical")

    def known_to_nobody(made):
        header("example", {"any": ["thing"]})(made)
        critical(SCHEME, EXPIRY, "example")(made)

    for rule in ("J12", "F1"):
        spoil(f"{rule}-critical", rule, 'criticalUnknown("example")', "crit lists the attribute",
              known_to_nobody, origin="J12-not-critical", given="J12" if rule == "F1" else None,
              because="F1 is where notation does not keep J12" if rule == "F1" else None)
    plugin = NOTARY + "verificationPlugin"

    def named(name):
        def change(made):
            header(plugin, name)(made)
            critical(SCHEME, EXPIRY, plugin)(made)

        return change

    spoil("F2-path", "F2", "headerMalformed", "a plugin is named by a path out of its folder",
          named("../../a/b"))
    spoil("F2-dot", "F2", "headerMalformed", "a plugin's name begins with a dot", named(".a"))


def times(keep, spoil):
    keep("J10-offset", ["J10"], header(TIME, "2026-06-01T08:00:00.25+08:00"),
         note="a signing time with an offset and a fraction")
    spoil("J10-no-time", "J10", "headerMalformed", "a space stands for the T",
          header(TIME, "2026-06-01 00:00:00Z"))
    spoil("J10-number", "J10", "headerMalformed", "the signing time is a number",
          header(TIME, 1780272000))
    keep("J11-next-second", ["J11"], header(TIME, "2039-12-31T23:59:59Z"),
         note="the signature expires one second after it was made, and not yet")
    spoil("J11-equal", "J11", "expiryNotAfterSigningTime", "the signing time is that of the expiry",
          header(TIME, "2040-01-01T00:00:00Z"), origin="J11-next-second")


def unprotected(keep, spoil, book):
    keep("J13-other-name", ["J13"], lambda made: made.header.update({NOTARY + "timestamp": "?"}),
         note="the name for a timestamp of one sample in the specification means nothing")
    spoil("J13-not-base64", "J13", "notBase64", "the same stands under the name that counts",
          lambda made: made.header.update({NOTARY + "timestampSignature": "?"}),
          origin="J13-other-name")
    keep("J14-unknown", ["J14"],
         lambda made: made.header.update({NOTARY + "SigningAgent": 1, "x": []}),
         note="unprotected members that nobody knows, one of them almost the agent's name")

    def der(made):
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec

        made.sign = lambda message: made.key.sign(
            message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))

    spoil("J15-der", "J15", "signatureMismatch", "r and s are written in DER", der)
    spoil("J15-empty", "J15", "emptySignature", "the signature is empty",
          lambda made: setattr(made, "sign", lambda message: b""))
    sign = lambda made: made.sign

    def short(made):
        whole = sign(made)
        made.sign = lambda message: whole(message)[:-1]

    spoil("J15-short", "J15", "signatureMismatch", "the last byte is missing", short)
    spoil("J16-authority", "J16", "signatureMismatch", "the key of the authority signs",
          lambda made: setattr(made, "key", book.root.key), given="J15",
          because="a signature that fails does not say who made it")
    spoil("J16-garbage", "J16", "certificate(position: 1", "the second certificate is none",
          lambda made: made.certificates.__setitem__(1, b"certificate"))
    spoil("J16-url-alphabet", "J16", "notBase64", "the certificates are in base64url",
          lambda made: made.header.update(x5c=[base64url(data) for data in made.certificates]))
    spoil("J16-missing", "J16", 'headerMissing("x5c")', "there are no certificates",
          lambda made: setattr(made, "after", lambda parts: parts | {"header": {}}))
