import Encodings
import OCI
import OCILayout

extension ImportRefusal: Speakable {
    var sentence: Sentence {
        switch self {
        case .damaged(let digest, let fault): Sentence("the blob \(digest) \(fault.words)")
        case .missing(let descriptors):
            Sentence(
                "the source lists content that is not in it: "
                    + "\(Listing(descriptors.map { $0.digest.description }))",
                hint: "it was not written whole; export the image again")
        case .missingPlatforms(let missing, let present):
            Self.missingPlatforms(missing, present)
        case .noSuchPlatform(let index, let wanted, let present):
            Sentence(
                "the index \(index) has no image for \(ForeignText(wanted.description)), only for "
                    + "\(Listing(present.map { "\(ForeignText($0.description))" }))")
        case .severalOfPlatform(let index, let wanted, let digests):
            Sentence(
                "the index \(index) has several images for \(ForeignText(wanted.description)): "
                    + "\(Listing(digests.map(\.description)))",
                hint: "name the variant, --platform OS/ARCHITECTURE/VARIANT, or the digest")
        case .wrongPlatform(let image, let wanted, let actual):
            Sentence(
                "the image \(image) is for \(ForeignText(actual.description)), not for "
                    + "\(ForeignText(wanted.description))")
        case .severalImages(let count):
            Sentence(
                "--name gives one name, and the source holds \(count) images",
                hint: "choose one: SOURCE:NAME or SOURCE@DIGEST")
        case .document(let digest, let error): error.sentence.after("the manifest \(digest)")
        case .tooLarge(let digest):
            Sentence("the manifest \(digest) is larger, or nested deeper, than airseal takes")
        case .nameTaken(let conflict): conflict.sentence
        case .nameGivenTwice(let conflict):
            Sentence(
                "the source calls two images \(ForeignText(conflict.name)): \(conflict.present) "
                    + "and \(conflict.new)",
                hint: "export them again, each with a name of its own")
        case .malformedName(let name):
            Sentence("\"\(ForeignText(name))\" is no name for an image")
        case .duplicateMember(let name):
            Sentence("the archive has two members with the name \(ForeignText(name))")
        case .unusableMember(let name):
            Sentence(
                "the archive's member \(ForeignText(name)) is a device, a sparse file, "
                    + "or a link that leads nowhere")
        case .linkBetweenAlgorithms(let member, let target):
            Sentence(
                "the archive's member \(ForeignText(member)) is a hard link to "
                    + "\(ForeignText(target)), which was hashed by another algorithm",
                hint: "pack the archive again without hard links")
        case .missingMember(let name):
            Sentence(
                "the archive lacks \(ForeignText(name)), which its manifest.json names",
                hint: "it was not written whole; save the image again")
        case .malformedManifest(let error): error.sentence.after("the archive's manifest.json")
        case .configDigest(let name, let actual):
            Sentence("the configuration \(ForeignText(name)) is damaged: its digest is \(actual)")
        case .layerCount(let config, let diffIDs, let layers):
            Sentence(
                "the configuration \(config) names \(diffIDs) layers, "
                    + "but the archive's manifest.json names \(layers)")
        case .diffID(let layer, let expected, let actual):
            Sentence(
                "the layer \(ForeignText(layer)) is damaged: uncompressed it has the digest "
                    + "\(actual), not \(expected)")
        case .empty: Sentence("the source lists no image")
        }
    }
    private static func missingPlatforms(_ missing: [Descriptor], _ present: [Platform])
        -> Sentence
    {
        let names = missing.map { descriptor in
            let platform = descriptor.platform.map { "\(ForeignText($0.description)) " } ?? ""
            return platform + "(\(descriptor.digest))"
        }
        let hint = present.first.map {
            "take one that is there with --platform \(ForeignText($0.description)), "
                + "or export the image again with all its platforms"
        }
        return Sentence(
            "the source lists platforms that are not in it: \(Listing(names))", hint: hint)
    }
}
