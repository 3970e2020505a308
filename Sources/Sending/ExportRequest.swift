public import Encodings
public import Notary
public import OCILayout
public import Trust

/// Which images go where, and what is said of them.
public struct ExportRequest: Sendable {
    /// What the bundle is written as.
    public enum Form: Sendable, Equatable {
        /// One canonical tar.
        case tar
        /// A folder.
        case folder

        /// A tar where the path ends in `.tar`, else a folder.
        public init(path: String) {
            self = path.utf8.suffix(4).elementsEqual(".tar".utf8) ? .tar : .folder
        }
    }

    /// How long a bundle may be received where nobody says otherwise: 30 days.
    public static let useBySecondsDefault: Int64 = 30 * 86_400

    /// The layout that the images lie in.
    public let layout: Layout
    /// What of it.
    public var wishes: [ExportWish]
    /// The bundle's path. Nothing may stand there yet, and the folder above must.
    public let target: String
    /// What it is written as.
    public var form: Form
    /// This site.
    public let origin: SiteName
    /// The site that may receive it.
    public let destination: SiteName
    /// The repository of roots whose names are no full image names.
    public var scope: RegistryScope?
    /// The repositories of single ones of them.
    public var scopeMap: ScopeMap?
    /// The trust capsule's bytes.
    public var capsule: [UInt8]
    /// The format of the bundle's signatures.
    public var format: SignatureFormat
    /// How long it may be received, in seconds from now.
    public var useBySeconds: Int64
    /// The signing program and its version, as the signature names it.
    public let signingAgent: String
    /// The name of the user who asks, for the record.
    public let userName: String
    /// The user's number.
    public let userID: UInt32

    /// A request to bring the images of `layout` from `origin` to `destination`, in a bundle at
    /// `target`.
    public init(
        layout: Layout, wishes: [ExportWish] = [ExportWish(.everything)], target: String,
        form: Form? = nil,
        origin: SiteName, destination: SiteName, scope: RegistryScope? = nil,
        capsule: [UInt8] = TrustCapsule.empty.bytes, format: SignatureFormat = .jws,
        useBySeconds: Int64 = ExportRequest.useBySecondsDefault, signingAgent: String,
        userName: String, userID: UInt32
    ) {
        self.layout = layout
        self.wishes = wishes
        self.target = target
        self.form = form ?? Form(path: target)
        self.origin = origin
        self.destination = destination
        self.scope = scope
        self.capsule = capsule
        self.format = format
        self.useBySeconds = useBySeconds
        self.signingAgent = signingAgent
        self.userName = userName
        self.userID = userID
    }
}
