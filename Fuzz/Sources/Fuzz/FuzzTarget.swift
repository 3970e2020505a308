import Archive
import BundleFormat
import Encodings
import Files
import Notary
import OCI
import OCILayout
import PKCS11
import Trust
import X509

/// A reader of bytes that come from media, and what must hold of it whatever the bytes are.
enum FuzzTarget: String, CaseIterable {
    /// JSON: what is accepted is written and read to the same value.
    case json
    /// CBOR: what is accepted is written in the one order of maps, and read to that again.
    case cbor
    /// References and names: what is accepted keeps to the whitelist.
    case reference
    /// Manifests and indexes under each media type: written and read to the same value.
    case document
    /// `index.json` and `oci-layout`.
    case index
    /// `manifest.json` of a docker-archive.
    case docker
    /// Signature envelopes in JWS, and protected headers within one.
    case jws
    /// Signature envelopes in COSE, and protected headers within one.
    case cose
    /// Signature manifests and payloads: a signature is about its own subject.
    case signature
    /// Certificates in PEM and DER.
    case certificate
    /// Lists of revoked certificates in PEM and DER: an entry is found for its own serial number only.
    case crl
    /// OCSP responses: a delegate who signed one stands in it, and was valid then.
    case ocsp
    /// RFC 3161 tokens over the text `seed`, with their own certificates as roots: what is accepted
    /// speaks of one span of time, and what is proven of the same.
    case timestamp
    /// Distinguished names, in DER and as a policy writes them: what is shown controls no terminal,
    /// and a pattern matches what it says.
    case name
    /// Trust policies: what is accepted is accepted in any writing.
    case policy
    /// Inventories and bundle manifests.
    case statement
    /// Archives: what is imported is whole, and the reader in one pass sees the same entries.
    case archive

    func feed(_ bytes: [UInt8]) {
        switch self {
        case .json: json(bytes)
        case .cbor: cbor(bytes)
        case .reference: reference(bytes)
        case .document: document(bytes)
        case .index: index(bytes)
        case .docker: _ = try? DockerImageList(parsing: bytes)
        case .jws: EnvelopeTarget.feed(bytes, as: .jws)
        case .cose: EnvelopeTarget.feed(bytes, as: .cose)
        case .signature: EnvelopeTarget.feedSignature(bytes)
        case .certificate:
            _ = try? Certificate(der: bytes)
            _ = try? CertificateChain(file: bytes)
        case .crl: RevocationTarget.feedList(bytes)
        case .ocsp: RevocationTarget.feedResponse(bytes)
        case .timestamp:
            guard let token = try? UnverifiedTimestampToken(bytes, over: Array("seed".utf8)) else {
                return
            }
            precondition(token.info.lowerBound <= token.info.upperBound, "a span of time")
            let proven = try? TimestampToken(verifying: token, roots: token.certificates)
            precondition(proven.map { $0.info == token.info } ?? true, "one span of time")
        case .name: TrustTarget.feedName(bytes)
        case .policy: TrustTarget.feedPolicy(bytes)
        case .statement:
            _ = try? Inventory(parsing: bytes)
            _ = try? BundleManifest(parsing: bytes)
        case .archive: ArchiveTarget.feed(bytes)
        }
    }

    private func json(_ bytes: [UInt8]) {
        guard let value = try? JSON(parsing: bytes) else { return }
        for written in [value.serialized(), value.serialized(.indented)] {
            precondition((try? JSON(parsing: written)) == value, "written and read again")
        }
    }

    private func cbor(_ bytes: [UInt8]) {
        guard let value = try? CBOR(parsing: bytes) else { return }
        let written = value.serialized()
        precondition(written.count == bytes.count, "one head for each value")
        precondition((try? CBOR(parsing: written))?.serialized() == written, "read again")
    }

    private func reference(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        if let name = ReferenceName(text) {
            let plain = name.description.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
            precondition(plain && name.description.utf8.count <= ReferenceName.byteCountMax)
            precondition(name.description.utf8.elementsEqual(text.utf8))
        }
        if let digest = try? Digest(text) {
            precondition(digest.description.utf8.elementsEqual(text.utf8))
            precondition(!digest.hex.contains { $0 == "/" || $0 == "." })
        }
        if let timestamp = Timestamp(rfc3339: text) {
            let whole = timestamp.wholeSeconds
            precondition(Timestamp(rfc3339: whole.description) == whole)
        }
        _ = try? KeyURI(text)
        _ = try? RegistryScope(text)
        _ = try? SiteName(text)
        _ = try? Reference(parsing: text, in: .real)
    }

    private func document(_ bytes: [UInt8]) {
        for type in [
            MediaType.imageManifest, MediaType.imageIndex, MediaType.dockerManifest,
            MediaType.dockerManifestList, MediaType.artifactManifest,
        ] {
            guard let document = try? Document(parsing: bytes, as: type) else { continue }
            for part in document.parts {
                precondition(part.size >= 0)
                let again = try? Descriptor(JSONPlace(part.json))
                precondition(again == part, "a descriptor written and read again")
            }
        }
    }

    private func index(_ bytes: [UInt8]) {
        try? LayoutFile.check(bytes)
        guard let index = try? LayoutIndex(parsing: bytes) else { return }
        let again = try? LayoutIndex(parsing: index.serialized())
        precondition(again?.entries == index.entries, "an index written and read again")
    }
}
