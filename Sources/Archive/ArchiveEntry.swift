/// One member of an archive.
public struct ArchiveEntry: Sendable, Equatable {
    /// What a member can be.
    public enum Kind: Sendable, Equatable {
        /// A regular file.
        case file
        /// A folder.
        case folder
        /// A symbolic link and where it points, as it stands in the archive.
        case link(String)
        /// Another name for an earlier member, whose name is given in its normal form.
        case hardLink(String)
        /// A device, a pipe, a sparse file.
        case other
    }

    /// The path, components separated by one slash: neither absolute, nor climbing, nor empty.
    public let name: String
    /// What it is.
    public let kind: Kind
    /// The size of the body, in bytes; 0 for anything but a file.
    public let size: Int64

    /// Brings a name to its normal form: no `.` components, no slash at either end.
    ///
    /// - Returns: nil for the archive's own root.
    /// - Throws: `.unsafeName` for anything that could leave the folder it is unpacked in.
    static func normalise(_ bytes: [UInt8], lengthMax: Int) throws(ArchiveError) -> String? {
        guard bytes.count <= lengthMax, bytes.first != UInt8(ascii: "/"),
            let text = String(validating: bytes, as: UTF8.self)
        else { throw .unsafeName(escape(bytes.prefix(lengthMax))) }
        var components: [Substring] = []
        for component in text.split(separator: "/") where component != "." {
            guard component != ".." else { throw .unsafeName(escape(bytes[...])) }
            components.append(component)
        }
        return components.isEmpty ? nil : components.joined(separator: "/")
    }

    /// Bytes as printable ASCII, everything else as `\xNN`.
    static func escape(_ bytes: ArraySlice<UInt8>) -> String {
        bytes.map { unit in
            switch unit {
            case UInt8(ascii: "\\"): "\\\\"
            case 0x20..<0x7F: String(UnicodeScalar(unit))
            default: "\\x" + (unit < 16 ? "0" : "") + String(unit, radix: 16)
            }
        }.joined()
    }
}
