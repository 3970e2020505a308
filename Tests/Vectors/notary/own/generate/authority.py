"""Keys and certificates. Every key is a TEST ONLY key, made once and kept in keys/."""

import datetime
import hashlib
import os

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, utils
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

import der

FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "keys")
KINDS = {
    "rsa1024": lambda: rsa.generate_private_key(65537, 1024), "rsa2047":
    lambda: rsa.generate_private_key(65537, 2047), "rsa2048":
    lambda: rsa.generate_private_key(65537, 2048), "rsa3072":
    lambda: rsa.generate_private_key(65537, 3072), "rsa4096":
    lambda: rsa.generate_private_key(65537, 4096), "p224":
    lambda: ec.generate_private_key(ec.SECP224R1()), "p256":
    lambda: ec.generate_private_key(ec.SECP256R1()), "p384":
    lambda: ec.generate_private_key(ec.SECP384R1()), "p521":
    lambda: ec.generate_private_key(ec.SECP521R1()), "secp256k1":
    lambda: ec.generate_private_key(ec.SECP256K1()), "ed25519": ed25519.Ed25519PrivateKey.generate
}
HASHES = {"SHA256": hashes.SHA256, "SHA384": hashes.SHA384, "SHA512": hashes.SHA512}
BEGIN = datetime.datetime(2026, 1, 1)
END = datetime.datetime(2046, 1, 1)


def key(name, kind="p256"):
    """The key called `name`, made where there is none yet."""
    path = os.path.join(FOLDER, f"{name}.pem")
    if not os.path.exists(path):
        os.makedirs(FOLDER, exist_ok=True)
        made = KINDS[kind]()
        pem = made.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                 serialization.NoEncryption())
        with open(path, "wb") as file:
            file.write(b"TEST ONLY: trust nothing that this key signs.\n" + pem)
    with open(path, "rb") as file:
        return serialization.load_pem_private_key(file.read(), None)


def subject(name, extra=(), leave_out=()):
    parts = [(NameOID.COUNTRY_NAME, "US"), (NameOID.STATE_OR_PROVINCE_NAME, "WA"),
             (NameOID.ORGANIZATION_NAME, "TEST ONLY"), *extra, (NameOID.COMMON_NAME, name), ]
    return x509.Name([x509.NameAttribute(*part) for part in parts if part[0] not in leave_out])


def usage(*purposes):
    names = [
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
        "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"
    ]
    return x509.KeyUsage(**{name: name in purposes for name in names})


AUTHORITY = {
    "constraints": (x509.BasicConstraints(True, None), True), "usage":
    (usage("key_cert_sign", "crl_sign"), True)
}
LEAF = {
    "usage": (usage("digital_signature"), True), "extended":
    (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), False)
}


class Certificate:
    """A certificate with its key. `extensions` maps any name to (value, whether critical)."""
    def __init__(self, name, issuer=None, kind="p256", extensions=LEAF, begin=BEGIN, end=END,
                 key_name=None, naming=None):
        self.key = key(key_name or name.replace(" ", "-"), kind)
        self.name = naming or subject(name)
        self.issuer = issuer or self
        serial = int.from_bytes(hashlib.sha256(repr((name, kind)).encode()).digest()[:8], "big") + 1
        builder = (x509.CertificateBuilder().subject_name(self.name).issuer_name(
            self.issuer.name).public_key(self.key.public_key()).serial_number(
                serial).not_valid_before(begin).not_valid_after(end))
        for value, is_critical in extensions.values():
            builder = builder.add_extension(value, is_critical)
        by = self.issuer.key
        is_ec = isinstance(by, ec.EllipticCurvePrivateKey)
        self.der = builder.sign(by, hashes.SHA256(), ecdsa_deterministic=is_ec
                                or None).public_bytes(serialization.Encoding.DER)

    @property
    def pem(self):
        return x509.load_der_x509_certificate(self.der).public_bytes(serialization.Encoding.PEM)

    def signed_again(self, algorithm=None, spki=None):
        """The same with another key inside, or signed with SHA-1 under `algorithm`'s name."""
        signed, _, _ = der.split(der.inside(self.der))
        parts = der.split(der.inside(signed))
        digest, name = hashes.SHA256(), parts[2]
        if algorithm == "SHA1":
            digest, name = hashes.SHA1(), bytes.fromhex("300906072a8648ce3d0401")
        parts[2] = name
        if spki:
            parts[6] = spki
        signed = der.sequence(*parts)
        hashed = hashlib.new(digest.name, signed).digest()
        signature = self.issuer.key.sign(
            hashed, ec.ECDSA(utils.Prehashed(digest), deterministic_signing=True))
        self.der = der.sequence(signed, name, der.element(3, b"\0" + signature))
        return self
