public import ArgumentParser
public import Audit
public import Encodings
public import Notary
public import OCI
public import PKCS11
public import Trust
public import UseCases
public import X509

extension CertificatePurpose: ExpressibleByArgument {}

extension KeyType: ExpressibleByArgument {}

extension SignatureFormat: ExpressibleByArgument {}

extension TrustStoreType: ExpressibleByArgument {}

extension VerificationLevel: ExpressibleByArgument {}

extension Timestamp: ExpressibleByArgument {
    /// An RFC 3339 time.
    public init?(argument: String) { self.init(rfc3339: argument) }
}

extension Platform: ExpressibleByArgument {
    /// `os/architecture[/variant]`.
    public init?(argument: String) { self.init(argument) }
}

extension NamePattern: ExpressibleByArgument {
    /// A shell pattern.
    public init?(argument: String) { self.init(argument) }
}

extension ReferenceName: ExpressibleByArgument {
    /// A tag or full image name.
    public init?(argument: String) { self.init(argument) }
}

extension TokenTimeout: ExpressibleByArgument {
    /// The longest time that can be meant, in seconds: a day.
    private static let secondsMax = 86_400

    /// As the help shows a default.
    public var defaultValueDescription: String { seconds.map { "\($0)" } ?? "off" }

    /// Seconds (`90`, `90s`), minutes (`5m`), or `off`; nothing is done in no time at all.
    public init?(argument: String) {
        if argument == "off" {
            self.init(seconds: nil)
            return
        }
        let unit = argument.last == "m" ? 60 : 1
        let digits =
            argument.last == "m" || argument.last == "s"
            ? argument.dropLast() : argument[...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }),
            let count = Int(digits), (1...Self.secondsMax / unit).contains(count)
        else { return nil }
        self.init(seconds: count * unit)
    }
}

extension AuditSelection.Start: ExpressibleByArgument {
    /// A line's number, or an RFC 3339 time.
    public init?(argument: String) {
        if let number = Int64(argument) {
            guard number > 0 else { return nil }
            self = .line(number)
        } else {
            guard let time = Timestamp(rfc3339: argument) else { return nil }
            self = .time(time)
        }
    }
}

extension OperationID: ExpressibleByArgument {
    /// 32 lower-case hexadecimal digits.
    public init?(argument: String) { self.init(argument) }
}

extension Digest: ExpressibleByArgument {
    /// An algorithm's name, a colon, lower-case hexadecimal digits.
    public init?(argument: String) {
        do { try self.init(argument) } catch { return nil }
    }
}

extension Lifetime: ExpressibleByArgument {
    /// A number with s, m, h or d.
    public init?(argument: String) { self.init(argument) }
}

/// Metadata of a signature, as it is written: the name up to the first `=`, then the value (rule
/// U4).
struct SignedMetadata: ExpressibleByArgument {
    let name: String
    let value: String

    init?(argument: String) {
        // By bytes: a combining mark after the sign would be one character with it.
        guard let mark = argument.utf8.firstIndex(of: UInt8(ascii: "=")) else { return nil }
        let name = String(argument[..<mark])
        let value = String(argument[argument.utf8.index(after: mark)...])
        guard !name.isEmpty, !value.isEmpty else { return nil }
        self.name = name
        self.value = value
    }
}

extension [SignedMetadata] {
    /// Refuses a name that stands twice: only one of its values would be meant.
    func checkDistinct() throws {
        for (place, one) in enumerated()
        where self[..<place].contains(where: { $0.name.utf8.elementsEqual(one.name.utf8) }) {
            throw ValidationError("--metadata names \(ForeignText(one.name)) twice")
        }
    }
}
