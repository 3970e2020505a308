import Encodings
import Files

/// The program that looks at each image before it is held or released: `scanner.json`.
///
/// - SeeAlso: docs/formats/scanner.md.
public struct ScannerSettings: Sendable, Equatable {
    /// The absolute path of the program, and its arguments. No shell reads them.
    public let command: [String]
    /// The user that it runs as.
    public let user: String
    /// How long it may take for one image, in seconds.
    public let timeLimit: Int64
    /// The exit statuses that mean that nothing was found.
    public let clean: Set<Int32>
    /// The exit statuses that mean that something was.
    public let found: Set<Int32>
}

/// What cannot be in the settings of the scanner.
public enum ScannerSettingsError: Error, Equatable, Sendable {
    /// There is no program, its path is not absolute, or an argument has a zero byte.
    case command
    /// No length of time that a scan may take.
    case timeLimit(String)
    /// No exit status, or one that stands twice.
    case status(Int64)
    /// No status means that nothing was found, or none that something was.
    case noStatus
}

extension Home {
    /// The name of the file.
    public static let scannerName = "scanner.json"

    private static let scannerByteCountMax: Int64 = 1 << 20

    /// The settings of the scanner; nil where there is no file, and so no scanner.
    public func scannerSettings() throws(ConfigurationError) -> ScannerSettings? {
        let file = try VersionedFile(
            Self.scannerName, in: folder, limit: Self.scannerByteCountMax)
        guard let file else { return nil }
        let text = try file.read { place throws(JSONShapeError) in try ScannerText(place) }
        do throws(ScannerSettingsError) { return try text.settings() } catch {
            throw .scanner(path: file.path, error)
        }
    }
}

/// The settings as the document spells them: their shape checked, their meaning not yet.
private struct ScannerText {
    /// A scan that takes longer has gone wrong.
    private static let timeLimitMax: Int64 = 86_400

    let command: [String]
    let user: String
    let timeLimit: String
    let clean: [Int64]
    let found: [Int64]

    init(_ place: JSONPlace) throws(JSONShapeError) {
        try place.onlyMembers(["version", "command", "user", "timeLimit", "clean", "found"])
        command = try place.member("command").elements { it throws(JSONShapeError) in
            try it.string()
        }
        user = try place.member("user").string()
        timeLimit = try place.member("timeLimit").string()
        clean = try Self.statuses(place.member("clean"))
        found = try Self.statuses(place.member("found"))
    }

    private static func statuses(_ place: JSONPlace) throws(JSONShapeError) -> [Int64] {
        try place.elements { it throws(JSONShapeError) in try it.integer() }
    }

    func settings() throws(ScannerSettingsError) -> ScannerSettings {
        guard command.first?.utf8.first == UInt8(ascii: "/"),
            !command.contains(where: { $0.utf8.contains(0) })
        else { throw .command }
        guard let limit = Lifetime(timeLimit), (1...Self.timeLimitMax).contains(limit.seconds)
        else { throw .timeLimit(timeLimit) }
        guard !clean.isEmpty, !found.isEmpty else { throw .noStatus }
        var seen: Set<Int32> = []
        for status in clean + found {
            guard let number = Int32(exactly: status), (0...255).contains(number),
                seen.insert(number).inserted
            else { throw .status(status) }
        }
        return ScannerSettings(
            command: command, user: user, timeLimit: limit.seconds,
            clean: Set(clean.map { Int32(truncatingIfNeeded: $0) }),
            found: Set(found.map { Int32(truncatingIfNeeded: $0) }))
    }
}
