import Encodings
import TestSupport
import Testing

/// One case of the shared vectors.
struct VectorCase: Sendable, CustomTestStringConvertible {
    /// What kind of thing the case is about.
    enum Kind: String {
        case layout, envelope, policy, truststore
    }

    let id: String
    let category: String
    let rules: [String]
    let kind: Kind
    let path: String
    let reference: String
    let scope: String
    let policy: String?
    let trustStores: String?
    let time: Timestamp
    let mediaType: String?
    let metadata: [(name: String, value: String)]
    let signatureCountMax: Int?
    /// Links below the trust store's folder, and where they lead.
    let links: [(name: String, value: String)]
    let expected: VectorVerdict
    let alsoAcceptable: [String]
    var testDescription: String { "\(id) (\(rules.joined(separator: ", ")))" }

    /// F, G and M wait for the issues that bring timestamps, revocation and blobs.
    private static let categories: Set = ["A", "B", "C", "D", "E", "H", "I", "J", "K", "L"]
    /// A time at which every case holds that names none.
    private static let anyTime = Timestamp(seconds: 1_795_392_000)

    static let all: [VectorCase] = {
        guard SharedVectors.isPresent, let document = try? SharedVectors.json("cases.json"),
            let places = try? document.array()
        else { return [] }
        return places.compactMap { place in
            do { return try VectorCase(place) } catch { fatalCase(place, error) }
        }
    }()

    private static func fatalCase(_ place: JSONPlace, _ error: any Error) -> Never {
        preconditionFailure("a case of the shared vectors cannot be read: \(place.path) \(error)")
    }

    /// Nil for a case of another category, and for one that is too big to be stored.
    init?(_ place: JSONPlace) throws {
        category = try place.member("category").string()
        guard Self.categories.contains(category), try place.text("build") == nil,
            let kind = Kind(rawValue: try place.member("kind").string())
        else { return nil }
        self.kind = kind
        id = try place.member("id").string()
        rules = try place.member("rules").array().map { try $0.string() }
        path = try place.member("path").string()
        reference = try place.member("reference").string()
        scope = try place.member("scope").string()
        policy = try place.text("policy")
        trustStores = try place.text("truststore")
        time = try place.text("at").flatMap(Timestamp.init(rfc3339:)) ?? Self.anyTime
        mediaType = try place.text("mediaType")
        metadata = try place.present("userMetadata")?.strings() ?? []
        signatureCountMax = try place.present("maxSignatures").map { Int(try $0.integer()) }
        links = try place.present("symlinks")?.strings() ?? []
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
    fileprivate func present(_ name: String) throws -> JSONPlace? {
        guard let place = try optional(name), place.value != .null else { return nil }
        return place
    }

    fileprivate func text(_ name: String) throws -> String? {
        guard let place = try present(name) else { return nil }
        guard case .string(let text) = place.value else { return "" }
        return text
    }
}
