"""Cases about time stamps: T2 to T28, and what the profile asks of their authorities."""

import base64
import datetime

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

import der
import stamp as tokens
from authority import AUTHORITY, Certificate, subject
from certificate_cases import changed, constraints, used
from envelope import COSE, JWS, NOTARY
from stamp import Signer, Stamp

TIMES = {
    **used("digital_signature"), "extended":
    (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)
}
TOKEN = NOTARY + "timestampSignature"


def extended(*purposes, critical=True):
    return {"extended": (x509.ExtendedKeyUsage(list(purposes)), critical)}


class Stamps:
    """Adds cases about an envelope with a token."""
    def __init__(self, book):
        self.book = book
        self.root = Certificate("times root", extensions=AUTHORITY)
        self.between = Certificate("times between", self.root,
                                   extensions=changed(AUTHORITY, **constraints(True, 0)))
        self.chain = [Certificate("times", self.between, extensions=TIMES), self.between]
        book.stores("times",
                    {"ca/main/root.pem": book.root.pem, "tsa/times/root.pem": self.root.pem})
        self.members = {
            "policy": book.policy("times", trustStores=["ca:main", "tsa:times"]), "truststore":
            "truststores/times"
        }

    def leaf(self, name, issuer=None, **options):
        options.setdefault("extensions", TIMES)
        return Certificate(name, issuer or self.between, **options)

    def envelope(self, change=None, chain=None, make=JWS, name="SHA256", signers=None):
        made = self.book.signed(make, **({"chain": signers} if signers else {}))
        stamp = Stamp(chain or self.chain, name)
        if change:
            change(stamp)

        def after(parts):
            if make is COSE:
                token = stamp.bytes(parts[3])
                return [parts[0], parts[1] + ((TOKEN, token), ), *parts[2:]]
            padded = parts["signature"] + "=" * (-len(parts["signature"]) % 4)
            token = stamp.bytes(base64.urlsafe_b64decode(padded))
            header = {**parts["header"], TOKEN: base64.b64encode(token).decode()}
            return {**parts, "header": header}

        made.after = after
        return made

    def keep(self, id, rules, note, change=None, members=(), warnings=(), **options):
        self.book.keep(id, rules, note=note, warnings=warnings,
                       **self.book.envelope(id, self.envelope(change, **options)),
                       **{**self.members, **dict(members)})

    def spoil(self, id, rule, reason, note, change=None, origin="T-stamped", given=None,
              because=None, rules=None, **options):
        self.book.spoil(id, origin, rule, "authenticTimestamp", reason, note, given=given,
                        because=because, rules=rules,
                        **self.book.envelope(id, self.envelope(change, **options)))


def add(book):
    stamps = Stamps(book)
    stamps.keep("T-stamped", [], "a token of an authority in the store")
    stamps.keep("T-stamped-cose", [], "the same in COSE", make=COSE)
    info(stamps)
    message(stamps)
    attributes(stamps)
    algorithms(stamps)
    certificates(stamps)
    profile(stamps)
    moments(stamps)
    policy(stamps)


def set(part, value):
    """Changes one part of the TSTInfo."""
    return lambda stamp: stamp.info.update({part: value})


def info(stamps):
    """The TSTInfo: T2, T8, T9, T11, T25."""
    text = lambda signature: base64.urlsafe_b64encode(signature).rstrip(b"=")
    stamps.spoil("T2-text", "T2", "otherImprint", "the imprint is over the signature's text",
                 lambda stamp: setattr(stamp, "imprinted", text), given="T9",
                 because="the imprint is another, whatever it was made over")
    for make in (JWS, COSE):
        stamps.spoil(f"T9-other-{make.ending}", "T9", "otherImprint",
                     "the imprint is over another signature",
                     lambda stamp: setattr(stamp, "imprinted", lambda _: b"other"), make=make,
                     origin="T-stamped" if make is JWS else "T-stamped-cose")
    stamps.spoil("T8-version", "T8", "version(2)", "the TSTInfo has version 2",
                 set("version", tokens.integer(2)))
    stamps.spoil("T11-offset", "T11", "generationTime", "the time has an offset",
                 set("time", tokens.time("20260601120000+0000")))
    stamps.spoil("T18-info-more", "T18", "malformed", "the TSTInfo has one element too many",
                 set("more", der.element(0x13, b"more")))
    unknown = der.sequence(tokens.oid("1.2.3.4.5"), b"\1\1\xff", tokens.octets(b""))
    stamps.keep(
        "T18-info-whole", ["T18"], "ordering, nonce, name and an extension follow the time",
        lambda stamp: stamp.info.update(
            order=b"\1\1\xff", nonce=tokens.integer(5), name=der.element(
                0xA0, der.element(0xA4, tokens.identity(stamps.between)[0])), extensions=der.
            element(0xA1, der.sequence(tokens.oid("1.2.3.4.5"), tokens.octets(b"")))))
    stamps.spoil("T18-info-critical", "T18", "criticalExtension",
                 "an extension is critical that nobody knows",
                 set("extensions", der.element(0xA1, unknown)), origin="T18-info-whole", given="",
                 because="extensions of the TSTInfo have no rule in the list")
    milli = lambda number: der.sequence(der.element(0x80, bytes([number >> 8, number & 0xFF])))
    stamps.keep("T25-millis", ["T25"], "the accuracy is in milliseconds",
                set("accuracy", milli(999)))
    for id, accuracy, note in (
        ("negative", der.sequence(tokens.integer(-1)), "the accuracy is negative"),
        ("large", der.sequence(tokens.integer(1 << 31)), "the accuracy is beyond 31 bits"),
        ("thousand", milli(1000), "the accuracy has a thousand milliseconds")):
        stamps.spoil(f"T25-{id}", "T25", "accuracy", note, set("accuracy", accuracy),
                     origin="T25-millis")


def message(stamps):
    """The CMS around it: T18, T19."""
    stamps.keep("T18-BER", ["T18"], "the token is in BER",
                lambda stamp: setattr(stamp, "written", tokens.indefinite))
    stamps.spoil("T18-trailing", "T18", "trailingBytes", "bytes follow the token",
                 lambda stamp: setattr(stamp, "written", lambda data: data + b"\0\0"))
    stamps.spoil("T18-trailing-BER", "T18", "trailingBytes", "bytes follow the token in BER",
                 lambda stamp: setattr(
                     stamp, "written", lambda data: tokens.indefinite(data) + b"\0"),
                 origin="T18-BER")
    stamps.spoil("T18-text", "T18", "unreadable", "the token is text",
                 lambda stamp: setattr(stamp, "written", lambda _: b"no token"))
    stamps.spoil("T18-data", "T18", "otherContent", "the content is called data",
                 lambda stamp: setattr(stamp, "content_type", "1.2.840.113549.1.7.1"))
    stamps.spoil("T18-version", "T18", "messageVersion(1)", "the SignedData has version 1",
                 lambda stamp: setattr(stamp, "version", 1))
    attribute = der.element(0xA1, der.split(der.inside(stamps.between.der))[0])
    stamps.spoil("T18-certificate", "T18", "otherCertificates",
                 "one of the certificates is of another kind",
                 lambda stamp: stamp.certificates.append(attribute))
    stamps.spoil("T19-nobody", "T19", "noSigner", "nobody has signed",
                 lambda stamp: stamp.signers.clear())
    stamps.spoil("T19-version", "T19", "signerVersion(3)", "the SignerInfo has version 3",
                 lambda stamp: setattr(stamp.signer, "version", 3))

    def key_identifier(stamp):
        stamp.signer.identity = der.element(0x80, b"0" * 20)

    stamps.spoil("T19-key-identifier", "T19", "noSigningCertificate",
                 "the signer is named by a key identifier", key_identifier, given="T23",
                 because="no certificate is found by it")

    def second(stamp):
        stranger = Signer(stamps.chain[0])
        stranger.after = lambda signature: signature[:-1] + bytes([signature[-1] ^ 1])
        stamp.signers.insert(0, stranger)

    stamps.keep("T19-second", ["T19"], "of two signers the second is right", second)


def attributes(stamps):
    """What is signed: T20, T21."""
    def without(name):
        return lambda stamp: stamp.signer.attributes.pop(name)

    def with_(name, value):
        return lambda stamp: stamp.signer.attributes.update({name: value})

    stamps.spoil("T20-none", "T20", "noSignedAttributes", "no attributes are signed",
                 lambda stamp: setattr(stamp.signer, "attributes", None))
    stamps.spoil("T20-no-type", "T20", "missing", "there is no content type",
                 without(tokens.CONTENT_TYPE))
    stamps.spoil("T20-type", "T20", "otherContentType", "the content type is data",
                 with_(tokens.CONTENT_TYPE, tokens.oid("1.2.840.113549.1.7.1")))
    stamps.spoil("T20-no-digest", "T20", "missing", "there is no digest", without(tokens.DIGEST))
    stamps.spoil("T20-digest", "T20", "otherDigest", "the digest is of other content",
                 with_(tokens.DIGEST, tokens.octets(bytes(32))))
    stamps.keep("T20-signing-time", ["T20"], "a signing time within the certificates",
                with_(tokens.SIGNING_TIME, der.element(0x17, b"260601120000Z")))
    stamps.spoil("T20-signing-time-before", "T20", "signedOutsideValidity",
                 "the signing time lies before the certificates",
                 with_(tokens.SIGNING_TIME, der.element(0x17, b"251231235959Z")),
                 origin="T20-signing-time")
    stamps.spoil("T20-signing-time-text", "T20", "malformedAttribute", "the signing time is text",
                 with_(tokens.SIGNING_TIME, tokens.octets(b"noon")), origin="T20-signing-time")
    stamps.spoil("T21-none", "T21", "missing", "no certificate is named",
                 without(tokens.CERTIFICATE_V2))

    def first_version(stamp):
        stamp.signer.attributes.pop(tokens.CERTIFICATE_V2)
        hashed = tokens.octets(tokens.digest("SHA1", stamp.signer.certificate.der))
        stamp.signer.attributes[tokens.CERTIFICATE_V1] = der.sequence(
            der.sequence(der.sequence(hashed)))

    stamps.spoil("T21-first-version", "T21", "weakSigningCertificate",
                 "the certificate is named by its SHA-1 alone", first_version)
    for name in ("SHA384", "SHA512"):
        stamps.keep(f"T21-{name}", ["T21"], f"the certificate is named by its {name} and serial",
                    lambda stamp, name=name: stamp.signer.attributes.update(
                        {tokens.CERTIFICATE_V2: stamp.signer.named(name, serial=True)}))
    named = lambda *how: (lambda stamp: stamp.signer.attributes.update(
        {tokens.CERTIFICATE_V2: stamp.signer.named(*how)}))
    stamps.spoil("T21-other", "T21", "otherSigningCertificate", "another certificate is named",
                 named("SHA256", stamps.between.der))
    stamps.spoil("T21-SHA1", "T21", "otherSigningCertificate", "the certificate's hash is SHA-1",
                 named("SHA1"))

    def other_serial(stamp):
        issuer, _ = tokens.identity(stamp.signer.certificate)
        hashed = tokens.octets(tokens.digest("SHA512", stamp.signer.certificate.der))
        names = der.sequence(der.element(0xA4, issuer))
        stamp.signer.attributes[tokens.CERTIFICATE_V2] = der.sequence(
            der.sequence(
                der.sequence(tokens.algorithm(tokens.HASHES["SHA512"]), hashed,
                             der.sequence(names, tokens.integer(1)))))

    stamps.spoil("T21-serial", "T21", "otherSigningCertificate", "another serial number is named",
                 other_serial, origin="T21-SHA512")


def algorithms(stamps):
    """T22, with the signature itself."""
    rsa = [stamps.leaf("times rsa", kind="rsa2048"), stamps.between]
    stamps.keep("T22-RSA", ["T22"], "the signature is PKCS #1 v1.5", chain=rsa)
    stamps.keep("T22-PSS", ["T22"], "the signature is RSA-PSS",
                lambda stamp: stamp.signer.pss(), chain=rsa)
    for name in ("SHA384", "SHA512"):
        stamps.keep(f"T22-{name}", ["T22"], f"imprint and signature are made with {name}",
                    lambda stamp, name=name: setattr(stamp, "imprint_hash", name), name=name)
    stamps.spoil("T22-imprint", "T22", "hash(", "the imprint is made with SHA-1",
                 lambda stamp: setattr(stamp, "imprint_hash", "SHA1"))

    def weak(stamp):
        stamp.signer.hash, stamp.signer.digest_algorithm = "SHA1", tokens.hashing("SHA1")

    stamps.spoil("T22-digest", "T22", "digestAlgorithm", "the content is hashed with SHA-1", weak,
                 chain=rsa, origin="T22-RSA")
    stamps.spoil(
        "T22-algorithm", "T22", "signatureAlgorithm", "the signature names SHA-1",
        lambda stamp: setattr(stamp.signer, "algorithm", tokens.algorithm("1.2.840.10045.4.1")))
    stamps.spoil(
        "T22-other-algorithm", "T22", "signatureAlgorithm",
        "the signature names another hash than the content's",
        lambda stamp: setattr(stamp.signer, "algorithm", tokens.algorithm("1.2.840.10045.4.3.4")))
    flip = lambda signature: signature[:-1] + bytes([signature[-1] ^ 1])
    stamps.spoil("T22-signature", "T22", "wrongSignature", "the signature's last bit is another",
                 lambda stamp: setattr(stamp.signer, "after", flip))
    stamps.spoil("T22-key", "T22", "wrongSignature", "another key has signed",
                 lambda stamp: setattr(stamp.signer, "key", stamps.root.key))


def certificates(stamps):
    """Which certificates are there, and whom they lead to: T14, T23."""
    stamps.keep("T23-with-root", ["T23"], "the root is in the token, too",
                lambda stamp: stamp.certificates.append(stamps.root.der))
    stamps.spoil("T23-none", "T23", "noSigningCertificate", "there are no certificates",
                 lambda stamp: stamp.certificates.clear())
    stamps.spoil("T23-not-its-own", "T23", "noSigningCertificate",
                 "the signer's certificate is not there",
                 lambda stamp: stamp.certificates.remove(stamps.chain[0].der))
    stamps.spoil("T14-gap", "T14", "untrusted", "the authority between is not there",
                 lambda stamp: stamp.certificates.remove(stamps.between.der))
    other = Certificate("other times root", extensions=AUTHORITY)
    leaf = stamps.leaf("times of other", other)
    stamps.spoil("T14-untrusted", "T14", "untrusted", "the root is in no store",
                 lambda stamp: stamp.certificates.append(other.der), chain=[leaf])
    early = datetime.datetime(2027, 1, 1)
    ended = [stamps.leaf("times ended", end=early), stamps.between]
    stamps.keep("T14-ended", ["T14"], "the authority's certificate ended after the token",
                chain=ended, members={"at": "2038-01-01T00:00:00Z"})
    stamps.spoil("T14-after", "T14", "outsideValidity",
                 "the token says to be of the second after the certificate's end",
                 set("time", tokens.time("20270101000001Z")), chain=ended, origin="T14-ended")
    # A twin with the key and name of the authority between, but without its right to certify.
    twin = Certificate("times twin", stamps.root, key_name="times-between",
                       naming=stamps.between.name, extensions=changed(
                           AUTHORITY, **constraints(True, 0), **used("crl_sign")))
    stamps.keep("T14-two-ways", ["T14"], "two chains lead to the root, and one is right",
                lambda stamp: stamp.certificates.append(twin.der))


def profile(stamps):
    """T15, by the rules of the profile that bind authorities for time stamps: X9, X11, X13, X14."""
    def leaf(id, rule, reason, note, **changes):
        kind = changes.pop("kind", "p256")
        made = stamps.leaf(f"times {id}", kind=kind, extensions=changed(TIMES, **changes))
        stamps.spoil(f"T15-{id}", rule, reason, note, chain=[made, stamps.between],
                     rules=["T15", rule])

    TIME = ExtendedKeyUsageOID.TIME_STAMPING
    leaf("X13-none", "X13", "timeStampingExtendedKeyUsage", "there is no extendedKeyUsage",
         extended=None)
    leaf("X13-not-critical", "X13", "timeStampingExtendedKeyUsage",
         "extendedKeyUsage is not critical", **extended(TIME, critical=False))
    leaf("X13-code", "X13", "timeStampingExtendedKeyUsage", "it is for code",
         **extended(ExtendedKeyUsageOID.CODE_SIGNING))
    leaf("X13-two", "X13", "timeStampingExtendedKeyUsage", "it is for code, too",
         **extended(TIME, ExtendedKeyUsageOID.CODE_SIGNING))
    leaf("X13-unknown", "X13", "timeStampingExtendedKeyUsage", "it is for something unknown, too",
         **extended(TIME, ObjectIdentifier("1.2.3.4.5")))
    leaf("X11-none", "X11", "timeStampingKeyUsage", "there is no keyUsage", usage=None)
    leaf("X11-encipherment", "X11", "timeStampingKeyUsage", "the key may encipher keys",
         **used("digital_signature", "key_encipherment"))
    leaf("X10-authority", "X10", "leafBasicConstraints", "the leaf says to be an authority",
         **constraints(True))
    leaf("X14-short", "X14", "leafKey", "the key has 1024 bits", kind="rsa1024")
    leaf("X17-critical", "X17", "criticalExtension", "a critical extension is unknown",
         unknown=(x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4.5"), b""), True))
    lax = stamps.leaf("times lax", extensions={
        **used("digital_signature", critical=False), "extended": TIMES["extended"]})
    stamps.keep("T15-X11-lax", ["T15", "X11"], "keyUsage is not critical",
                chain=[lax, stamps.between])

    def between(id, rule, reason, note, extensions, naming=None):
        made = Certificate(f"times between {id}", stamps.root, extensions=extensions)
        below = stamps.leaf(f"times below {id}", made)
        stamps.spoil(f"T15-{id}", rule, reason, note, chain=[below, made], rules=["T15", rule])

    between("X9", "X9", "timeStampingAuthorityKeyUsage", "an authority may not certify",
            changed(AUTHORITY, **used("crl_sign")))
    between("X7", "X7", "authorityBasicConstraints", "an authority has no basicConstraints",
            changed(AUTHORITY, constraints=None))
    allowed = x509.NameConstraints([x509.DirectoryName(subject("elsewhere"))], None)
    between("X18", "X18", "nameConstraints", "an authority may only certify another name",
            changed(AUTHORITY, names=(allowed, True)))


def moments(stamps):
    """The time against the signer's certificates: T24, T25, T27."""
    book = stamps.book
    # Signer and root of an image whose signer's certificate ended with the year 2026.
    signer = Certificate("ended", book.root, key_name="signer", naming=subject("signer"),
                         end=datetime.datetime(2027, 1, 1))
    signers = [signer, book.root]
    late = {"at": "2030-01-01T00:00:00Z"}

    def token(time, accuracy=None, policy=None):
        def change(stamp):
            stamp.info["time"] = tokens.time(time)
            if policy:
                stamp.info["policy"] = tokens.oid(policy)
            if accuracy is not None:
                stamp.info["accuracy"] = der.sequence(tokens.integer(accuracy))

        return change

    stamps.keep("T27-ended", ["T27"], "the signer's certificate ended after the token",
                signers=signers, members=late)
    stamps.keep("T24-last", ["T24"], "the token is of the last second of the certificate",
                token("20270101000000Z"), signers=signers, members=late)
    stamps.keep("T25-touching", ["T24", "T25"], "the accuracy reaches the last second",
                token("20261231235958Z", 2), signers=signers, members=late)
    stamps.spoil("T24-after", "T24", "timestampOutsideValidity", "the token is a second later",
                 token("20270101000001Z"), origin="T24-last", signers=signers)
    stamps.spoil("T24-fraction", "T24", "timestampOutsideValidity",
                 "the token is a fraction of a second later", token("20270101000000.5Z"),
                 origin="T24-last", signers=signers)
    stamps.spoil("T25-beyond", "T25", "timestampOutsideValidity",
                 "the accuracy reaches a second beyond", token("20261231235958Z", 3),
                 origin="T25-touching", given="T24", signers=signers,
                 because="the bounds are compared, however they came about")
    stamps.keep("T25-baseline-stated", ["T25"],
                "the baseline policy, and an accuracy of no seconds",
                token("20270101000000Z", 0, "0.4.0.2023.1.1"), signers=signers, members=late)
    stamps.spoil("T25-baseline", "T25", "timestampOutsideValidity",
                 "the baseline policy alone, whose accuracy is a second",
                 token("20270101000000Z", None, "0.4.0.2023.1.1"), origin="T25-baseline-stated",
                 given="T24", signers=signers,
                 because="the bounds are compared, however they came about")
    stamps.keep("T24-ahead", ["T24"], "the authority's clock is five minutes ahead",
                members={"at": "2026-06-01T11:55:00Z"})
    book.spoil("T24-to-come", "T24-ahead", "T24", "authenticTimestamp", "timestampInFuture",
               "the authority's clock is a second more ahead", at="2026-06-01T11:54:59Z")


def policy(stamps):
    """What the policy makes of it: T26, T28, R8."""
    book = stamps.book
    plain = book.envelope("jws", book.signed())
    book.spoil("T28-missing", "T-stamped", "T28", "authenticTimestamp", "timestampMissing",
               "there is no token", **plain)
    after = book.policy("times-after", trustStores=["ca:main", "tsa:times"],
                        verification={"verifyTimestamp": "afterCertExpiry"})
    book.keep("T28-after", ["T28", "Y3"], note="no certificate has ended, and none is needed",
              **plain, **{**stamps.members, "policy": after})
    ended = Certificate("ended", book.root, key_name="signer", naming=subject("signer"),
                        end=datetime.datetime(2027, 1, 1))
    book.keep("T28-after-ended", ["T28", "Y3"], note="a certificate has just not ended",
              at="2027-01-01T00:00:00Z", **{**stamps.members, "policy": after},
              **book.envelope("X15-ended", book.signed(chain=[ended, book.root])))
    book.spoil("T28-after-late", "T28-after-ended", "T28", "authenticTimestamp",
               "timestampMissing", "it has", at="2027-01-01T00:00:01Z")
    other = lambda stamp: setattr(stamp, "imprinted", lambda _: b"other")
    logged = book.policy("times-permissive", trustStores=["ca:main", "tsa:times"],
                         verification={"level": "permissive"})
    stamps.keep("T26-logged", ["T26"], "a token over other bytes, where that is only told", other,
                members={"policy": logged}, warnings=["authenticTimestamp"])
    book.spoil("T26-enforced", "T26-logged", "T26", "authenticTimestamp", "otherImprint",
               "the level is strict", given="T9", policy=stamps.members["policy"],
               because="the rule of the token is told, whatever follows from it")
    book.stores("R8", {"ca/main/root.pem": book.root.pem, "tsa/times/root.pem": stamps.root.pem,
                       "tsa/times/between.pem": stamps.between.pem})
    book.spoil("R8-between", "T-stamped", "R8", "authenticTimestamp", "notARoot",
               "the store holds the authority between, too", truststore="truststores/R8")
    book.stores("T-no-store", {"ca/main/root.pem": book.root.pem})
    book.spoil("R9-times", "T-stamped", "R9", "authenticTimestamp", "missing",
               "the store of the authorities is missing", truststore="truststores/T-no-store")
