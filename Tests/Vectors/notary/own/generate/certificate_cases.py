"""Cases about algorithms and the certificate profile: A1 to A4, X1 to X18."""

import datetime

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

import der
from authority import AUTHORITY, LEAF, Certificate, subject, usage
from envelope import COSE, JWS, NOTARY


def changed(extensions, **changes):
    made = {**extensions, **changes}
    return {name: value for name, value in made.items() if value}


def constraints(is_ca, length=None, critical=True):
    return {"constraints": (x509.BasicConstraints(is_ca, length), critical)}


def used(*purposes, critical=True):
    return {"usage": (usage(*purposes), critical)}


def extended(*purposes):
    return {"extended": (x509.ExtendedKeyUsage(list(purposes)), False)}


class Chains:
    """Adds a case about an envelope under a chain; every leaf is called signer."""
    def __init__(self, book):
        self.book = book

    def keep(self, id, rules, chain, make=JWS, note="", spoil=None, store=None, kind="p256",
             **members):
        if store:
            self.book.stores(store, {"ca/main/root.pem": chain[-1].pem})
            members["truststore"] = f"truststores/{store}"
        made = self.book.signed(make, spoil, chain=chain, kind=kind)
        self.book.keep(id, rules, note=note, **self.book.envelope(id, made), **members)

    def spoil(self, id, rule, reason, change, chain, origin="jws", given=None, because=None,
              spoil=None, make=JWS, kind="p256"):
        made = self.book.signed(make, spoil, chain=chain, kind=kind)
        self.book.spoil(id, origin, rule, "integrity", reason, change, given=given, because=because,
                        **self.book.envelope(id, made))

    def leaf(self, name, issuer=None, **options):
        return Certificate(name, issuer or self.book.root,
                           naming=options.pop("naming", subject("signer")), **options)


def add(book):
    chains = Chains(book)
    algorithms(book, chains)
    keys(book, chains)
    order(book, chains)
    authorities(book, chains)
    leaves(book, chains)
    ignored(book, chains)


def algorithms(book, chains):
    signers = {
        kind: chains.leaf(f"signer {kind}", kind=kind)
        for kind in ("rsa2048", "rsa3072", "rsa4096", "p384", "p521")
    }
    for kind, leaf in signers.items():
        for make in (JWS, COSE):
            rule = "J15" if make is JWS else "C13"
            chains.keep(f"A2-{kind}-{make.ending}", ["A1", "A2", "A3", rule], [leaf, book.root],
                        make, kind=kind, note="one of the six kinds of keys")
    for make in (JWS, COSE):
        for size, how in ((0, "the salt is empty"), (20, "the salt has 20 bytes")):
            chains.spoil(f"A1-salt-{size}-{make.ending}", "A1", "signatureMismatch", how,
                         [signers["rsa2048"], book.root], f"A2-rsa2048-{make.ending}", make=make,
                         kind="rsa2048", spoil=lambda made: made.options.update(salt_size=size),
                         given="J15" if make is JWS else "C13",
                         because="a signature that fails does not say how it was made")
        chains.spoil(
            f"A3-header-{make.ending}", "A3", "algorithmMismatch", "alg is that of a larger key",
            [signers["rsa2048"], book.root], f"A2-rsa2048-{make.ending}", make=make, kind="rsa2048",
            spoil=lambda made: made.protected.update({"alg": "PS384"} if make is JWS else {1: -38}),
            given="J6", because="the header is told to be wrong, not the key")


def keys(book, chains):
    profile = "the profile's rule for the leaf's key is X14"
    kinds = {
        "rsa1024": "rsa2048", "rsa2047": "rsa2048", "p224": "p256", "secp256k1": "p256", "ed25519":
        "p256"
    }
    for kind, claimed in kinds.items():
        leaf = chains.leaf(f"signer {kind}", kind=kind)
        for rule in ("A2", "X14"):
            chains.spoil(f"{rule}-{kind}", rule, "leafKey", f"the leaf's key is {kind}",
                         [leaf, book.root], f"A2-rsa2048-jws" if claimed == "rsa2048" else "jws",
                         kind=claimed, given=None if rule == "X14" else "X14",
                         because=None if rule == "X14" else profile)
    leaf = chains.leaf("signer PSS", kind="rsa2048", key_name="signer-rsa2048")
    numbers = leaf.key.public_key().public_bytes(serialization.Encoding.DER,
                                                 serialization.PublicFormat.PKCS1)
    bound = der.sequence(der.sequence(bytes.fromhex("06092a864886f70d01010a")),
                         der.element(3, b"\0" + numbers))
    leaf.signed_again(spki=bound)
    chains.spoil("A3-bound-to-PSS", "A3", "leafKey", "the leaf's key is bound to PSS",
                 [leaf, book.root], "A2-rsa2048-jws", kind="rsa2048", given="X14", because=profile)
    weak = Certificate("weak root", kind="rsa1024", extensions=AUTHORITY)
    chains.spoil("X14-authority", "X14", "authorityKey", "the authority's key is RSA of 1024 bits",
                 [chains.leaf("signer of weak", weak), weak])


def order(book, chains):
    lone = Certificate("lone", extensions=LEAF)
    book.policy("everyone", trustedIdentities=["*"])
    chains.keep("X2-self-signed", ["X2", "X10"], [lone], store="lone",
                policy="policies/everyone.json", note="one certificate, signed by its own key")
    chains.spoil("X1-empty", "X1", "noCertificate", "the list of certificates is empty", book.chain,
                 given="J16", because="a chain cannot be had without a certificate",
                 spoil=lambda made: made.certificates.clear())
    chains.spoil("X2-not-self-signed", "X2", "singleIsSelfSigned",
                 "the only certificate is issued by another",
                 [chains.leaf("lone issued", key_name="lone", naming=subject("lone"))],
                 "X2-self-signed")
    chains.spoil("X10-self-signed-CA", "X10", "leafBasicConstraints",
                 "the only certificate is an authority", [
                     Certificate("lone CA", key_name="lone", naming=subject("lone"),
                                 extensions=changed(LEAF, **constraints(True)))
                 ], "X2-self-signed")
    between = Certificate("between", book.root, extensions=changed(AUTHORITY,
                                                                   **constraints(True, 0)))
    lower = chains.leaf("signer of between", between)
    chains.keep("X3-three", ["X3", "X4", "X5", "X7", "X8", "X9", "X16", "R11"],
                [lower, between, book.root],
                note="an authority of path length 0 stands between leaf and root")
    three = [lower, between, book.root]
    chains.spoil("X3-no-root", "X3", "lastIsSelfSigned", "the root is left out", three[:2],
                 "X3-three")
    chains.spoil("X4-two-roots", "X4", "onlyLastIsSelfSigned", "the root stands twice",
                 [*three, book.root], "X3-three")
    chains.spoil("X5-order", "X5", "eachIsIssuedByNext", "leaf and authority change places",
                 [between, lower, book.root], "X3-three",
                 spoil=lambda made: setattr(made, "key", lower.key))
    other = Certificate("root", key_name="other-root", extensions=AUTHORITY)
    chains.spoil("X5-other-key", "X5", "eachIsIssuedByNext",
                 "the root has another key under the same name", [lower, between, other],
                 "X3-three")
    stranger = Certificate("stranger", extensions=AUTHORITY)
    issued = Certificate("stranger below", stranger, extensions=AUTHORITY)
    chains.spoil("X16-unrelated", "X16", "eachIsIssuedByNext",
                 "a certificate of others stands before the root",
                 [lower, between, issued, stranger], "X3-three", given="X5",
                 because="what is unrelated is not issued by what follows")
    chains.spoil("X6-SHA-1", "X6", "strongSignatures", "the leaf is signed with SHA-1",
                 [chains.leaf("signer SHA-1", key_name="signer").signed_again("SHA1"), book.root])
    chains.keep("X6-SHA-256", ["X6"], [chains.leaf("signer SHA-256", key_name="signer"), book.root],
                note="the leaf is signed with SHA-256")
    early = Certificate("short root", extensions=AUTHORITY, end=datetime.datetime(2030, 1, 1))
    chains.keep("X16-outlives", ["X16"], [chains.leaf("signer of short", early), early],
                store="short", note="the leaf outlives its root, which nothing forbids")
    length = changed(AUTHORITY, **constraints(True, 0))
    narrow = Certificate("narrow root", extensions=length)
    below = Certificate("between narrow", narrow, extensions=AUTHORITY)
    chains.spoil("X8-too-long", "X8", "pathLength",
                 "a root of path length 0 stands two above the leaf",
                 [chains.leaf("signer of narrow", below), below, narrow], "X3-three")


def authorities(book, chains):
    spoilt = {
        "X7-not-critical": ("X7", "authorityBasicConstraints", "basicConstraints is not critical",
                            changed(AUTHORITY, **constraints(True, critical=False))), "X7-missing":
        ("X7", "authorityBasicConstraints", "basicConstraints is missing",
         changed(AUTHORITY, constraints=None)), "F6-not-critical":
        ("F6", "authorityBasicConstraints", "basicConstraints is not critical",
         changed(AUTHORITY, **constraints(True, critical=False))), "X9-not-critical":
        ("X9", "authorityKeyUsage", "keyUsage is not critical",
         changed(AUTHORITY, **used("key_cert_sign", critical=False))), "X9-CRLs-only":
        ("X9", "authorityKeyUsage", "keyUsage lacks keyCertSign",
         changed(AUTHORITY, **used("crl_sign")))
    }
    for id, (rule, reason, change, extensions) in spoilt.items():
        issuer = Certificate(f"root {id}", key_name="root-of-authorities", extensions=extensions)
        leaf = chains.leaf(f"signer of {id}", issuer, key_name="signer")
        chains.spoil(id, rule, reason, change, [leaf, issuer], given="X7" if rule == "F6" else None,
                     because="F6 is where notation does not keep X7" if rule == "F6" else None)


def leaves(book, chains):
    purposes = ExtendedKeyUsageOID
    spoilt = {
        "X10-CA": ("X10", "leafBasicConstraints", "the leaf is an authority",
                   changed(LEAF, **constraints(True))), "X11-missing":
        ("X11", "leafKeyUsage", "keyUsage is missing", changed(LEAF, usage=None)),
        "X11-not-critical": ("X11", "leafKeyUsage", "keyUsage is not critical",
                             changed(LEAF, **used("digital_signature",
                                                  critical=False))), "X11-no-signatures":
        ("X11", "leafKeyUsage", "keyUsage lacks digitalSignature",
         changed(LEAF, **used("content_commitment"))), **{
             f"X11-{purpose}": ("X11", "leafKeyUsage", f"keyUsage has {purpose} too",
                                changed(LEAF, **used("digital_signature", *needed)))
             for purpose, needed in {
                 "key_encipherment": ["key_encipherment"], "data_encipherment": [
                     "data_encipherment"
                 ], "key_agreement": ["key_agreement"], "key_cert_sign": ["key_cert_sign"],
                 "crl_sign": ["crl_sign"], "encipher_only": ["key_agreement", "encipher_only"],
                 "decipher_only": ["key_agreement", "decipher_only"]
             }.items()
         }, **{
            f"X12-{name}": ("X12", "leafExtendedKeyUsage", f"extKeyUsage has {name} too",
                            changed(LEAF, **extended(purposes.CODE_SIGNING, purpose)))
            for name, purpose in {
                "serverAuth": purposes.SERVER_AUTH, "clientAuth": purposes.CLIENT_AUTH,
                "emailProtection": purposes.EMAIL_PROTECTION,
                "timeStamping": purposes.TIME_STAMPING, "OCSPSigning": purposes.OCSP_SIGNING,
                "any": purposes.ANY_EXTENDED_KEY_USAGE
            }.items()
        }, "F5-any": ("F5", "leafExtendedKeyUsage", "extKeyUsage is for anything",
                      changed(LEAF, **extended(purposes.ANY_EXTENDED_KEY_USAGE)))
    }
    for id, (rule, reason, change, extensions) in spoilt.items():
        leaf = chains.leaf(f"signer {id}", key_name="signer", extensions=extensions)
        chains.spoil(id, rule, reason, change, [leaf, book.root],
                     given="X12" if rule == "F5" else None,
                     because="F5 is where notation does not keep X12" if rule == "F5" else None)
    for id, rule, extensions in (("X10-not-CA", "X10", changed(LEAF, **constraints(False))),
                                 ("X11-commitment", "X11",
                                  changed(LEAF, **used("digital_signature", "content_commitment"))),
                                 ("X12-none", "X12", changed(LEAF, extended=None)),
                                 ("X12-unknown", "X12",
                                  changed(LEAF, **extended(x509.ObjectIdentifier("1.2.3.4"))))):
        leaf = chains.leaf(f"signer {id}", key_name="signer", extensions=extensions)
        chains.keep(id, [rule], [leaf, book.root], note="what the rule leaves free")


def ignored(book, chains):
    unknown = {
        **LEAF, "other": (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"),
                                                     b"\5\0"), True)
    }
    chains.keep("X17-unknown-critical", ["X17"],
                [chains.leaf("signer X17", extensions=unknown), book.root],
                note="a critical extension that nobody knows")
    narrow = {
        **AUTHORITY, "names": (x509.NameConstraints(
            [x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "FR")]))],
            None), True)
    }
    root = Certificate("constrained root", extensions=narrow)
    chains.keep("X18-name-constraints", ["X18"], [chains.leaf("signer X18", root), root],
                store="constrained",
                note="the root's name constraints, which the leaf does not satisfy")
    indefinite = book.signer.der
    content = der.inside(indefinite)
    chains.spoil(
        "G-ASN1-indefinite", "G-ASN1", "certificate(position: 0",
        "the leaf's outermost length is indefinite", book.chain, given="J16",
        because="a certificate that is no DER cannot be read",
        spoil=lambda made: made.certificates.__setitem__(0, b"\x30\x80" + content + b"\0\0"))
    chains.spoil("G-ASN1-trailing", "G-ASN1", "certificate(position: 0", "a byte follows the leaf",
                 book.chain, given="J16", because="a certificate that is no DER cannot be read",
                 spoil=lambda made: made.certificates.__setitem__(0, indefinite + b"\0"))
