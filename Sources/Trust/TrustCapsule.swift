import Encodings
import X509

/// The whole trust of one site in one document, as it travels in a bundle: policies, trust stores,
/// and what proves itself once it verifies under installed anchors.
///
/// A state and no difference: its counter tells which of two is the later. There is one spelling
/// for each capsule, so equal trust has equal digests.
///
/// - SeeAlso: docs/formats/trust-capsule.md.
public struct TrustCapsule: Sendable {
    /// The media type of the document.
    public static let mediaType = "application/vnd.airseal.trust.capsule.v1+json"
    /// Largest document read, in bytes: four CRLs of the size that a verifier takes, in base64.
    public static let byteCountMax = 176 << 20
    /// How many CRLs or OCSP responses one capsule may hold.
    public static let evidenceCountMax = 10_000
    /// How many members of later versions are passed over.
    public static let extensionCountMax = 100

    /// A CRL as it travels. Nothing is known of it yet.
    public struct List: Sendable, Equatable {
        /// Its bytes, in DER.
        public let der: [UInt8]
        /// Where the sender's operator said that it is from, in byte order; it counts for these only.
        /// Empty where nobody said, and it counts wherever its own words let it.
        public let urls: [String]

        /// A list from `urls`.
        public init(der: [UInt8], urls: some Sequence<String>) {
            self.der = der
            self.urls = Set(urls).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        }

        fileprivate var json: JSON {
            [
                "content": .string(Base64.encode(der)),
                "urls": .array(urls.map { .string($0) }),
            ]
        }
    }

    /// Counts the states of the site's trust; 0 for a site that has none yet.
    public let counter: Int64
    /// The policies, by the file that holds them.
    public let policies: [TrustPolicyFile: TrustPolicyDocument]
    /// The trust stores.
    public let stores: [TrustStoreName: TrustedCertificates]
    /// CRLs, in the order of their bytes, each once.
    public let revocationLists: [List]
    /// OCSP responses in DER. Nothing is known of them yet.
    public let ocspResponses: [[UInt8]]
    /// Members of a later version that this one may pass over.
    private let extensions: JSONObject

    /// A capsule; `counter` is at least 0.
    public init(
        counter: Int64, policies: [TrustPolicyFile: TrustPolicyDocument] = [:],
        stores: [TrustStoreName: TrustedCertificates] = [:], revocationLists: [List] = [],
        ocspResponses: [[UInt8]] = []
    ) {
        precondition(counter >= 0, "a counter counts from 0")
        self.counter = counter
        self.policies = policies
        self.stores = stores
        self.revocationLists = Self.sorted(revocationLists)
        self.ocspResponses = Self.sorted(ocspResponses)
        extensions = JSONObject()
    }

    /// The capsule of a site without any trust.
    public static let empty = TrustCapsule(counter: 0)

    /// Whether there is nothing in it.
    public var isEmpty: Bool {
        policies.isEmpty && stores.isEmpty && revocationLists.isEmpty && ocspResponses.isEmpty
    }

    /// The document in its one spelling.
    public var bytes: [UInt8] {
        var document: JSONObject = [
            "version": "1.0", "critical": [], "counter": .integer(counter),
            "policies": .array(
                policies.sorted { $0.key.rawValue < $1.key.rawValue }.map { file, policy in
                    [
                        "name": .string(file.rawValue),
                        "content": .string(Base64.encode(policy.bytes)),
                    ]
                }),
            "trustStores": .array(
                stores.sorted { $0.key < $1.key }.map { name, trusted in
                    [
                        "name": .string(name.description),
                        "certificates": Self.base64(trusted.certificates.map(\.der)),
                    ]
                }),
            "crls": .array(revocationLists.map(\.json)),
            "ocspResponses": Self.base64(ocspResponses),
        ]
        for member in extensions.members { document[member.name] = member.value }
        return JSON.object(document).serialized()
    }

    /// Reads a capsule.
    ///
    /// - Throws: what keeps the bytes from being the one spelling of a sound capsule.
    public init(parsing bytes: [UInt8]) throws(TrustCapsuleError) {
        guard bytes.count <= Self.byteCountMax else { throw .tooLarge(limit: Self.byteCountMax) }
        let document: JSON
        do throws(JSONError) { document = try JSON(parsing: bytes) } catch { throw .json(error) }
        let text = try TrustCapsuleText(document)
        counter = text.counter
        policies = try text.policies()
        stores = try text.trustStores()
        revocationLists = Self.sorted(text.revocationLists)
        ocspResponses = Self.sorted(text.ocspResponses)
        extensions = text.extensions
        guard self.bytes == bytes else { throw .notCanonical }
    }

    private static func sorted(_ lists: [List]) -> [List] {
        // The same bytes twice are one list, which is from all that was said of either.
        var urls: [[UInt8]: Set<String>] = [:]
        for list in lists {
            // Said to be from nowhere in particular, it counts anywhere.
            if list.urls.isEmpty { urls[list.der] = [] }
            guard urls[list.der].map({ !$0.isEmpty }) ?? true else { continue }
            urls[list.der, default: []].formUnion(list.urls)
        }
        return urls.map { List(der: $0.key, urls: $0.value) }
            .sorted { $0.der.lexicographicallyPrecedes($1.der) }
    }

    private static func sorted(_ evidence: [[UInt8]]) -> [[UInt8]] {
        Set(evidence).sorted { $0.lexicographicallyPrecedes($1) }
    }

    private static func base64(_ values: [[UInt8]]) -> JSON {
        .array(values.map { .string(Base64.encode($0)) })
    }
}
