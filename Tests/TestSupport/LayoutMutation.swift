internal import Cryptography
internal import Encodings

/// A layout with one thing changed: any blob, any file, any member of any document, with the
/// digests above it computed anew or not.
public struct LayoutMutation: CustomStringConvertible {
    /// The changed layout.
    public private(set) var layout: LayoutBytes
    /// What was done.
    public private(set) var description = ""
    private var random: SeededRandom
    /// A document that was made to name its own parent would be followed round and round.
    private var stepsLeft = 64

    /// One mutation of `original`, which follows from `seed` alone.
    public init(of original: LayoutBytes, seed: UInt64) throws {
        layout = original
        random = SeededRandom(seed: seed)
        let paths = layout.files.keys.sorted()
        guard let path = paths.randomElement(using: &random), let bytes = layout.files[path] else {
            return
        }
        // Most of what can go wrong is in the documents, so most mutations are there.
        let document = bytes.first == UInt8(ascii: "{") ? try? JSON(parsing: bytes) : nil
        if let document, random.chance(of: 3, in: 4) {
            var change = JSONMutation(digests: layout.digests, random)
            let changed = change.mutate(document).serialized()
            random = change.random
            try replace(path, with: changed, "\(path): \(change.description)")
        } else {
            try mutate(path, bytes, paths)
        }
    }

    // MARK: Files

    private mutating func mutate(_ path: String, _ bytes: [UInt8], _ paths: [String]) throws {
        let place = Int.random(in: 0..<max(bytes.count, 1), using: &random)
        let other = paths.randomElement(using: &random) ?? path
        switch Int.random(in: 0..<9, using: &random) {
        case 0:
            layout.files[path] = nil
            description = "\(path) dropped"
        case 1:
            layout.files[path] = layout.files[other]
            layout.files[other] = bytes
            description = "\(path) and \(other) swapped"
        case 2:
            layout.files[other] = bytes
            description = "\(other) is \(path)"
        case 3:
            layout.files[path.uppercased()] = bytes
            layout.files[path] = nil
            description = "\(path) in capitals"
        case 4: try replace(path, with: Array(bytes[..<place]), "\(path) cut at \(place)")
        case 5: try replace(path, with: bytes + bytes[place...], "\(path) longer by its end")
        case 6: try replace(path, with: bytes + [0x20], "\(path) with a blank at its end")
        case 7:
            var text = String(decoding: bytes, as: UTF8.self)
            text.replace(
                "{", with: #"{"schemaVersion":2,"size":0,"mediaType":"a/b","#, maxReplacements: 1)
            try replace(path, with: Array(text.utf8), "\(path) with members twice")
        default:
            var flipped = bytes
            let bit = UInt8.random(in: 0..<8, using: &random)
            if !flipped.isEmpty { flipped[place] ^= 1 << bit }
            try replace(path, with: flipped, "\(path) with bit \(bit) of byte \(place) flipped")
        }
    }

    /// Puts other bytes in place of a file; half of the time every digest and size above it follows,
    /// which is what a forger would do.
    private mutating func replace(_ path: String, with bytes: [UInt8], _ what: String) throws {
        description = what
        let parts = path.split(separator: "/")
        guard parts.count == 3, random.chance(of: 1, in: 2) else {
            layout.files[path] = bytes
            return
        }
        description += ", and all above follows"
        let before = layout
        try follow("\(parts[1]):\(parts[2])", bytes)
        if random.chance(of: 1, in: 2) {
            description += ", the old blobs stay"
            layout.files.merge(before.files) { new, _ in new }
        }
    }

    private mutating func follow(_ old: String, _ bytes: [UInt8]) throws {
        let algorithm: Digest.Algorithm = old.hasPrefix("sha512:") ? .sha512 : .sha256
        let new = try BlobHasher.digest(of: bytes, algorithm).description
        layout.files[LayoutBytes.path(old)] = nil
        layout.files[LayoutBytes.path(new)] = bytes
        stepsLeft -= 1
        guard new != old, stepsLeft > 0 else { return }
        for path in layout.files.keys.sorted() {
            guard let text = layout.files[path], LayoutBytes.named(in: text).contains(old),
                let document = try? JSON(parsing: text)
            else { continue }
            let changed = document.retargeted(from: old, to: new, size: bytes.count).serialized()
            let parts = path.split(separator: "/")
            if parts.count == 3 {
                try follow("\(parts[1]):\(parts[2])", changed)
            } else {
                layout.files[path] = changed
            }
        }
    }
}

/// One change somewhere in a document.
private struct JSONMutation {
    let digests: [String]
    var random: SeededRandom
    var description = ""

    init(digests: [String], _ random: SeededRandom) {
        self.digests = digests
        self.random = random
    }

    private static let words = [
        "", "v1", "v2", "a/b", "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.oci.image.index.v1+json", "application/vnd.cncf.notary.signature",
        "application/jose+json", "application/cose", "\u{202e}", "../..",
    ]
    private static let numbers: [Int64] = [0, 1, 2, -1, 4096, .max, .min]

    /// Goes down to a random part and changes it.
    mutating func mutate(_ value: JSON) -> JSON {
        switch value {
        case .object(let object): return mutate(object)
        case .array(let elements): return mutate(elements)
        case .string(let text): return mutate(text)
        case .integer(let number):
            let others = [number + 1, number &- 1, number / 2] + Self.numbers
            return say("a number", .integer(others.randomElement(using: &random) ?? 0))
        case .number, .boolean, .null: return say("a word", other())
        }
    }

    private mutating func say(_ what: String, _ value: JSON) -> JSON {
        description += what
        return value
    }

    private mutating func other() -> JSON {
        let all: [JSON] = [.null, .boolean(true), [], [:], "", 0, .number("1.5")]
        return all.randomElement(using: &random) ?? .null
    }

    private mutating func mutate(_ object: JSONObject) -> JSON {
        guard let member = object.members.randomElement(using: &random) else {
            return say("{} is another value", other())
        }
        var changed = object
        if random.chance(of: 4, in: 5) {
            description += "\(member.name)/"
            changed[member.name] = mutate(member.value)
            return .object(changed)
        }
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            changed[member.name] = nil
            return say("-\(member.name)", .object(changed))
        case 1:
            changed[member.name] = nil
            changed[member.name.uppercased()] = member.value
            return say("\(member.name) in capitals", .object(changed))
        case 2:
            guard let second = object.members.randomElement(using: &random) else { break }
            changed[second.name] = member.value
            return say("\(second.name) is \(member.name)", .object(changed))
        default: break
        }
        changed[member.name] = other()
        return say("\(member.name) is another value", .object(changed))
    }

    private mutating func mutate(_ elements: [JSON]) -> JSON {
        guard let place = elements.indices.randomElement(using: &random) else {
            return say("[] is another value", other())
        }
        var changed = elements
        if random.chance(of: 3, in: 5) {
            description += "\(place)/"
            changed[place] = mutate(elements[place])
            return .array(changed)
        }
        switch Int.random(in: 0..<3, using: &random) {
        case 0:
            changed.remove(at: place)
            return say("-\(place)", .array(changed))
        case 1:
            changed.insert(elements[place], at: 0)
            return say("\(place) twice", .array(changed))
        default: return say("backwards", .array(changed.reversed()))
        }
    }

    private mutating func mutate(_ text: String) -> JSON {
        let isDigest = text.hasPrefix("sha256:") || text.hasPrefix("sha512:")
        if isDigest, random.chance(of: 2, in: 3), let digest = digests.randomElement(using: &random)
        {
            return say("\(text) is \(digest)", .string(digest))
        }
        if random.chance(of: 1, in: 3), let word = Self.words.randomElement(using: &random) {
            return say("\(text) is \(word)", .string(word))
        }
        var scalars = Array(text.unicodeScalars)
        guard let place = scalars.indices.randomElement(using: &random) else { return "x" }
        switch Int.random(in: 0..<3, using: &random) {
        case 0: scalars.remove(at: place)
        case 1: scalars.insert(scalars[place], at: place)
        default: scalars[place] = scalars[place] == "a" ? "b" : "a"
        }
        var changed = String.UnicodeScalarView()
        changed.append(contentsOf: scalars)
        return say("a letter of \(text.prefix(80))", .string(String(changed)))
    }
}

extension JSON {
    /// Every descriptor of `old` names `new` instead.
    fileprivate func retargeted(from old: String, to new: String, size: Int) -> JSON {
        switch self {
        case .object(let object):
            var changed = object
            for member in object.members {
                changed[member.name] = member.value.retargeted(from: old, to: new, size: size)
            }
            if object["digest"] == .string(old) {
                changed["digest"] = .string(new)
                if object["size"] != nil { changed["size"] = .integer(Int64(size)) }
            }
            return .object(changed)
        case .array(let elements):
            return .array(elements.map { $0.retargeted(from: old, to: new, size: size) })
        case .string(old): return .string(new)
        default: return self
        }
    }
}

extension SeededRandom {
    /// True as often as `count` in `all`.
    mutating func chance(of count: Int, in all: Int) -> Bool {
        Int.random(in: 0..<all, using: &self) < count
    }
}
