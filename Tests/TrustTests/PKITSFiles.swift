import TestSupport
import X509

/// Where the data of the suite lies: `make setup` brings it.
extension PKITS {
    private static let folder = TestFiles.matching(
        ".venv/lib/python3*/site-packages/cryptography_vectors/x509/PKITS_data"
    ).first

    static var isPresent: Bool { folder != nil }

    static func bytes(_ path: String) throws -> [UInt8] {
        guard let folder else { throw TestFiles.Missing(path: path) }
        return try TestFiles.bytes("\(folder)/\(path)")
    }

    /// Every list of the suite by its name, with its bytes.
    static let listFiles: [(name: String, bytes: [UInt8])] = {
        guard let folder else { return [] }
        return TestFiles.matching(absolute: "\(folder)/crls/*.crl").compactMap { path in
            let name = path.split(separator: "/").last?.dropLast(".crl".count) ?? ""
            return (try? TestFiles.bytes(path)).map { (String(name), $0) }
        }
    }()

    /// Those that are read.
    static let lists = listFiles.compactMap { try? RevocationList(der: $0.bytes) }
}
