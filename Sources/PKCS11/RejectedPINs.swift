internal import Encodings
public import Files

/// What remembers, across runs, which source of a PIN a token has rejected: a third wrong try may lock the
/// token for good, and an unattended run would make it.
///
/// A marker holds the token's serial number, which file it was and when the file last changed;
/// never the PIN. It loses its force when the file changes. Its name tells whether the PIN was tried
/// or rejected, so that a rejection takes one step that needs no room on the disk.
public struct RejectedPINs: Sendable {
    /// What is known of a source at a token.
    enum Standing {
        /// It was not tried, or it was accepted the last time, or has changed since.
        case clean
        /// A run tried it and ended before the token had answered.
        case tried
        /// The token rejected it.
        case rejected
    }

    private let folder: Folder

    /// The markers in `folder`, which belongs to them alone.
    public init(in folder: Folder) {
        self.folder = folder
    }

    /// What is known of a source as it is now. A marker that cannot be understood stands: it is no
    /// leave to try.
    func standing(serial: String, _ source: FileOwnership) throws(PKCS11Error) -> Standing {
        let mark = Self.name(serial: serial, source)
        do throws(FileError) {
            if try stands(mark.rejected, source) { return .rejected }
            return try stands(mark.tried, source) ? .tried : .clean
        } catch { throw .file(error) }
    }

    private func stands(_ name: String, _ source: FileOwnership) throws(FileError) -> Bool {
        guard try folder.kind(of: name) != nil else { return false }
        let marked = Self.changed(try folder.file(name).readAll(limit: 4096))
        return marked.map { $0.utf8.elementsEqual(source.changed.utf8) } ?? true
    }

    /// Marks a source as tried.
    func recordTry(serial: String, _ source: FileOwnership) throws(PKCS11Error) {
        let marker: JSON = [
            "version": 1, "serial": .string(serial), "source": .string(source.identity),
            "changed": .string(source.changed),
        ]
        do throws(FileError) {
            try folder.replace(
                Self.name(serial: serial, source).tried, with: marker.serialized(.indented),
                mode: 0o600)
        } catch { throw .file(error) }
    }

    /// Has the mark of the try say that the token rejected the source.
    func recordRejection(serial: String, _ source: FileOwnership) throws(FileError) {
        let mark = Self.name(serial: serial, source)
        try folder.rename(mark.tried, to: mark.rejected)
        try folder.synchronise()
    }

    /// Removes the marks of a source whose PIN was accepted.
    func clear(serial: String, _ source: FileOwnership) throws(PKCS11Error) {
        let mark = Self.name(serial: serial, source)
        do throws(FileError) {
            for name in [mark.tried, mark.rejected] where try folder.kind(of: name) != nil {
                try folder.remove(name)
            }
            try folder.synchronise()
        } catch { throw .file(error) }
    }

    /// The names for each token and file; a serial number may hold any character, so in hex.
    private static func name(serial: String, _ source: FileOwnership) -> (
        tried: String, rejected: String
    ) {
        let file = source.identity.split(separator: ":").joined(separator: "-")
        let name = "\(Hex.encode(serial.utf8))-\(file)"
        return ("\(name).tried.json", "\(name).json")
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

    func standing(serial: String) throws(PKCS11Error) -> RejectedPINs.Standing {
        try rejected.standing(serial: serial, ownership)
    }

    func recordTry(serial: String) throws(PKCS11Error) {
        try rejected.recordTry(serial: serial, ownership)
    }

    func recordRejection(serial: String) throws(FileError) {
        try rejected.recordRejection(serial: serial, ownership)
    }

    func clear(serial: String) throws(PKCS11Error) {
        try rejected.clear(serial: serial, ownership)
    }
}
