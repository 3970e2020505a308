import Encodings
import Files

/// A JSON document of ours in a home, its version found to be the one that we read.
struct VersionedFile {
    let path: String
    /// The document as it was read.
    let bytes: [UInt8]
    private let place: JSONPlace

    /// Reads the document at `name` in `folder`; nil if there is none.
    init?(_ name: String, in folder: Folder, limit: Int64) throws(ConfigurationError) {
        let bytes = try ConfigurationError.files { () throws(FileError) -> [UInt8]? in
            guard try folder.kind(of: name) != nil else { return nil }
            return try folder.file(name).readAll(limit: limit)
        }
        guard let bytes else { return nil }
        path = "\(folder.path)/\(name)"
        self.bytes = bytes
        do throws(JSONError) { place = JSONPlace(try JSON(parsing: bytes)) } catch {
            throw .json(path: path, error)
        }
        let version = try read { place throws(JSONShapeError) in
            try place.member("version").string()
        }
        guard version.utf8.elementsEqual("1.0".utf8) else {
            throw .unsupportedVersion(path: path, version)
        }
    }

    /// What `body` makes of the document.
    func read<T>(_ body: (JSONPlace) throws(JSONShapeError) -> T) throws(ConfigurationError) -> T {
        do throws(JSONShapeError) { return try body(place) } catch {
            throw .shape(path: path, error)
        }
    }
}
