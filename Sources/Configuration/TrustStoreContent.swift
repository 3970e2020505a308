import Files
import Trust
public import X509

/// What lies in the folder of a trust store.
public struct TrustStoreContent: Sendable, Equatable {
    /// One file with certificates.
    public struct File: Sendable, Equatable {
        /// Its name in the store.
        public let name: String
        /// Its bytes.
        public let bytes: [UInt8]
        /// What it holds, in its order.
        public let certificates: [Certificate]

        /// A file of this name with these bytes.
        ///
        /// - Throws: when they are no certificates (rule R6).
        public init(name: String, bytes: [UInt8]) throws(CertificateError) {
            self.name = name
            self.bytes = bytes
            certificates = try Certificate.list(bytes)
        }
    }

    /// The files that hold certificates, in the order of their names.
    public let files: [File]
    /// The names of what else lies there and is passed over: folders, and files with another ending
    /// (rules R4 and R5).
    public let ignored: [String]

    /// Every certificate, in the order of the files.
    public var certificates: [Certificate] { files.flatMap(\.certificates) }

    /// Endings of the files that hold certificates, whatever their case (rule R5).
    public static let fileEndings = [".pem", ".crt", ".cer"]

    /// Whether a file of this name is read as one that holds certificates (rule R5).
    public static func isCertificateFile(_ name: String) -> Bool {
        fileEndings.contains { name.lowercased().hasSuffix($0) }
    }

    /// Reads a store's folder. Anything that is neither a file nor a folder makes it unusable, a
    /// link above all (rule R4).
    static func read(_ folder: Folder) throws(ConfigurationError)
        -> Result<TrustStoreContent, TrustStoreFault>
    {
        var files: [File] = []
        var ignored: [String] = []
        let entries = try ConfigurationError.files { () throws(FileError) in
            try folder.entries()
        }
        for entry in entries {
            switch entry.kind {
            case .other: return .failure(.notAFile(name: entry.name))
            case .file where isCertificateFile(entry.name): break
            case .file, .folder:
                ignored.append(entry.name)
                continue
            }
            let bytes: [UInt8]
            do throws(FileError) {
                bytes = try folder.file(entry).readAll(limit: Int64(X509Limits.fileSizeMax))
            } catch .tooLarge {
                // The store's own fault, which concerns nobody who does not need the store.
                return .failure(
                    .unreadable(
                        name: entry.name, .tooLarge(byteCount: X509Limits.fileSizeMax + 1)))
            } catch { throw .file(error) }
            do throws(CertificateError) {
                files.append(try File(name: entry.name, bytes: bytes))
            } catch {
                return .failure(.unreadable(name: entry.name, error))
            }
        }
        return .success(TrustStoreContent(files: files, ignored: ignored))
    }
}
