import BundleFormat
import Encodings
import OCI
import Testing

@Suite struct `Inventories` {
    @Test func `round-trip through their bytes`() throws {
        let inventory = try sampleInventory {
            $0.voids = [.init(sequence: 1, reason: "\u{202E}odd")]
            $0.previous = nil
            $0.expected = [
                .init(digest: Digest(.sha512, bytes: .init(repeating: 7, count: 64)), size: 0)
            ]
        }
        #expect(try Inventory(parsing: inventory.bytes) == inventory)
        #expect(try Inventory(parsing: inventory.bytes).bytes == inventory.bytes)
    }

    struct Spoilt: Sendable, CustomTestStringConvertible {
        let rule: String
        let change: @Sendable (inout Inventory) -> Void
        var testDescription: String { rule }
    }

    static let other = Inventory.Blob(
        digest: Digest(.sha256, bytes: .init(repeating: 0, count: 32)), size: 3)

    static let spoilt: [Spoilt] = [
        Spoilt(rule: "ordered") { $0.blobs.append(other) },
        Spoilt(rule: "once") { $0.expected = $0.blobs },
        Spoilt(rule: "covered") { $0.blobs = [] },
        Spoilt(rule: "covered") {
            $0.referrers = [
                Descriptor(
                    mediaType: MediaType.imageManifest, digest: other.digest, size: 3)
            ]
        },
        Spoilt(rule: "numbers") { $0.previous = nil },
        Spoilt(rule: "numbers") { $0.sequence = 1 },
        Spoilt(rule: "numbers") { $0.acknowledged = 2 },
        Spoilt(rule: "numbers") { $0.voids = [.init(sequence: 2, reason: "")] },
        Spoilt(rule: "times") { $0.useBy = Timestamp(seconds: 999) },
        Spoilt(rule: "names") { $0.roots.append($0.roots[0]) },
        Spoilt(rule: "names") { $0.rename("../etc") },
        Spoilt(rule: "names") { $0.rename("sha256-\(String(repeating: "a", count: 64))") },
    ]

    @Test(arguments: spoilt) func `are refused when they contradict themselves`(
        _ spoilt: Spoilt
    ) throws {
        let bytes = try sampleInventory(spoilt.change).bytes
        #expect(throws: BundleFormatError.inconsistent(rule: spoilt.rule)) {
            try Inventory(parsing: bytes)
        }
    }

    @Test(arguments: [
        "version", "critical", "origin", "destination", "stream", "sequence", "previous", "voids",
        "acknowledged", "created", "useBy", "roots", "referrers", "blobs", "expected",
    ]) func `are refused without any one member`(_ name: String) throws {
        guard case .object(var object) = try JSON(parsing: sampleInventory().bytes) else {
            return
        }
        object[name] = nil
        #expect(throws: BundleFormatError.shape(.missing(path: name))) {
            try Inventory(parsing: JSON.object(object).serialized())
        }
    }

    @Test func `of a later format are refused by name`() throws {
        guard case .object(var object) = try JSON(parsing: sampleInventory().bytes) else {
            return
        }
        object["later"] = true
        #expect(throws: Never.self) { try Inventory(parsing: JSON.object(object).serialized()) }
        object["critical"] = ["later"]
        #expect(throws: BundleFormatError.unknownCriticalMember("later")) {
            try Inventory(parsing: JSON.object(object).serialized())
        }
        object["version"] = "2.0"
        #expect(throws: BundleFormatError.unsupportedVersion("2.0")) {
            try Inventory(parsing: JSON.object(object).serialized())
        }
    }
}

extension Inventory {
    fileprivate mutating func rename(_ name: String) {
        roots[0] = Root(
            descriptor: roots[0].descriptor, name: name, repository: roots[0].repository)
    }
}

@Suite struct `Bundle manifests` {
    static func descriptor(_ type: String, _ size: Int64) -> Descriptor {
        Descriptor(
            mediaType: type, digest: Digest(.sha256, bytes: .init(repeating: 1, count: 32)),
            size: size)
    }

    static let manifest = BundleManifest(
        inventory: descriptor(BundleManifest.inventoryMediaType, 5),
        capsule: descriptor(BundleManifest.capsuleMediaType, 6),
        config: descriptor(MediaType.empty, 2))

    @Test func `round-trip through their bytes`() throws {
        #expect(try BundleManifest(parsing: Self.manifest.bytes) == Self.manifest)
    }

    @Test func `have exactly the two parts`() {
        let swapped = BundleManifest(
            inventory: Self.manifest.capsule, capsule: Self.manifest.inventory,
            config: Self.manifest.config)
        #expect(throws: BundleFormatError.inconsistent(rule: "parts")) {
            try BundleManifest(parsing: swapped.bytes)
        }
    }
}
