import Encodings
import Files
import TestSupport
import Testing

/// One case of the shared vectors.
struct VectorCase: Sendable, CustomTestStringConvertible {
    /// What kind of thing the case is about.
    enum Kind: String {
        case layout, envelope, policy, truststore
    }

    /// The vectors that the case belongs to.
    let folder: VectorFolder
    let id: String
    let category: String
    let rules: [String]
    let kind: Kind
    let path: String
    let reference: String
    let scope: String
    let policy: String?
    let trustStores: String?
    /// The folder with what is at hand about revocation; nil where nothing is.
    let revocation: String?
    let time: Timestamp
    let mediaType: String?
    let metadata: [(name: String, value: String)]
    let signatureCountMax: Int?
    /// Links below the trust store's folder, and where they lead.
    let links: [(name: String, value: String)]
    /// The layout that the case adds to; nil where its path is a whole one.
    let base: String?
    /// Blobs that are taken away, by their digests.
    let absent: [String]
    /// Whether the layout is too big to be stored, and is built.
    let isNested: Bool
    let expected: VectorVerdict
    let alsoAcceptable: [String]
    var testDescription: String { "\(id) (\(rules.joined(separator: ", ")))" }

    /// Categories of the shared vectors that are run. M is skipped, by name, in `VectorTests`.
    static let categories: Set = ["A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L"]
    /// A time at which every case holds that names none.
    private static let anyTime = Timestamp(seconds: 1_795_392_000)

    static let shared: [VectorCase] = {
        guard VectorFolder.shared.isPresent else { return [] }
        return all(in: .shared).filter { categories.contains($0.category) }
    }()

    /// Whether everything that is at hand about revocation stands in notation's cache, too: OCSP
    /// responses and what is no CRL do not.
    var hasCache: Bool {
        guard let revocation, let files = try? revocationFiles() else { return false }
        return FileSystem.real.kind(at: folder.path("\(revocation)/cache/crl")) == .folder
            && files.allSatisfy { $0.name.hasSuffix(".crl") }
    }

    /// Which file is to be had at which URL.
    func revocationFiles() throws -> [(url: String, name: String)] {
        guard let revocation else { return [] }
        return try folder.json("\(revocation)/map.json").strings().map {
            (url: $0.name, name: $0.value)
        }
    }

    /// Every category of the shared vectors.
    static let everyCategory: Set<String> = Set(idsByCategory.keys)

    /// The names of the cases of a category that is not run yet.
    static func waiting(for category: String) -> [String] { idsByCategory[category] ?? [] }

    private static let idsByCategory: [String: [String]] = {
        guard VectorFolder.shared.isPresent,
            let places = try? VectorFolder.shared.json("cases.json").array()
        else { return [:] }
        let pairs = places.compactMap { place -> (String, String)? in
            guard let category = try? place.member("category").string(),
                let id = try? place.member("id").string()
            else { return nil }
            return (category, id)
        }
        return Dictionary(grouping: pairs, by: \.0).mapValues { $0.map(\.1) }
    }()

    static func all(in folder: VectorFolder) -> [VectorCase] {
        do {
            return try folder.json("cases.json").array().compactMap { place in
                try VectorCase(place, in: folder)
            }
        } catch {
            preconditionFailure("the vectors cannot be read: \(error)")
        }
    }

    /// Nil for a case about a detached signature, which no layout holds.
    init?(_ place: JSONPlace, in folder: VectorFolder) throws {
        guard let kind = Kind(rawValue: try place.member("kind").string()) else { return nil }
        category = try place.member("category").string()
        self.folder = folder
        self.kind = kind
        id = try place.member("id").string()
        rules = try place.member("rules").array().map { try $0.string() }
        path = try place.text("path") ?? ""
        reference = try place.member("reference").string()
        scope = try place.member("scope").string()
        policy = try place.text("policy")
        trustStores = try place.text("truststore")
        revocation = try place.text("crls")
        time = try place.text("at").flatMap(Timestamp.init(rfc3339:)) ?? Self.anyTime
        mediaType = try place.text("mediaType")
        metadata = try place.present("userMetadata")?.strings() ?? []
        signatureCountMax = try place.present("maxSignatures").map { Int(try $0.integer()) }
        links = try place.present("symlinks")?.strings() ?? []
        base = try place.text("base")
        absent = try place.present("absent")?.array().map { try $0.string() } ?? []
        isNested = try place.present("build") != nil
        let expect = try place.member("expect")
        expected = VectorVerdict(
            verdict: try expect.member("verdict").string(),
            failing: try expect.text("failing"),
            warnings: Set(try expect.member("warnings").array().map { try $0.string() }))
        alsoAcceptable =
            try expect.present("alsoAcceptable")?.array().map { try $0.string() } ?? []
    }
}

/// What a case expects, and what came out.
struct VectorVerdict: Sendable, Equatable, CustomStringConvertible {
    let verdict: String
    /// The validation that the refusal falls under; nil where it falls under none.
    let failing: String?
    let warnings: Set<String>
    var description: String {
        ([verdict] + (failing.map { [$0] } ?? []) + warnings.sorted()).joined(separator: " ")
    }

    init(verdict: String, failing: String? = nil, warnings: Set<String> = []) {
        self.verdict = verdict
        self.failing = failing
        self.warnings = warnings
    }
}

extension JSONPlace {
    /// The member called `name`; nil if it is missing or null.
    func present(_ name: String) throws -> JSONPlace? {
        guard let place = try optional(name), place.value != .null else { return nil }
        return place
    }

    func text(_ name: String) throws -> String? {
        guard let place = try present(name) else { return nil }
        guard case .string(let text) = place.value else { return "" }
        return text
    }
}
