public import Archive
public import Cryptography
public import Encodings
public import Files
public import OCI
import SystemPackage

/// Why a layout could not be read, changed or filled.
public enum LayoutError: Error, Equatable {
    /// The file system refused.
    case file(FileError)
    /// The archive is none, or is damaged.
    case archive(ArchiveError)
    /// The cryptographic library refused.
    case cryptography(CryptographyError)
    /// Neither a layout folder nor an archive with one in it.
    case notALayout(path: String)
    /// A file, where only a layout folder will do: archives are read and never changed.
    case notAFolder(path: String)
    /// The folder cannot be written, so nothing was changed.
    case readOnly(path: String)
    /// A file of the layout or a blob is not the document that it should be.
    case document(name: String, DocumentError)
    /// A blob is missing or is not what its descriptor says.
    case damaged(Digest, BlobFault)
    /// A document is larger than its reader may take; in bytes.
    case tooLarge(Digest, size: Int64, limit: Int64)
    /// Larger content of an archive that is read in one pass was hashed, but not kept.
    case notHeld(Digest)
    /// Nothing on disk begins the reference.
    case noSuchPath(String)
    /// What follows the path is neither a digest nor a name that keeps to the whitelist.
    case malformedReference(String)
    /// No entry has that name, or no index lists that digest.
    case noSuchReference(String)
    /// Several entries could be meant; in their order.
    case ambiguousReference(String, [Digest])
    /// The name already points to other content.
    case nameTaken(String, present: Digest, new: Digest)
    /// More levels of indexes than `Limits.indexNestingMax`.
    case nestedTooDeep(Digest)
    /// More manifests than `Limits.manifestCountMax`.
    case tooManyManifests
    /// The lists are as they should be, and blobs that nothing needs could not be removed.
    case notFreed(path: String, FileError)
    /// What is to be removed must be named.
    case noSelector(String)
    /// Only an index or a manifest leads to the digest, so it is removed with that alone.
    case onlyPart(Digest)
    /// The name stands for a list of referrers, which goes with what it lists.
    case listOfReferrers(String)
    /// What the listed content with this digest needs cannot be known, so nothing is removed.
    case unknownParts(Digest)
    /// A source is not imported; `LayoutImport` makes a value of it.
    case importRefused(ImportRefusal)
    /// The layout at `path`, into which something is brought, is itself at fault.
    indirect case destination(path: String, LayoutError)

    /// Whether it is the content that is at fault: damaged, missing, malformed or over a limit. No
    /// second try can mend that, so it is a refusal; everything else is a failure to decide.
    public var isDamage: Bool {
        switch self {
        case .damaged, .document, .tooLarge, .nestedTooDeep, .tooManyManifests, .importRefused:
            true
        case .archive(let error):
            switch error {
            case .truncated, .damaged, .unsafeName, .duplicateName, .tooManyEntries, .tooLarge,
                .expandsTooFar:
                true
            case .file, .notAnArchive, .library: false
            }
        case .destination(_, let reason): reason.isDamage
        case .file, .cryptography, .notALayout, .readOnly, .notHeld, .noSuchPath,
            .malformedReference, .noSuchReference, .ambiguousReference, .nameTaken, .notAFolder,
            .notFreed,
            .noSelector, .onlyPart, .listOfReferrers, .unknownParts:
            false
        }
    }

    /// Runs `body` and gives its errors their place here.
    static func files<T>(_ body: () throws(FileError) -> T) throws(LayoutError) -> T {
        do throws(FileError) { return try body() } catch { throw .file(error) }
    }

    /// Runs `body`, which changes the layout in `folder`, and gives its errors their place here.
    static func changes<T>(_ folder: Folder, _ body: () throws(FileError) -> T)
        throws(LayoutError) -> T
    {
        do throws(FileError) { return try body() } catch {
            switch error.errno {
            case .readOnlyFileSystem?, .permissionDenied?, .notPermitted?:
                throw .readOnly(path: folder.path)
            default: throw .file(error)
            }
        }
    }

    /// Runs `body`, which reads the layout at `path` that something is brought into: what is amiss
    /// there is no fault of the source's.
    static func destination<T>(_ path: String, _ body: () throws(LayoutError) -> T)
        throws(LayoutError) -> T
    {
        do throws(LayoutError) { return try body() } catch {
            guard error.isDamage else { throw error }
            throw .destination(path: path, error)
        }
    }

    /// Runs `body` and gives its errors their place here.
    static func document<T>(_ name: String, _ body: () throws(DocumentError) -> T)
        throws(LayoutError) -> T
    {
        do throws(DocumentError) { return try body() } catch { throw .document(name: name, error) }
    }

    /// The digest of `bytes`.
    static func digest(of bytes: [UInt8], _ algorithm: Digest.Algorithm) throws(LayoutError)
        -> Digest
    {
        try hashing { () throws(CryptographyError) in try BlobHasher.digest(of: bytes, algorithm) }
    }

    /// Runs `body` and gives its errors their place here.
    static func hashing<T>(_ body: () throws(CryptographyError) -> T) throws(LayoutError) -> T {
        do throws(CryptographyError) { return try body() } catch { throw .cryptography(error) }
    }
}

/// How a blob differs from what its descriptor says.
public enum BlobFault: Error, Equatable, Sendable {
    /// There is none.
    case missing
    /// A link, a folder or a device stands in its place.
    case notAFile
    /// It has another size; both in bytes.
    case size(expected: Int64, actual: Int64)
    /// Its bytes have another digest.
    case digest(actual: Digest)
}
