"""Time-stamp tokens (RFC 3161), written by hand so that each can be wrong in one way."""

import hashlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding

import der
import envelope

SIGNED_DATA, TIME_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE, DIGEST, SIGNING_TIME = (f"1.2.840.113549.1.9.{number}" for number in (3, 4, 5))
CERTIFICATE_V1 = "1.2.840.113549.1.9.16.2.12"
CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
RSA, PSS = "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10"
ECDSA = {f"SHA{256 + 128 * n}": f"1.2.840.10045.4.3.{n + 2}" for n in range(3)}
HASHES = {
    "SHA1": "1.3.14.3.2.26", "SHA256": "2.16.840.1.101.3.4.2.1", "SHA384": "2.16.840.1.101.3.4.2.2",
    "SHA512": "2.16.840.1.101.3.4.2.3"
}


def oid(text):
    first, second, *rest = map(int, text.split("."))
    content = b""
    for number in [40 * first + second, *rest]:
        digits = [number & 0x7F]
        while number := number >> 7:
            digits.insert(0, number & 0x7F | 0x80)
        content += bytes(digits)
    return der.element(6, content)


def integer(number):
    return der.element(2, number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True))


def octets(data):
    return der.element(4, data)


def time(text):
    return der.element(0x18, text.encode())


def algorithm(name, *parameters):
    return der.sequence(oid(name), *parameters)


def hashing(name):
    return algorithm(HASHES[name], b"\5\0")


def digest(name, data):
    return hashlib.new(name, data).digest()


def identity(certificate):
    """The DER of a certificate's issuer, and of its serial number."""
    read = x509.load_der_x509_certificate(certificate.der)
    return read.issuer.public_bytes(), integer(read.serial_number)


class Signer:
    """One SignerInfo; a case changes one thing in it."""
    def __init__(self, certificate, name="SHA256"):
        self.certificate, self.key, self.hash = certificate, certificate.key, name
        self.version = 1
        self.identity = der.sequence(*identity(certificate))
        self.digest_algorithm = hashing(name)
        self.algorithm = algorithm(ECDSA[name] if hasattr(self.key, "curve") else RSA)
        self.scheme = None
        self.attributes = {
            CONTENT_TYPE: oid(TIME_INFO), DIGEST: None, CERTIFICATE_V2: self.named("SHA256")
        }
        self.after = lambda signature: signature

    def named(self, name, data=None, serial=False):
        """The value of signing-certificate-v2."""
        hashed = octets(digest(name, data or self.certificate.der))
        parts = [hashed] if name == "SHA256" else [algorithm(HASHES[name]), hashed]
        if serial:
            issuer, number = identity(self.certificate)
            parts.append(der.sequence(der.sequence(der.element(0xA4, issuer)), number))
        return der.sequence(der.sequence(der.sequence(*parts)))

    def sign(self, message):
        if hasattr(self.key, "curve"):
            chosen = ec.ECDSA(hash_of(self.hash), deterministic_signing=True)
            return self.key.sign(message, chosen)
        if self.scheme == "PSS":
            return envelope.pss(self.key, message, self.hash)
        return self.key.sign(message, padding.PKCS1v15(), hash_of(self.hash))

    def pss(self):
        hashed = hashing(self.hash)
        mask = algorithm("1.2.840.113549.1.1.8", hashed)
        size = integer(hashlib.new(self.hash).digest_size)
        self.scheme = "PSS"
        self.algorithm = algorithm(
            PSS,
            der.sequence(der.element(0xA0, hashed), der.element(0xA1, mask),
                         der.element(0xA2, size)))

    def bytes(self, content):
        if self.attributes is None:
            signed, written = content, b""
        else:
            values = {DIGEST: octets(digest(self.hash, content)), **{
                name: value for name, value in self.attributes.items() if value}}
            if DIGEST not in self.attributes:
                values.pop(DIGEST)
            parts = b"".join(
                sorted(der.sequence(oid(name), der.element(0x31, value))
                       for name, value in values.items()))
            signed, written = der.element(0x31, parts), der.element(0xA0, parts)
        return der.sequence(integer(self.version), self.identity, self.digest_algorithm, written,
                            self.algorithm, octets(self.after(self.sign(signed))))


def hash_of(name):
    return {"SHA1": hashes.SHA1, "SHA256": hashes.SHA256, "SHA384": hashes.SHA384,
            "SHA512": hashes.SHA512}[name]()


class Stamp:
    """A token; a case changes one thing in it before `bytes`."""
    def __init__(self, chain, name="SHA256"):
        self.version = 3
        self.signers = [Signer(chain[0], name)]
        self.certificates = [certificate.der for certificate in chain]
        self.info = {
            "version": integer(1), "policy": oid("1.2.3.4"), "imprint": None, "serial": integer(7),
            "time": time("20260601120000Z")
        }
        self.imprint_hash = "SHA256"
        self.imprinted = lambda signature: signature
        self.content_type = TIME_INFO
        self.written = lambda data: data

    @property
    def signer(self):
        return self.signers[0]

    def bytes(self, signature):
        hashed = digest(self.imprint_hash, self.imprinted(signature))
        imprint = der.sequence(hashing(self.imprint_hash), octets(hashed))
        content = der.sequence(*{**self.info, "imprint": imprint}.values())
        certificates = b"".join(sorted(self.certificates))
        signed = der.sequence(
            integer(self.version),
            der.element(0x31, b"".join(sorted({one.digest_algorithm for one in self.signers}))),
            der.sequence(oid(self.content_type), der.element(0xA0, octets(content))),
            der.element(0xA0, certificates) if certificates else b"",
            der.element(0x31, b"".join(one.bytes(content) for one in self.signers)))
        return self.written(der.sequence(oid(SIGNED_DATA), der.element(0xA0, signed)))


def indefinite(data, depth=3):
    """The same in BER: indefinite lengths down to some depth, where DER has definite ones."""
    if depth == 0 or not data[0] & 0x20:
        return data
    inner = b"".join(indefinite(part, depth - 1) for part in der.split(der.inside(data)))
    return data[:1] + b"\x80" + inner + b"\0\0"
