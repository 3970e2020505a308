public import Encodings
public import OCI

/// Why a source is not imported. The destination is as it was.
public enum ImportRefusal: Error, Equatable, Sendable {
    /// A blob is not what it should be.
    case damaged(Digest, BlobFault)
    /// Content that the source lists is not in it.
    case missing([Descriptor])
    /// Platforms of an index are not in the source, while others are whole.
    case missingPlatforms([Descriptor], present: [Platform])
    /// The index has no image for the platform; those that it has.
    case noSuchPlatform(index: Digest, wanted: Platform, present: [Platform])
    /// The index has several images for the platform.
    case severalOfPlatform(index: Digest, wanted: Platform, [Digest])
    /// The image is no index and is for another platform.
    case wrongPlatform(Digest, wanted: Platform, actual: Platform)
    /// One name was given for several images.
    case severalImages(count: Int)
    /// A manifest or index is malformed.
    case document(Digest, DocumentError)
    /// A manifest or index is larger than Airseal takes, or indexes are nested too deep.
    case tooLarge(Digest)
    /// The name already stands for other content.
    case nameTaken(NameConflict)
    /// The source itself calls two images by the name.
    case nameGivenTwice(NameConflict)
    /// The name does not keep to the whitelist.
    case malformedName(String)
    /// The archive has two members with this name.
    case duplicateMember(String)
    /// A device, or a link that leads nowhere or out of the archive.
    case unusableMember(String)
    /// A blob is a hard link to a member that was hashed by another algorithm.
    case linkBetweenAlgorithms(member: String, target: String)
    /// `manifest.json` names a member that is not there.
    case missingMember(String)
    /// `manifest.json` is not as Docker writes it.
    case malformedManifest(DocumentError)
    /// The configuration has another digest than its name says.
    case configDigest(name: String, actual: Digest)
    /// The configuration names another number of layers than `manifest.json`.
    case layerCount(config: Digest, diffIDs: Int, layers: Int)
    /// The uncompressed layer has another digest than the configuration says.
    case diffID(layer: String, expected: Digest, actual: Digest)
    /// The source lists nothing.
    case empty
}
