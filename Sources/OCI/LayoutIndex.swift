public import Encodings

/// `index.json` of a layout: the entries, and every other member untouched and in its place.
///
/// - SeeAlso: OCI image-spec 1.1, image-layout.md, "index.json file".
public struct LayoutIndex: Sendable, Equatable {
    /// Its name.
    public static let name = "index.json"

    /// The entries, in their order.
    public var entries: [Descriptor]
    private let members: JSONObject

    /// The index of an empty layout.
    public init() {
        entries = []
        members = [
            "schemaVersion": 2, "mediaType": .string(MediaType.imageIndex), "manifests": [],
        ]
    }

    /// Reads an `index.json`. Docker 25 writes `"manifests":null` for none.
    public init(parsing bytes: [UInt8]) throws(DocumentError) {
        let place = try JSONPlace.document(bytes)
        do throws(JSONShapeError) {
            try place.headerKinds()
            members = try place.object()
            entries =
                try place.member("manifests").value == .null ? [] : place.descriptors("manifests")
        } catch { throw .shape(error) }
        try place.checkHeader(expected: MediaType.imageIndex, foreign: ["layers", "config"])
    }

    /// Whether the text says `"manifests":null`, as in a docker-archive whose images are listed in
    /// `manifest.json` only.
    public var saysNull: Bool { members["manifests"] == .null }

    /// The entries whose tag or full name is `name`, byte for byte.
    public func entries(named name: String) -> [Descriptor] {
        entries.filter { $0.referenceName?.utf8.elementsEqual(name.utf8) ?? false }
    }

    /// The compact JSON text: members and entries in their order, values as they were read.
    public func serialized() -> [UInt8] {
        var object = members
        object["manifests"] = .array(entries.map(\.json))
        return JSON.object(object).serialized()
    }

    /// Adds `entry`. Content that is already listed under the same name, or at all if `entry` has
    /// no name, is not listed again.
    ///
    /// - Parameters:
    ///   - entry: what to list.
    ///   - replace: whether its name may be taken from other content, which then loses its entry.
    /// - Returns: who has the name, if it may not be taken; nothing is changed then.
    public mutating func add(_ entry: Descriptor, replace: Bool = false) -> NameConflict? {
        guard let name = entry.referenceName else {
            if !entries.contains(where: { $0.names(sameContentAs: entry) }) {
                entries.append(entry)
            }
            return nil
        }
        let present = entries.indices.filter {
            entries[$0].referenceName?.utf8.elementsEqual(name.utf8) ?? false
        }
        guard let first = present.first else {
            entries.append(entry)
            return nil
        }
        if present.allSatisfy({ entries[$0].names(sameContentAs: entry) }) { return nil }
        guard replace else {
            return NameConflict(name: name, present: entries[first].digest, new: entry.digest)
        }
        entries[first] = entry
        for index in present.dropFirst().reversed() { entries.remove(at: index) }
        return nil
    }
}

/// A name that already stands for other content.
public struct NameConflict: Sendable, Equatable {
    /// The tag or full name.
    public let name: String
    /// What has it.
    public let present: Digest
    /// What was to have it.
    public let new: Digest

    /// The conflict of `present` and `new` about `name`.
    public init(name: String, present: Digest, new: Digest) {
        self.name = name
        self.present = present
        self.new = new
    }
}
