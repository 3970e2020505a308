import Encodings
import Trust
import X509

/// Readers of what says whom to trust.
enum TrustTarget {
    static func feedName(_ bytes: [UInt8]) {
        if let name = try? DistinguishedName(der: bytes) {
            precondition(name.der == bytes, "a name is its bytes")
            let isPlain = name.description.unicodeScalars.allSatisfy { scalar in
                scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value)
            }
            precondition(isPlain, "no name controls a terminal")
        }
        let text = String(decoding: bytes, as: UTF8.self)
        _ = try? TrustedIdentities([text])
        _ = try? TrustedIdentities(text.split(separator: "\n").map(String.init))
        guard let pattern = try? SubjectPattern(text) else { return }
        precondition(pattern.matches(pattern.attributes), "a pattern matches what it says")
        precondition(pattern.overlaps(pattern), "and is part of itself")
        precondition(Set(pattern.attributes.map(\.type)).count == pattern.attributes.count)
    }

    static func feedPolicy(_ bytes: [UInt8]) {
        for kind in [TrustPolicyDocument.Kind.oci, .blob] {
            guard let policy = try? TrustPolicyDocument(parsing: bytes, as: kind),
                let written = (try? JSON(parsing: bytes))?.serialized(.indented)
            else { continue }
            let again = try? TrustPolicyDocument(parsing: written, as: kind)
            precondition(again?.statements.count == policy.statements.count, "read again")
            for statement in policy.statements {
                precondition(
                    (statement.verification.level == .skip) == statement.trustStores.isEmpty,
                    "trust without stores is level skip")
            }
        }
    }
}
