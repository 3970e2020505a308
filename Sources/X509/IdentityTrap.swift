/// Why stock notation cannot match a subject with any `x509.subject` identity of a trust policy: it
/// prints the leaf's subject and reads it again by the rules for policies (rule Y11, section 17).
public enum IdentityTrap: Sendable, Equatable {
    /// The subject lacks one of C, ST and O, by its short name.
    case missing(String)
    /// The subject has a type more than once, by its short name.
    case repeated(String)

    /// Types that Go's library collects and prints joined by `+`, which notation refuses.
    private static let collected = ["C", "ST", "L", "O", "OU", "STREET", "POSTALCODE"]

    /// Every trap that `subject` has.
    public static func all(of subject: DistinguishedName) -> [IdentityTrap] {
        let types = subject.attributes.compactMap(\.shortName)
        return ["C", "ST", "O"].filter { !types.contains($0) }.map { .missing($0) }
            + collected.filter { type in types.count { $0 == type } > 1 }.map { .repeated($0) }
    }
}
