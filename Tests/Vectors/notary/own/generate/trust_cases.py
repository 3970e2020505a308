"""Cases about schemes, times and the order of verification: S and V."""

import datetime
import hashlib

from authority import Certificate, subject
from envelope import COSE, JWS, NOTARY, Tagged

SCHEME, TIME, EXPIRY = NOTARY + "signingScheme", NOTARY + "signingTime", NOTARY + "expiry"
AUTHENTIC = NOTARY + "authenticSigningTime"


def add(book):
    schemes(book)
    workflow(book)


def under_authority(time):
    def change(made):
        made.protected.pop(TIME)
        made.protected.update({
            SCHEME: "notary.x509.signingAuthority", AUTHENTIC: time, "crit":
            [SCHEME, EXPIRY, AUTHENTIC]
        })

    return change


def schemes(book):
    book.stores("authority", {"signingAuthority/main/root.pem": book.root.pem})
    path = book.policy("authority", trustStores=["signingAuthority:main"])
    members = {"policy": path, "truststore": "truststores/authority"}
    book.keep(
        "S-authority", ["S-scheme", "S-store", "S-time", "J8", "J9"],
        note="the scheme of signing authorities, judged when its certificates have ended",
        at="2050-01-01T00:00:00Z",
        **book.envelope(
            "S-authority",
            book.signed(
                JWS, lambda made:
                (under_authority("2026-06-01T00:00:00Z")
                 (made), made.protected.update({EXPIRY: "2060-01-01T00:00:00Z"})))), **members)

    def late(time):
        return book.signed(
            JWS, lambda made: (under_authority(time)
                               (made), made.protected.update({EXPIRY: "2060-01-01T00:00:00Z"})))

    book.spoil("S-time-outside", "S-authority", "S-time", "authenticTimestamp", "invalidAt",
               "the authentic time lies before the certificates", given="X15",
               because="a certificate that was not valid is told as such",
               **book.envelope("S-time-outside", late("2025-12-31T23:59:59Z")))
    book.spoil("S-time-to-come", "S-authority", "S-time", "authenticTimestamp", "signedInFuture",
               "the authentic time is ten minutes ahead of the verifier's clock",
               at="2026-05-31T23:50:00Z")
    both = book.policy("authority-by-ca", trustStores=["ca:main"])
    book.spoil("S-store-ca", "S-authority", "S-store", "authenticity", "noTrustStore",
               "the policy lists a store of type ca", given="R12",
               because="a store that the scheme does not ask for confers nothing", policy=both)

    def spoil_scheme(id, rule, reason, change, how):
        book.spoil(
            id, "S-authority", rule, "integrity", reason, change,
            **book.envelope(
                id,
                book.signed(
                    JWS, lambda made:
                    (under_authority("2026-06-01T00:00:00Z")
                     (made), made.protected.update({EXPIRY: "2060-01-01T00:00:00Z"}), how(made)))))

    spoil_scheme("J9-authority-signing-time", "J9", "headerMisplaced",
                 "a signing time stands beside the authentic one",
                 lambda made: made.protected.update({TIME: "2026-06-01T00:00:00Z"}))
    spoil_scheme("J9-authority-no-time", "J9", "headerMissing", "the authentic time is missing",
                 lambda made: made.protected.pop(AUTHENTIC))
    spoil_scheme("J8-authority-time", "J8", "mustBeCritical", "the authentic time is not critical",
                 lambda made: made.protected.update(crit=[SCHEME, EXPIRY]))
    book.spoil("S-scheme-other", "jws", "S-scheme", "authenticity", "noTrustStore",
               "the policy lists a store of type signingAuthority", given="R12", policy=path,
               because="a store that the scheme does not ask for confers nothing")
    book.keep(
        "S-time-untrusted", ["S-time"],
        note="a signing time before the certificates, which nobody believes",
        **book.envelope(
            "S-time-untrusted",
            book.signed(JWS, lambda made: made.protected.update({TIME: "2020-01-01T00:00:00Z"}))))

    def cose(made):
        made.protected.pop(TIME)
        made.protected.update({
            SCHEME: "notary.x509.signingAuthority", AUTHENTIC: Tagged(1, 1780272000), 2:
            [SCHEME, EXPIRY, AUTHENTIC]
        })

    book.keep("S-authority-cose", ["S-scheme", "C9", "C10"], note="the same in COSE",
              **book.envelope("S-authority-cose", book.signed(COSE, cose)), **members)
    book.spoil(
        "C10-authority", "S-authority-cose", "C10", "integrity", "headerMisplaced",
        "a signing time stands beside the authentic one",
        **book.envelope(
            "C10-authority",
            book.signed(
                COSE, lambda made:
                (cose(made), made.protected.update({TIME: Tagged(1, 1780272000)})))))
    book.keep("S-expiry-before", ["S-expiry"], note="the second before the expiry",
              at="2039-12-31T23:59:59Z", **book.envelope("S-expiry", book.signed()))
    book.spoil("S-expiry-at", "S-expiry-before", "S-expiry", "expiry", "expired",
               "the second of the expiry", at="2040-01-01T00:00:00Z", given="J11",
               because="the expiry is one header of J11")
    early = Certificate("ended", book.root, key_name="signer", naming=subject("signer"),
                        end=datetime.datetime(2027, 1, 1))
    ended = book.envelope("X15-ended", book.signed(chain=[early, book.root]))
    book.keep("X15-last-second", ["X15"], note="the last second of the leaf's validity",
              at="2027-01-01T00:00:00Z", **ended)
    book.spoil("X15-after", "X15-last-second", "X15", "authenticTimestamp", "invalidAt",
               "one second later", at="2027-01-01T00:00:01Z")


def workflow(book):
    """Levels, order, and how one signature stands beside another."""
    good, bad = (book.signed().bytes(),
                 book.signed(payload=book.payload({**book.target, "size": 1})).bytes())
    expired = book.signed(JWS, lambda made: made.protected.update({EXPIRY: "2026-06-02T00:00:00Z"}))
    permissive = book.policy("permissive", verification={"level": "permissive"})
    book.keep("V1-logged", ["V1", "V2"], note="an expired signature where that is only told",
              warnings=["expiry"], policy=permissive, **book.envelope("V1-expired", expired))
    book.spoil("V1-enforced", "V1-logged", "V1", "expiry", "expired", "the level is strict",
               policy="policies/strict.json", given="J11",
               because="the rule of the expiry is told, whatever follows from it")
    book.spoil(
        "V2-enforced", "V1-logged", "V2", "expiry", "expired", "expiry is enforced by an override",
        given="J11", because="the rule of the expiry is told, whatever follows from it",
        policy=book.policy("expiry-enforced",
                           verification={"level": "permissive", "override": {"expiry": "enforce"}}))
    malformed = book.manifest(good, layers=[])
    refused = book.manifest(bad)
    sound = book.manifest(good)
    book.keep("V5-good-last", ["V5"], "layout",
              "a malformed and a refused signature stand before a good one",
              **book.layout("V5-good-last", malformed, refused, sound, blobs=[good, bad]))
    book.spoil("V5-good-gone", "V5-good-last", "V5", "integrity", "layerCount(0)",
               "the good one is missing", absent=["sha256:" + hashlib.sha256(sound).hexdigest()],
               given="M6", because="the first that fails is told, with its own rule")
    book.cases["V5-good-last"]["maxSignatures"] = 3
    book.cases["V5-good-gone"]["maxSignatures"] = 3
    book.spoil("G-signatures", "V5-good-last", "G-signatures", None, "signatureLimit(2)",
               "two signatures are examined at most", maxSignatures=2, given="",
               because="the limit is no rule of the list")
