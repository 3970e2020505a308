"""Signature envelopes, written by hand so that each can be wrong in one way."""

import base64
import hashlib
import json
import struct

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

import authority

NOTARY = "io.cncf.notary."
PAYLOAD = "application/vnd.cncf.notary.payload.v1+json"
KEYS = {
    "rsa2048": ("PS256", -37, "SHA256"), "rsa3072": ("PS384", -38, "SHA384"), "rsa4096":
    ("PS512", -39, "SHA512"), "p256": ("ES256", -7, "SHA256"), "p384": ("ES384", -35, "SHA384"),
    "p521": ("ES512", -36, "SHA512")
}


def text(value):
    return json.dumps(value, separators=(",", ":")).encode()


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


# Signatures


def mgf1(seed, size, name):
    blocks = range((size + hashlib.new(name).digest_size - 1) // hashlib.new(name).digest_size)
    return b"".join(hashlib.new(name, seed + struct.pack(">I", i)).digest() for i in blocks)[:size]


def pss(key, message, name, salt_size=None):
    """RSA-PSS with a salt of fixed bytes, so that each run writes the same signature."""
    numbers, bits = key.private_numbers(), key.key_size - 1
    hashed = hashlib.new(name, message).digest()
    salt = hashlib.new(name, b"salt").digest()[:len(hashed) if salt_size is None else salt_size]
    check = hashlib.new(name, bytes(8) + hashed + salt).digest()
    size = (bits + 7) // 8
    data = bytes(size - len(salt) - len(check) - 2) + b"\1" + salt
    masked = bytearray(a ^ b for a, b in zip(data, mgf1(check, len(data), name)))
    masked[0] &= 0xFF >> (8 * size - bits)
    encoded = int.from_bytes(bytes(masked) + check + b"\xbc", "big")
    modulus = numbers.public_numbers.n
    return pow(encoded, numbers.d, modulus).to_bytes((key.key_size + 7) // 8, "big")


def ecdsa(key, message, name):
    der = key.sign(message, ec.ECDSA(authority.HASHES[name](), deterministic_signing=True))
    width = (key.curve.key_size + 7) // 8
    return b"".join(part.to_bytes(width, "big") for part in utils.decode_dss_signature(der))


def signature(key, message, name, **options):
    if hasattr(key, "curve"):
        return ecdsa(key, message, name)
    if hasattr(key, "key_size"):
        return pss(key, message, name, **options)
    return key.sign(message)


# CBOR


class Raw:
    """Bytes that stand for themselves."""
    def __init__(self, data):
        self.data = data


class Tagged:
    def __init__(self, tag, value):
        self.tag, self.value = tag, value


def head(major, number):
    if number < 24:
        return bytes([major << 5 | number])
    width = next(w for w in (1, 2, 4, 8) if number < 1 << 8 * w)
    return bytes([major << 5 | 23 + width.bit_length()]) + number.to_bytes(width, "big")


def cbor(value):
    """Maps are lists of pairs in a tuple, in the order given."""
    if isinstance(value, Raw):
        return value.data
    if isinstance(value, Tagged):
        return head(6, value.tag) + cbor(value.value)
    if value is None:
        return b"\xf6"
    if isinstance(value, float):
        return b"\xfb" + struct.pack(">d", value)
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(cbor, value))
    return head(5, len(value)) + b"".join(cbor(a) + cbor(b) for a, b in value)


# Envelopes


class Envelope:
    """What both formats are made of; a case changes one thing in it before `bytes`."""
    def __init__(self, chain, payload, kind="p256"):
        self.chain = chain
        self.key = chain[0].key
        self.certificates = [certificate.der for certificate in chain]
        self.payload = payload
        self.jose, self.cose, self.hash = KEYS[kind]
        self.options = {}
        self.sign = lambda message: signature(self.key, message, self.hash, **self.options)
        self.after = lambda parts: parts
        self.written = lambda data: data


class JWS(Envelope):
    mediaType, ending = "application/jose+json", "jws"

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.protected = {
            "alg": self.jose, "crit": [NOTARY + "signingScheme", NOTARY + "expiry"], "cty": PAYLOAD,
            NOTARY + "expiry": "2040-01-01T00:00:00Z", NOTARY + "signingScheme": "notary.x509",
            NOTARY + "signingTime": "2026-06-01T00:00:00Z"
        }
        self.header = {NOTARY + "signingAgent": "own vectors"}
        self.encode = lambda protected: text(protected)
        self.signed = lambda protected, payload: f"{protected}.{payload}".encode()

    def bytes(self):
        if "x5c" not in self.header:
            self.header["x5c"] = [base64.b64encode(der).decode() for der in self.certificates]
        protected = base64url(self.encode(self.protected))
        payload = base64url(self.payload)
        made = self.sign(self.signed(protected, payload))
        parts = {
            "payload": payload, "protected": protected, "header": self.header, "signature":
            base64url(made)
        }
        return self.written(text(self.after(parts)))


class COSE(Envelope):
    mediaType, ending = "application/cose", "cose"

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.protected = {
            1: self.cose, 2: [NOTARY + "signingScheme", NOTARY + "expiry"], 3: PAYLOAD,
            NOTARY + "expiry": Tagged(1, 2208988800), NOTARY + "signingTime": Tagged(1, 1780272000),
            NOTARY + "signingScheme": "notary.x509"
        }
        self.header = {NOTARY + "signingAgent": "own vectors"}
        self.encode = lambda protected: cbor(tuple(protected.items()))
        self.signed = lambda protected, payload: cbor(["Signature1", protected, b"", payload])

    def bytes(self):
        if 33 not in self.header:
            self.header = {33: self.certificates, **self.header}
        protected = self.encode(self.protected)
        made = self.sign(self.signed(protected, self.payload))
        parts = [protected, tuple(self.header.items()), self.payload, made]
        return self.written(b"\xd2" + cbor(self.after(parts)))
