public import Encodings

/// Why bytes are not the document that their media type promises.
public enum DocumentError: Error, Equatable {
    /// The text is no acceptable JSON.
    case json(JSONError)
    /// A member is missing or of another kind.
    case shape(JSONShapeError)
    /// `schemaVersion` is not 2 (rule M1).
    case schemaVersion(Int64)
    /// The document names another media type than the descriptor that led to it (rule L7).
    case mediaType(declared: String?, expected: String)
    /// The document has members of both a manifest and an index, so that two readers could take it
    /// for two things (CVE-2021-41190).
    case ambiguous(member: String)
    /// The media type is none that Airseal reads as a document.
    case unknownMediaType(String)
    /// `imageLayoutVersion` is another than 1.0.0 (rule L2).
    case layoutVersion(String)
}

extension JSONPlace {
    /// Reads the whole of `bytes` as one document.
    static func document(_ bytes: [UInt8]) throws(DocumentError) -> JSONPlace {
        do throws(JSONError) { return JSONPlace(try JSON(parsing: bytes)) } catch {
            throw .json(error)
        }
    }

    /// Checks what every manifest and index begins with (rules M1 and L7), once its members are
    /// known to be of the right kind.
    ///
    /// - Parameters:
    ///   - expected: the media type that the descriptor which led here names.
    ///   - foreign: members that only the other kind of document has.
    /// - Throws: `.schemaVersion`, `.mediaType` or `.ambiguous`.
    func checkHeader(expected: String, foreign: [String]) throws(DocumentError) {
        guard case .object(let object) = value else {
            throw .shape(.unexpected(path: "the document", expected: "an object"))
        }
        if case .integer(let version)? = object["schemaVersion"], version != 2 {
            throw .schemaVersion(version)
        }
        switch object["mediaType"] {
        case .string(let declared)?:
            guard declared.utf8.elementsEqual(expected.utf8) else {
                throw .mediaType(declared: declared, expected: expected)
            }
        // The image specification lets an OCI document leave its type out; Docker's must name it.
        case _ where MediaType.mustBeDeclared(expected):
            throw .mediaType(declared: nil, expected: expected)
        default: break
        }
        for name in foreign where object[name] != nil { throw .ambiguous(member: name) }
    }

    /// Reads the members that every document has: `schemaVersion` and `mediaType` by kind only.
    func headerKinds() throws(JSONShapeError) {
        _ = try member("schemaVersion").integer()
        _ = try optional("mediaType")?.string()
        _ = try optional("artifactType")?.string()
        _ = try optional("annotations")?.strings()
    }

    /// The descriptors in the array called `name`.
    func descriptors(_ name: String) throws(JSONShapeError) -> [Descriptor] {
        var list: [Descriptor] = []
        for place in try member(name).array() { list.append(try Descriptor(place)) }
        return list
    }

    /// The descriptor called `name`, if there is one.
    func optionalDescriptor(_ name: String) throws(JSONShapeError) -> Descriptor? {
        guard let place = try optional(name) else { return nil }
        return try Descriptor(place)
    }
}

extension MediaType {
    static func mustBeDeclared(_ mediaType: String) -> Bool {
        mediaType != imageManifest && mediaType != imageIndex
    }
}

extension JSONObject {
    /// The string member called `name`; nil if it is missing or of another kind.
    func string(_ name: String) -> String? {
        guard case .string(let text)? = self[name] else { return nil }
        return text
    }

    /// The object of strings called `name`, in its order; empty if it is missing.
    func strings(_ name: String) -> [(name: String, value: String)] {
        guard case .object(let object)? = self[name] else { return [] }
        return object.members.compactMap { member in
            guard case .string(let value) = member.value else { return nil }
            return (member.name, value)
        }
    }
}
