import Archive
public import BundleFormat
public import Configuration
public import Encodings
public import Files
public import OCI
public import OCILayout
public import State
import Trust
public import Verification

/// The first parts of a bundle, for those who look at it: read from its medium, held against each
/// other, and nothing of them proven. No state is read or written, and no layer.
public struct BundlePreview: Sendable {
    /// What is at a path.
    public enum Finding: Sendable {
        /// A bundle.
        case bundle(BundlePreview)
        /// What says that it is one, and that no receiver takes; why.
        case unusable(ReceiveRefusal)
        /// Something else.
        case other
    }

    /// What the receiver's entry for the origin makes of the bundle's signatures.
    public enum Standing: Sendable {
        /// The origin is not enrolled, so nothing can be said.
        case notEnrolled
        /// The origin is suspended.
        case suspended(Peer.Suspension)
        /// The origin may not send bundles.
        case mayNotSendBundles
        /// By the anchors and identities of the entry, at this time.
        case judged(VerificationReport)
    }

    private let heads: BundleHeads

    /// The bundle manifest.
    public var bundle: Descriptor { heads.bundle }
    /// What the bundle says of itself.
    public var inventory: Inventory { heads.inventory }
    /// The trust capsule as it came.
    public var capsuleBytes: [UInt8] { heads.capsuleBytes }
    /// The bundle's own blobs, as a layout in which its signatures can be looked at.
    public var content: any LayoutContent { heads.content }

    /// Looks at what is at `path`, a tar or a folder.
    ///
    /// - Throws: where it cannot be read.
    public static func look(at path: String, on files: FileSystem) throws(ReceivingError)
        -> Finding
    {
        guard isLikeBundle(path, on: files) else { return .other }
        do throws(Stop) {
            return .bundle(
                BundlePreview(heads: try BundleHeads(BundleSource(at: path, on: files))))
        } catch {
            switch error {
            case .refused(let refusal): return .unusable(refusal)
            case .failed(let error): throw error
            // Only what is judged can be undecided.
            case .undecided: return .other
            }
        }
    }

    /// Judges the bundle's signatures as a receiver with this `home` would, as of `now`.
    ///
    /// - Parameters:
    ///   - home: whose entry for the origin counts; nil where there is none.
    ///   - floors: what was proven before.
    ///   - now: the time.
    ///   - reference: the bundle as it was named, for the report.
    /// - Returns: what the entry makes of them.
    /// - Throws: where the home cannot be used.
    public func standing(
        by home: Home?, floors: Floors, at now: Timestamp, reference: String
    ) throws(ReceivingError) -> Standing {
        do throws(Stop) {
            guard let home,
                let peer = try onHome({ () throws(ConfigurationError) in
                    try home.peer(inventory.origin)
                })
            else { return .notEnrolled }
            if let suspension = peer.suspension { return .suspended(suspension) }
            guard peer.may(.bundles) else { return .mayNotSendBundles }
            let carried = try CarriedEvidence(heads.capsule, besides: home, floors: floors)
            let verifier = Verifier(
                at: VerificationTime(now, from: .clock),
                options: VerificationOptions(
                    metadata: [(BundleManifest.purposeKey, BundleManifest.purpose)]),
                revocation: carried.check)
            let graph = try onLayout { () throws(LayoutError) in try LayoutGraph(heads.content) }
            do throws(VerificationError) {
                return .judged(
                    try verifier.verify(
                        ArtifactInLayout(
                            reference: reference, target: heads.bundle, content: heads.content,
                            graph: graph), anchors: peer.anchors,
                        identities: peer.identities(for: .bundles)
                    ).report)
            } catch { throw .failed(.verification(error)) }
        } catch {
            switch error {
            case .failed(let error): throw error
            case .refused, .undecided: return .notEnrolled
            }
        }
    }

    /// Whether `index.json` lists a bundle, and stands where that of a bundle does. What cannot be
    /// read is left to those who say why.
    private static func isLikeBundle(_ path: String, on files: FileSystem) -> Bool {
        let limit = Limits.indexSizeMax
        let bytes: [UInt8]?
        if files.kind(at: path) == .folder {
            bytes = try? files.folder(at: path).file(LayoutIndex.name).readAll(limit: limit)
        } else {
            bytes = indexOfTar(path, on: files)
        }
        guard let bytes, let index = try? LayoutIndex(parsing: bytes) else { return false }
        return index.entries.contains {
            $0.artifactType?.utf8.elementsEqual(BundleManifest.artifactType.utf8) ?? false
        }
    }

    /// The second member of a plain tar that begins as a bundle's does.
    private static func indexOfTar(_ path: String, on files: FileSystem) -> [UInt8]? {
        guard let file = try? files.file(at: path),
            let start = try? file.read(from: 0, count: LayoutFile.name.utf8.count),
            // A tar begins with the name of its first member; nothing else is opened.
            start.elementsEqual(LayoutFile.name.utf8), (try? file.seek(to: 0)) != nil,
            let reader = try? ArchiveReader(file), (try? reader.next()) != nil,
            let entry = try? reader.next(), entry.name == LayoutIndex.name
        else { return nil }
        return try? reader.readAll(limit: Limits.indexSizeMax)
    }
}
