public import Encodings
public import OCI

/// What a Notary signature says: this artifact, and what the signer remarked about it.
///
/// - SeeAlso: Notary signature specification, "Payload"; rules P1 to P5 and P7.
public struct SignaturePayload: Sendable, Equatable {
    /// The media type of the payload.
    public static let contentType = "application/vnd.cncf.notary.payload.v1+json"

    /// The signed descriptor, members that Airseal does not know included.
    public let targetArtifact: Descriptor

    /// A payload over media type, digest and size of `target` alone, with `annotations` as its
    /// remarks; those of `target` are left behind (rules P3, U1 and U6).
    ///
    /// - Throws: `.reservedAnnotation` for a name that begins with `io.cncf.notary` (rule U2).
    public init(_ target: Descriptor, annotations: [(name: String, value: String)] = [])
        throws(PayloadFailure)
    {
        var descriptor = target.plain
        for (name, value) in annotations {
            guard !name.utf8.starts(with: HeaderName.reservedPrefix.utf8) else {
                throw .reservedAnnotation(name)
            }
            descriptor[annotation: name] = value
        }
        targetArtifact = descriptor
    }

    /// Reads a payload: one JSON object (rules J4 and C14), written in any way (rule J5), whose
    /// member `targetArtifact` is a descriptor (rule P2). Other members are ignored (rules P4, P7).
    ///
    /// - Throws: `PayloadFailure`.
    public init(parsing bytes: [UInt8]) throws(PayloadFailure) {
        let value: JSON
        do { value = try JSON(parsing: bytes) } catch { throw .notJSON(error) }
        do {
            let place = JSONPlace(value)
            targetArtifact = try Descriptor(place.member("targetArtifact"))
        } catch {
            throw .badShape(error)
        }
    }

    /// Whether the payload speaks of `target`: equal in media type, digest and size (rules P4, P5).
    public func speaks(of target: Descriptor) -> Bool {
        targetArtifact.mediaType.isExactly(target.mediaType)
            && targetArtifact.digest == target.digest && targetArtifact.size == target.size
    }

    /// The text that is signed: media type, digest, size and annotations, nothing else (rule P3).
    public var bytes: [UInt8] {
        var target = targetArtifact.plain
        for (name, value) in targetArtifact.annotations { target[annotation: name] = value }
        let document: JSON = ["targetArtifact": target.json]
        return document.serialized()
    }
}

/// Why bytes are no payload, or why one cannot be made.
public enum PayloadFailure: Error, Sendable, Equatable {
    /// No acceptable JSON.
    case notJSON(JSONError)
    /// No object, or one without a well-formed target.
    case badShape(JSONShapeError)
    /// A remark under a name that belongs to the specification (rule U2).
    case reservedAnnotation(String)

    /// The rule of the conformance list that is broken.
    public var rule: String {
        switch self {
        case .notJSON: "P1"
        case .badShape(.missing(let path)), .badShape(.unexpected(let path, _)),
            .badShape(.unknownMember(let path)):
            path.utf8.starts(with: "targetArtifact.".utf8) ? "P2" : "P1"
        case .reservedAnnotation: "U2"
        }
    }
}
