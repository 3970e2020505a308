public import Encodings
internal import Files

/// The last trust capsule of an origin that was applied here: `receiving/ORIGIN/capsule.json`.
public struct CapsuleMark: Sendable, Equatable {
    /// Its counter.
    public let counter: Int64
    /// Its digest.
    public let digest: Digest

    /// The mark of a capsule.
    public init(counter: Int64, digest: Digest) {
        self.counter = counter
        self.digest = digest
    }

    static let fileName = "capsule.json"
    private static let members = ["origin", "counter", "capsule"]

    static func read(_ document: StateDocument, of origin: SiteName) throws(StateError)
        -> CapsuleMark?
    {
        try document.read(members: members) { place throws(JSONShapeError) -> CapsuleMark? in
            guard try place.member("origin").string().utf8.elementsEqual(origin.text.utf8) else {
                return nil
            }
            return CapsuleMark(
                counter: try place.member("counter").integer(atLeast: 1),
                digest: try place.member("capsule").digest())
        }
    }

    func members(of origin: SiteName) -> JSONObject {
        [
            "origin": .string(origin.text), "counter": .integer(counter),
            "capsule": .string(digest.description),
        ]
    }
}

extension StateFolder {
    /// The last capsule of `origin` that was applied; nil where none was. Makes nothing.
    ///
    /// - Throws: `.missing` when the origin was never enrolled, or its state is lost: a lost mark
    ///   is never one of zero.
    public func capsuleMark(of origin: SiteName) throws(StateError) -> CapsuleMark? {
        let found = try onDisk { () throws(FileError) -> Folder? in
            guard try folder.kind(of: "receiving") != nil else { return nil }
            let above = try folder.folder("receiving")
            guard try above.kind(of: origin.text) != nil else { return nil }
            let own = try above.folder(origin.text)
            return try own.kind(of: "state.json") == nil ? nil : own
        }
        guard let found else { throw .missing(origin) }
        return try CapsuleMark.read(
            StateDocument(folder: found, name: CapsuleMark.fileName), of: origin)
    }
}

extension ReceivingStore {
    /// Moves the mark of applied capsules up. Doing so twice is no error.
    ///
    /// - Throws: `.wrongSequence` for a lower counter, or the same one with another digest.
    public func advance(to mark: CapsuleMark) throws(StateError) {
        let document = StateDocument(folder: folder, name: CapsuleMark.fileName)
        try document.locked { () throws(StateError) in
            let last = try CapsuleMark.read(document, of: origin)
            guard last != mark else { return try document.settle() }
            if let last, mark.counter <= last.counter {
                throw .wrongSequence(origin, expected: last.counter + 1, actual: mark.counter)
            }
            try document.write(mark.members(of: origin))
        }
    }
}
