public import Archive
public import Audit
public import BundleFormat
public import Cryptography
public import Files
public import Notary
public import OCI
public import OCILayout
public import State

/// Why an export could not be made or decided. Nothing stands at the target that was not there
/// before, except where a bundle is complete and only its number could not be struck out: the same
/// request finishes that.
public enum SendingError: Error, Equatable {
    /// Something stands at the target already.
    case targetExists(path: String)
    /// The target names no file: it is empty, or ends in dots.
    case badTarget(path: String)
    /// The file system refused to write the bundle; a full disk is among this.
    case file(FileError)
    /// No image of the layout has a name that fits.
    case noMatch(NamePattern)
    /// Two of the bundle's signatures would be by one certificate, which is named by its SHA-256.
    case sameSigner(certificate: String)
    /// The archive could not be written.
    case archive(ArchiveError)
    /// The layout could not be read.
    case layout(LayoutError)
    /// The state refused.
    case state(StateError)
    /// The record refused, so nothing became visible.
    case audit(AuditError)
    /// The cryptographic library refused.
    case cryptography(CryptographyError)
    /// The bundle manifest cannot be signed.
    case payload(PayloadFailure)
    /// The stored parts of the pending export are none that Airseal wrote.
    case pendingDamaged(BundleFormatError?)
    /// The inventory would be larger than a receiver takes; in bytes.
    case inventoryTooLarge(limit: Int64)

    static func files<T>(_ body: () throws(FileError) -> T) throws(SendingError) -> T {
        do throws(FileError) { return try body() } catch { throw .file(error) }
    }

    static func archive<T>(_ body: () throws(ArchiveError) -> T) throws(SendingError) -> T {
        do throws(ArchiveError) { return try body() } catch {
            if case .file(let error) = error { throw .file(error) }
            throw .archive(error)
        }
    }

    static func layout<T>(_ body: () throws(LayoutError) -> T) throws(SendingError) -> T {
        do throws(LayoutError) { return try body() } catch { throw .layout(error) }
    }

    static func state<T>(_ body: () throws(StateError) -> T) throws(SendingError) -> T {
        do throws(StateError) { return try body() } catch { throw .state(error) }
    }
}
