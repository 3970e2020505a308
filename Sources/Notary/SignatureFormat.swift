/// The two envelope formats of the Notary Project.
public enum SignatureFormat: String, Sendable, CaseIterable {
    /// JSON Web Signature, flattened JSON serialisation.
    case jws
    /// COSE_Sign1, tagged.
    case cose

    /// The media type of the layer that holds the envelope; it alone selects the parser (rule M7).
    public var mediaType: String {
        switch self {
        case .jws: "application/jose+json"
        case .cose: "application/cose"
        }
    }

    /// The format with a media type, compared byte by byte; nil for any other type.
    public init?(mediaType: String) {
        guard
            let format = Self.allCases.first(where: {
                $0.mediaType.utf8.elementsEqual(mediaType.utf8)
            })
        else { return nil }
        self = format
    }
}
