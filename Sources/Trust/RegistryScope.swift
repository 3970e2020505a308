/// The name of one repository as a trust policy writes it: `registry.example:5000/team/app`.
///
/// Names are compared exactly: no default registry is added, and case counts (rule Y16).
///
/// - SeeAlso: Notary Project, trust-store-trust-policy.md, "Registry scopes constraints"; rule Y12.
public struct RegistryScope: Hashable, Sendable {
    /// The name as written. ASCII only, by the grammar.
    public let text: String

    /// Reads a repository name: a domain, an optional port, and at least one path component.
    ///
    /// - Throws: `.malformed` for anything else: a scheme, a tag, a digest, a wildcard.
    public init(_ text: String) throws(RegistryScopeError) {
        let parts = text[...].utf8.split(
            separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, Self.isRegistry(parts[0]) else { throw .malformed(text) }
        let path = parts[1].split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard path.allSatisfy(Self.isPathComponent) else { throw .malformed(text) }
        self.text = text
    }

    /// The components between slashes, the registry first.
    public var components: [Substring] { text.split(separator: "/") }

    /// Whether this repository is `prefix` itself or lies below it, by whole components.
    public func isInside(_ prefix: RepositoryPrefix) -> Bool {
        components.starts(with: prefix.components)
    }

    static func isRegistry(_ text: Substring.UTF8View) -> Bool {
        let parts = text.split(
            separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2 {
            guard !parts[1].isEmpty, parts[1].allSatisfy(isDigit) else { return false }
        }
        let labels = parts[0].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return labels.allSatisfy { label in
            guard let first = label.first, let last = label.last else { return false }
            return isLetterOrDigit(first) && isLetterOrDigit(last)
                && label.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
        }
    }

    /// Lower-case letters and digits in groups, between them one dot, one or two underscores, or
    /// any number of dashes.
    static func isPathComponent(_ text: Substring.UTF8View) -> Bool {
        guard let first = text.first, let last = text.last, isLowerOrDigit(first),
            isLowerOrDigit(last)
        else { return false }
        return text.split(omittingEmptySubsequences: true, whereSeparator: isLowerOrDigit)
            .allSatisfy { separator in
                switch separator.count {
                case 1 where separator.first == UInt8(ascii: "."): true
                case 1...2 where separator.allSatisfy { $0 == UInt8(ascii: "_") }: true
                default: separator.allSatisfy { $0 == UInt8(ascii: "-") }
                }
            }
    }

    private static func isDigit(_ unit: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(unit)
    }

    private static func isLowerOrDigit(_ unit: UInt8) -> Bool {
        isDigit(unit) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(unit)
    }

    private static func isLetterOrDigit(_ unit: UInt8) -> Bool {
        isLowerOrDigit(unit) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(unit)
    }
}

extension RegistryScope: CustomStringConvertible {
    /// The name as written.
    public var description: String { text }
}

/// A registry, or a registry and the first components of a path: every repository inside it, by
/// whole components.
public struct RepositoryPrefix: Hashable, Sendable {
    /// The prefix as written, without a slash at its end.
    public let text: String

    /// Reads a registry, with any number of path components after it.
    ///
    /// - Throws: `.malformed` for anything else, a wildcard or a closing slash included.
    public init(_ text: String) throws(RegistryScopeError) {
        let parts = text[...].utf8.split(
            separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard let registry = parts.first, RegistryScope.isRegistry(registry),
            parts.dropFirst().allSatisfy(RegistryScope.isPathComponent)
        else { throw .malformed(text) }
        self.text = text
    }

    /// The components between slashes, the registry first.
    public var components: [Substring] { text.split(separator: "/") }
}

/// Why a text names no repository.
public enum RegistryScopeError: Error, Equatable {
    /// Not of the grammar of rule Y12.
    case malformed(String)
}
