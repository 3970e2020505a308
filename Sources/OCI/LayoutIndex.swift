public import Encodings

/// `index.json` of a layout: the entries, and every other member untouched and in its place.
///
/// Looking an entry up and adding one take the same time however many there are: a site's layout
/// may list a hundred thousand.
///
/// - SeeAlso: OCI image-spec 1.1, image-layout.md, "index.json file".
public struct LayoutIndex: Sendable, Equatable {
    /// Its name.
    public static let name = "index.json"

    /// The entries, in their order.
    public private(set) var entries: [Descriptor]
    /// Whether the text said `"manifests":null`, as in a docker-archive whose images are listed in
    /// `manifest.json` only.
    public let saysNull: Bool
    // The entries' place among the others is kept by an empty array.
    private let members: JSONObject
    private var places: EntryPlaces

    /// The index of an empty layout.
    public init() {
        entries = []
        saysNull = false
        members = [
            "schemaVersion": 2, "mediaType": .string(MediaType.imageIndex), "manifests": [],
        ]
        places = EntryPlaces([])
    }

    /// Reads an `index.json`. Docker 25 writes `"manifests":null` for none.
    public init(parsing bytes: [UInt8]) throws(DocumentError) {
        let place = try JSONPlace.document(bytes)
        do throws(JSONShapeError) {
            try place.headerKinds()
            var object = try place.object()
            saysNull = try place.member("manifests").value == .null
            entries = saysNull ? [] : try place.descriptors("manifests")
            object["manifests"] = []
            members = object
        } catch { throw .shape(error) }
        try place.checkHeader(expected: MediaType.imageIndex, foreign: ["layers", "config"])
        places = EntryPlaces(entries)
    }

    /// The entries whose tag or full name is `name`, byte for byte.
    public func entries(named name: String) -> [Descriptor] {
        places.named(name).map { entries[$0] }
    }

    /// The entries that name `digest`, with or without a name of their own.
    public func entries(of digest: Digest) -> [Descriptor] {
        places.of(digest).map { entries[$0] }
    }

    /// The compact JSON text: members and entries in their order, values as they were read.
    public func serialized() -> [UInt8] {
        var object = members
        object["manifests"] = .array(entries.map(\.json))
        return JSON.object(object).serialized()
    }

    /// Two indexes that would be written alike.
    public static func == (left: LayoutIndex, right: LayoutIndex) -> Bool {
        left.members == right.members && left.entries == right.entries
    }

    // MARK: Changing

    /// Appends `entry`, whatever is there already.
    public mutating func append(_ entry: Descriptor) {
        places.add(entry, at: entries.count)
        entries.append(entry)
    }

    /// Puts other entries in the place of all.
    public mutating func list(_ entries: [Descriptor]) {
        self.entries = entries
        places = EntryPlaces(entries)
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
            let isListed = places.of(entry.digest).contains {
                entries[$0].names(sameContentAs: entry)
            }
            if !isListed { append(entry) }
            return nil
        }
        let present = places.named(name)
        guard let first = present.first else {
            append(entry)
            return nil
        }
        if present.allSatisfy({ entries[$0].names(sameContentAs: entry) }) { return nil }
        guard replace else {
            return NameConflict(name: name, present: entries[first].digest, new: entry.digest)
        }
        put(entry, at: first)
        remove(at: Set(present.dropFirst()))
        return nil
    }

    /// Drops the entries of which `isUnwanted` holds.
    public mutating func removeEntries(where isUnwanted: (Descriptor) -> Bool) {
        remove(at: Set(entries.indices.filter { isUnwanted(entries[$0]) }))
    }

    private mutating func put(_ entry: Descriptor, at place: Int) {
        places.remove(entries[place], at: place)
        entries[place] = entry
        places.add(entry, at: place)
    }

    private mutating func remove(at unwanted: Set<Int>) {
        guard !unwanted.isEmpty else { return }
        list(entries.indices.filter { !unwanted.contains($0) }.map { entries[$0] })
    }
}

/// Where the entries of an index stand, by what they are looked up by.
private struct EntryPlaces: Sendable {
    // Keyed by bytes: as text, two spellings of one accented letter would be one name.
    private var byName: [[UInt8]: [Int]] = [:]
    private var byDigest: [Digest: [Int]] = [:]

    init(_ entries: [Descriptor]) {
        byDigest.reserveCapacity(entries.count)
        for (place, entry) in entries.enumerated() { add(entry, at: place) }
    }

    func named(_ name: String) -> [Int] { byName[Array(name.utf8)] ?? [] }

    func of(_ digest: Digest) -> [Int] { byDigest[digest] ?? [] }

    mutating func add(_ entry: Descriptor, at place: Int) {
        byDigest[entry.digest, default: []].append(place)
        guard let name = entry.referenceName else { return }
        byName[Array(name.utf8), default: []].append(place)
    }

    mutating func remove(_ entry: Descriptor, at place: Int) {
        byDigest[entry.digest]?.removeAll { $0 == place }
        guard let name = entry.referenceName else { return }
        byName[Array(name.utf8)]?.removeAll { $0 == place }
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
