internal import Encodings
public import Files

/// What remembers, across runs, which source of a PIN a token has rejected: a third wrong try may lock the
/// token for good, and an unattended run would make it.
///
/// A marker holds the token's serial number, which file it was and when the file last changed;
/// never the PIN. It loses its force when the file changes.
public struct RejectedPINs: Sendable {
    private let folder: Folder

    /// The markers in `folder`, which belongs to them alone.
    public init(in folder: Folder) {
        self.folder = folder
    }

    /// Refuses a source that this token has rejected as it is now.
    ///
    /// - Throws: `.pinRejectedEarlier`, also when the marker is there and cannot be read: a marker
    ///   that cannot be understood is no leave to try.
    func check(serial: String, path: String?, _ source: FileOwnership) throws(PKCS11Error) {
        let name = Self.name(serial: serial, source)
        let text: [UInt8]
        do throws(FileError) {
            guard try folder.kind(of: name) != nil else { return }
            text = try folder.file(name).readAll(limit: 4096)
        } catch { throw .file(error) }
        if let marked = Self.changed(text), !marked.utf8.elementsEqual(source.changed.utf8) {
            return
        }
        throw .pinRejectedEarlier(serial: serial, path: path)
    }

    /// Marks a source as rejected.
    func record(serial: String, _ source: FileOwnership) throws(PKCS11Error) {
        let marker: JSON = [
            "version": 1, "serial": .string(serial), "source": .string(source.identity),
            "changed": .string(source.changed),
        ]
        do throws(FileError) {
            try folder.replace(
                Self.name(serial: serial, source), with: marker.serialized(.indented),
                mode: 0o600)
        } catch { throw .file(error) }
    }

    /// Removes the mark of a source whose PIN was accepted.
    func clear(serial: String, _ source: FileOwnership) throws(PKCS11Error) {
        do throws(FileError) {
            let name = Self.name(serial: serial, source)
            guard try folder.kind(of: name) != nil else { return }
            try folder.remove(name)
            try folder.synchronise()
        } catch { throw .file(error) }
    }

    /// One name for each token and file; a serial number may hold any character, so in hex.
    private static func name(serial: String, _ source: FileOwnership) -> String {
        let file = source.identity.split(separator: ":").joined(separator: "-")
        return "\(Hex.encode(serial.utf8))-\(file).json"
    }

    private static func changed(_ text: [UInt8]) -> String? {
        do {
            let marker = JSONPlace(try JSON(parsing: text))
            guard try marker.member("version").integer() == 1 else { return nil }
            return try marker.member("changed").string()
        } catch { return nil }
    }
}

/// The mark that one source has, or would get.
struct PINMark: Sendable {
    /// Where the source is; nil for a descriptor.
    let path: String?
    let ownership: FileOwnership
    let rejected: RejectedPINs

    func check(serial: String) throws(PKCS11Error) {
        try rejected.check(serial: serial, path: path, ownership)
    }

    func record(serial: String) throws(PKCS11Error) {
        try rejected.record(serial: serial, ownership)
    }

    func clear(serial: String) throws(PKCS11Error) {
        try rejected.clear(serial: serial, ownership)
    }
}
