public import Encodings
import OCI

/// Why a document is no inventory that this receiver may act on.
public enum BundleFormatError: Error, Equatable {
    /// Not acceptable JSON.
    case json(JSONError)
    /// Well-formed, but not the document that the format defines.
    case shape(JSONShapeError)
    /// Made for a later receiver; the version it names.
    case unsupportedVersion(String)
    /// The sender demands that a member be understood which this receiver does not know.
    case unknownCriticalMember(String)
    /// Members contradict each other; `rule` is the name in docs/formats/bundle.md.
    case inconsistent(rule: String)
}

extension Inventory {
    /// The version that is written, and the only one that is read.
    public static let version = "1.0"
    /// The largest inventory read, in bytes: three hundred thousand blobs of a hundred bytes each. It
    /// is read whole before the origin that it names can be authenticated.
    public static let sizeMax: Int64 = 32 << 20

    private static let members = [
        "version", "critical", "origin", "destination", "stream", "sequence", "previous", "voids",
        "acknowledged", "created", "useBy", "roots", "referrers", "blobs", "expected",
    ]

    /// The canonical bytes: members in the order of the format, no blanks.
    public var bytes: [UInt8] {
        let document: JSON = [
            "version": .string(Self.version),
            "critical": [],
            "origin": .string(origin.text),
            "destination": .string(destination.text),
            "stream": .string(stream.text),
            "sequence": .integer(sequence),
            "previous": previous.map { .string($0.description) } ?? .null,
            "voids": .array(
                voids.map { ["sequence": .integer($0.sequence), "reason": .string($0.reason)] }),
            "acknowledged": .integer(acknowledged),
            "created": .string(created.description),
            "useBy": .string(useBy.description),
            "roots": .array(roots.map(\.json)),
            "referrers": .array(referrers.map(\.json)),
            "blobs": .array(blobs.map(\.json)),
            "expected": .array(expected.map(\.json)),
        ]
        return document.serialized()
    }

    /// Reads an inventory and checks that it agrees with itself.
    ///
    /// Version and critical members come first, so that a later format is refused by name and not
    /// for what it looks like.
    public init(parsing bytes: [UInt8]) throws(BundleFormatError) {
        let place: JSONPlace
        do { place = JSONPlace(try JSON(parsing: bytes)) } catch { throw .json(error) }
        try Self.checkVersion(place)
        do { try self.init(place) } catch { throw .shape(error) }
        try checkConsistency()
    }

    private static func checkVersion(_ place: JSONPlace) throws(BundleFormatError) {
        let version: String
        let critical: [String]
        do throws(JSONShapeError) {
            version = try place.member("version").string()
            critical = try place.member("critical").elements { place throws(JSONShapeError) in
                try place.string()
            }
        } catch {
            throw .shape(error)
        }
        guard version == Self.version else { throw .unsupportedVersion(version) }
        for name in critical where !members.contains(name) { throw .unknownCriticalMember(name) }
    }

    private init(_ place: JSONPlace) throws(JSONShapeError) {
        // Members that are not critical and not known may come from a later minor version.
        origin = try place.member("origin").siteName()
        destination = try place.member("destination").siteName()
        stream = try place.member("stream").streamID()
        sequence = try place.member("sequence").integer(atLeast: 1)
        let previous = try place.member("previous")
        self.previous = previous.value == .null ? nil : try previous.digest()
        voids = try place.member("voids").elements { void throws(JSONShapeError) in
            Void(
                sequence: try void.member("sequence").integer(atLeast: 1),
                reason: try void.member("reason").string())
        }
        acknowledged = try place.member("acknowledged").integer(atLeast: 0)
        created = try place.member("created").timestamp()
        useBy = try place.member("useBy").timestamp()
        roots = try place.member("roots").elements(Root.init)
        referrers = try place.member("referrers").elements(Descriptor.init)
        blobs = try place.member("blobs").elements(Blob.init)
        expected = try place.member("expected").elements(Blob.init)
    }

    /// The rules of docs/formats/bundle.md, by their names there.
    private func checkConsistency() throws(BundleFormatError) {
        for list in [blobs, expected] {
            for (one, next) in zip(list, list.dropFirst()) where !(one.digest < next.digest) {
                throw .inconsistent(rule: "ordered")
            }
        }
        var sizes: [Digest: Int64] = [:]
        for blob in blobs + expected {
            guard sizes.updateValue(blob.size, forKey: blob.digest) == nil else {
                throw .inconsistent(rule: "once")
            }
        }
        for descriptor in roots.map(\.descriptor) + referrers {
            guard sizes[descriptor.digest] == descriptor.size else {
                throw .inconsistent(rule: "covered")
            }
        }
        let numbers = voids.map(\.sequence)
        guard zip(numbers, numbers.dropFirst()).allSatisfy({ $0 < $1 }),
            (numbers.last ?? 0) < sequence, acknowledged < sequence,
            (previous == nil) == (sequence == 1 + Int64(voids.count))
        else { throw .inconsistent(rule: "numbers") }
        guard
            voids.allSatisfy({
                (1...Void.reasonByteCountMax).contains($0.reason.utf8.count)
            })
        else { throw .inconsistent(rule: "reasons") }
        guard created <= useBy else { throw .inconsistent(rule: "times") }
        var names: Set<ReferenceName> = []
        for name in roots.compactMap(\.name) {
            // What such a name may hold is safe to compare as text.
            guard let name = ReferenceName(name), name.fallbackTarget == nil,
                names.insert(name).inserted
            else { throw .inconsistent(rule: "names") }
        }
    }
}

extension Inventory.Root {
    fileprivate var json: JSON {
        [
            "descriptor": descriptor.json,
            "name": name.map { .string($0) } ?? .null,
            "repository": .string(repository),
        ]
    }

    fileprivate init(_ place: JSONPlace) throws(JSONShapeError) {
        let name = try place.member("name")
        self.init(
            descriptor: try Descriptor(try place.member("descriptor")),
            name: name.value == .null ? nil : try name.string(),
            repository: try place.member("repository").string())
    }
}

extension Inventory.Blob {
    fileprivate var json: JSON {
        ["digest": .string(digest.description), "size": .integer(size)]
    }

    fileprivate init(_ place: JSONPlace) throws(JSONShapeError) {
        self.init(
            digest: try place.member("digest").digest(),
            size: try place.member("size").integer(atLeast: 0))
    }
}

extension JSONPlace {
    fileprivate func siteName() throws(JSONShapeError) -> SiteName {
        let text = try string()
        do { return try SiteName(text) } catch {
            throw .unexpected(path: path, expected: "a site's name")
        }
    }

    fileprivate func streamID() throws(JSONShapeError) -> StreamID {
        guard let stream = StreamID(try string()) else {
            throw .unexpected(path: path, expected: "32 lower-case hexadecimal digits")
        }
        return stream
    }
}
