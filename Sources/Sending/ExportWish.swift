public import OCI
public import OCILayout
public import Trust

/// Something of a layout that is to go along.
public struct ExportWish: Sendable {
    /// What is meant.
    public enum Subject: Sendable {
        /// Every root that is no referrer, fallback index or bundle.
        case everything
        /// Those of them whose names fit.
        case matching(NamePattern)
        /// One image.
        case image(Selector)
    }

    /// What is meant.
    public let subject: Subject
    /// The repository that it belongs to, where this wish says so.
    public let repository: RegistryScope?

    /// The wish for `subject`, as of `repository`.
    public init(_ subject: Subject, repository: RegistryScope? = nil) {
        self.subject = subject
        self.repository = repository
    }
}
