/// What a well-formed JSON text lacks to be the document that its reader expects.
///
/// `path` names the place from the top: `manifests[3].digest`.
public enum JSONShapeError: Error, Equatable {
    /// A member that must be there is not.
    case missing(path: String)
    /// The value is there and has another type, or a value out of its range.
    case unexpected(path: String, expected: String)
    /// A member that the document's definition does not know.
    case unknownMember(path: String)
}

/// A JSON value together with the place where it stood, so that an error can name the place.
public struct JSONPlace: Sendable {
    /// The value.
    public let value: JSON
    /// From the top of the document; empty for the document itself.
    public let path: String

    /// The value at `path`; the whole document when `path` is left out.
    public init(_ value: JSON, path: String = "") {
        self.value = value
        self.path = path
    }

    /// The member called `name`, or nil if there is none.
    public func optional(_ name: String) throws(JSONShapeError) -> JSONPlace? {
        guard let value = try object()[name] else { return nil }
        return JSONPlace(value, path: path.isEmpty ? name : "\(path).\(name)")
    }

    /// The member called `name`.
    public func member(_ name: String) throws(JSONShapeError) -> JSONPlace {
        guard let place = try optional(name) else {
            throw .missing(path: path.isEmpty ? name : "\(path).\(name)")
        }
        return place
    }

    /// Refuses every member that is not in `names`.
    public func onlyMembers(_ names: [String]) throws(JSONShapeError) {
        for member in try object().members
        where !names.contains(where: { $0.utf8.elementsEqual(member.name.utf8) }) {
            throw .unknownMember(path: path.isEmpty ? member.name : "\(path).\(member.name)")
        }
    }

    /// The value as an object.
    public func object() throws(JSONShapeError) -> JSONObject {
        guard case .object(let object) = value else { throw unexpected("an object") }
        return object
    }

    /// The value as an array, each element with its place.
    public func array() throws(JSONShapeError) -> [JSONPlace] {
        guard case .array(let elements) = value else { throw unexpected("an array") }
        return elements.enumerated().map { JSONPlace($1, path: "\(path)[\($0)]") }
    }

    /// The elements of the array, each as `read` understands it.
    public func elements<Element>(
        _ read: (JSONPlace) throws(JSONShapeError) -> Element
    ) throws(JSONShapeError) -> [Element] {
        var elements: [Element] = []
        for place in try array() { elements.append(try read(place)) }
        return elements
    }

    /// The value as a string.
    public func string() throws(JSONShapeError) -> String {
        guard case .string(let string) = value else { throw unexpected("a string") }
        return string
    }

    /// The value as an integer of at least `minimum`.
    public func integer(atLeast minimum: Int64 = .min) throws(JSONShapeError) -> Int64 {
        guard case .integer(let integer) = value, integer >= minimum else {
            throw unexpected(minimum == .min ? "an integer" : "an integer of at least \(minimum)")
        }
        return integer
    }

    /// The value as a truth value.
    public func boolean() throws(JSONShapeError) -> Bool {
        guard case .boolean(let flag) = value else { throw unexpected("true or false") }
        return flag
    }

    /// The value as an object of strings, in its order.
    public func strings() throws(JSONShapeError) -> [(name: String, value: String)] {
        var pairs: [(name: String, value: String)] = []
        for member in try object().members {
            let place = JSONPlace(member.value, path: "\(path).\(member.name)")
            pairs.append((member.name, try place.string()))
        }
        return pairs
    }

    /// The value as a digest.
    public func digest() throws(JSONShapeError) -> Digest {
        let text = try string()
        do { return try Digest(text) } catch {
            throw unexpected("a sha256, sha384 or sha512 digest, not \(text)")
        }
    }

    /// The value as an RFC 3339 time.
    public func timestamp() throws(JSONShapeError) -> Timestamp {
        guard let time = Timestamp(rfc3339: try string()) else {
            throw unexpected("an RFC 3339 time")
        }
        return time
    }

    private func unexpected(_ expected: String) -> JSONShapeError {
        .unexpected(path: path.isEmpty ? "the document" : path, expected: expected)
    }
}
