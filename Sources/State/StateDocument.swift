internal import Encodings
internal import Files

/// A small JSON file that is read strictly and replaced in one step.
struct StateDocument {
    /// Longest file read and written, in bytes: the release of a hundred thousand images fits.
    private static let byteCountMax: Int64 = 256 << 20

    let folder: Folder
    let name: String

    /// What `read` makes of the file; nil if there is none.
    ///
    /// - Throws: `.damaged`, `.unknownVersion`.
    func read<Value>(
        members: [String], _ read: (JSONPlace) throws(JSONShapeError) -> Value?
    ) throws(StateError) -> Value? {
        let bytes = try onDisk { () throws(FileError) -> [UInt8]? in
            guard try folder.kind(of: name) != nil else { return nil }
            return try folder.file(name).readAll(limit: Self.byteCountMax)
        }
        guard let bytes else { return nil }
        let path = "\(folder.path)/\(name)"
        do {
            let place = JSONPlace(try JSON(parsing: bytes))
            let version = try place.member("version").integer()
            guard version == 1 else { throw StateError.unknownVersion(path: path, version) }
            try place.onlyMembers(["version"] + members)
            guard let value = try read(place) else { throw StateError.damaged(path: path) }
            return value
        } catch let error as StateError {
            throw error
        } catch { throw .damaged(path: path) }
    }

    func write(_ members: JSONObject) throws(StateError) {
        var object: JSONObject = ["version": 1]
        for member in members.members { object[member.name] = member.value }
        let bytes = JSON.object(object).serialized(.indented)
        // What could not be read again must not be written.
        guard bytes.count <= Self.byteCountMax else {
            throw .tooMany("bytes in one file of the state", limit: Int(Self.byteCountMax))
        }
        try onDisk { () throws(FileError) in try folder.replace(name, with: bytes, mode: 0o600) }
    }

    /// Makes what is there durable: the run that wrote it may have died before that.
    func settle() throws(StateError) {
        try onDisk { () throws(FileError) in try folder.synchronise() }
    }

    /// Runs `body` while no other run changes the folder, swept of what dead ones left unfinished.
    func locked<Result>(_ body: () throws(StateError) -> Result) throws(StateError) -> Result {
        let lock = try onDisk { () throws(FileError) in try FolderLock.acquire(folder) }
        defer { withExtendedLifetime(lock) {} }
        folder.sweep()
        return try body()
    }
}

extension JSONPlace {
    /// The member called `name` as `read` understands it; nil where it is `null`.
    func nullable<Value>(
        _ name: String, _ read: (JSONPlace) throws(JSONShapeError) -> Value
    ) throws(JSONShapeError) -> Value? {
        let place = try member(name)
        return place.value == .null ? nil : try read(place)
    }

    /// The value as a stream.
    func stream() throws(JSONShapeError) -> StreamID {
        guard let stream = StreamID(try string()) else {
            throw .unexpected(path: path, expected: "32 lower-case hexadecimal digits")
        }
        return stream
    }
}

extension Optional where Wrapped == Digest {
    /// The digest as text, or null.
    var json: JSON { map { .string($0.description) } ?? .null }
}
