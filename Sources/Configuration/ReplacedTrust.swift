public import Encodings
import Files
import SystemPackage
public import Trust

/// Trust that another took the place of, and that is kept: `trust.replaced/NUMBER/` in the home, laid
/// out as the home itself, with `replaced.json` beside.
public struct ReplacedTrust: Sendable, Equatable {
    /// Counts what was replaced; the first is 1.
    public let number: Int64
    /// When another took its place.
    public let time: Timestamp
    /// What took its place, in words.
    public let cause: String

    /// How many are kept; the oldest goes first.
    public static let countMax = 100

    static let fileName = "replaced.json"
    static let byteCountMax: Int64 = 64 << 10

    var document: JSON {
        [
            "version": "1.0", "time": .string(time.description), "cause": .string(cause),
        ]
    }
}

extension Home {
    static let replacedName = "trust.replaced"

    /// What is kept of trust that was replaced, in the order in which that came to pass.
    public func replacedTrust() throws(ConfigurationError) -> [ReplacedTrust] {
        guard case .folder(let above) = try found([Self.replacedName]) else { return [] }
        let entries = try ConfigurationError.files { () throws(FileError) in
            try above.entries()
        }
        var kept: [ReplacedTrust] = []
        for entry in entries where entry.kind == .folder {
            // The last number has no next one, so nobody here gave it.
            guard let number = Int64(entry.name), (1..<Int64.max).contains(number),
                entry.name == "\(number)"
            else { continue }
            let folder = try ConfigurationError.files { () throws(FileError) in
                try above.folder(entry)
            }
            let file = try VersionedFile(
                ReplacedTrust.fileName, in: folder, limit: ReplacedTrust.byteCountMax)
            guard let file else { continue }
            kept.append(
                try file.read { place throws(JSONShapeError) in
                    try place.onlyMembers(["version", "time", "cause"])
                    return ReplacedTrust(
                        number: number, time: try place.member("time").timestamp(),
                        cause: try place.member("cause").string())
                })
        }
        return kept.sorted { $0.number < $1.number }
    }

    /// The trust that is kept under `number`; nil if there is none.
    ///
    /// - Throws: where it could not be used.
    public func replacedTrust(_ number: Int64) throws(ConfigurationError) -> TrustState? {
        try replacedHome(number)?.trustState()
    }

    func replacedFiles(_ number: Int64) throws(ConfigurationError) -> TrustFiles? {
        guard let home = try replacedHome(number) else { return nil }
        return try TrustFiles(of: home)
    }

    private func replacedHome(_ number: Int64) throws(ConfigurationError) -> Home? {
        guard case .folder(let folder) = try found([Self.replacedName, "\(number)"]) else {
            return nil
        }
        return Home(folder)
    }

    /// Removes the oldest where there are more than are kept.
    func forgetOldTrust() {
        // Tidying up must not fail what the operator asked for.
        guard let kept = try? replacedTrust(), kept.count > ReplacedTrust.countMax,
            let above = try? folder.folder(Self.replacedName)
        else { return }
        for old in kept.dropLast(ReplacedTrust.countMax) {
            try? above.removeTree("\(old.number)")
        }
    }
}
