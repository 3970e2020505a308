/// Where each certificate stands in a list of revoked ones, so that one among half a million is found
/// at once and none takes memory of its own.
struct RevokedEntries {
    private let der: [UInt8]
    /// In the upper half a hash of the serial number, in the lower half where the entry begins in
    /// `der`; in ascending order.
    private let places: [UInt64]
    /// How many entries there are.
    let count: Int

    /// No entries.
    init() {
        der = []
        places = []
        count = 0
    }

    /// Walks through all of `entries`, a part of `der`. Their extensions are not looked at.
    init(_ entries: DERReader, of der: [UInt8]) throws(DERError) {
        var entries = entries
        var places: [UInt64] = []
        var count = 0
        while !entries.isAtEnd {
            let element = try entries.next(DERTag.sequence)
            var entry = DERReader(element.content)
            let serialNumber = try entry.integerSlice()
            _ = try entry.time()
            if !entry.isAtEnd { _ = try entry.next(DERTag.sequence) }
            try entry.requireEnd()
            count += 1
            // No certificate that is read here has a negative number.
            guard let first = serialNumber.first, first < 0x80 else { continue }
            let hash = Self.hash(Self.trimmed(serialNumber))
            places.append(hash | UInt64(element.whole.startIndex))
        }
        places.sort()
        self.der = der
        self.places = places
        self.count = count
    }

    /// The entries of one serial number, in the order of the list.
    func entries(for serialNumber: [UInt8]) throws(RevocationListError) -> [RevokedEntry] {
        let hash = Self.hash(serialNumber[...])
        var found: [RevokedEntry] = []
        var position = firstPosition(of: hash)
        while position < places.count, places[position] & Self.hashMask == hash {
            let place = Int(places[position] & ~Self.hashMask)
            position += 1
            if let entry = try entry(at: place, of: serialNumber) { found.append(entry) }
        }
        return found
    }

    /// The entry that begins at `place`; nil if it is about another serial number of the same hash.
    private func entry(at place: Int, of serialNumber: [UInt8]) throws(RevocationListError)
        -> RevokedEntry?
    {
        let content: DERReader
        do {
            var reader = DERReader(der[place...])
            content = try reader.enter(DERTag.sequence)
            var fields = content
            guard try fields.naturalNumber().elementsEqual(serialNumber) else { return nil }
        } catch { throw .malformed(error) }
        return try RevokedEntry(content)
    }

    /// The first position whose hash is not below `hash`.
    private func firstPosition(of hash: UInt64) -> Int {
        var range = 0..<places.count
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            range =
                places[middle] < hash ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return range.lowerBound
    }

    private static let hashMask: UInt64 = 0xFFFF_FFFF_0000_0000

    /// FNV-1a in 32 bits. Whoever brings about equal hashes makes a search longer, never wrong.
    private static func hash(_ serialNumber: ArraySlice<UInt8>) -> UInt64 {
        var hash: UInt32 = 0x811C_9DC5
        for byte in serialNumber { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
        return UInt64(hash) << 32
    }

    private static func trimmed(_ number: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        number.first == 0 && number.count > 1 ? number.dropFirst() : number
    }
}
