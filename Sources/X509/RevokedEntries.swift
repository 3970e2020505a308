/// Where each certificate stands in a list of revoked ones, so that one among half a million is found
/// at once and none takes memory of its own.
struct RevokedEntries {
    private let der: [UInt8]
    /// In the upper half a hash of the serial number, in the lower half where the entry begins in
    /// `der`; in ascending order.
    private let places: [UInt64]
    /// How many entries there are.
    let count: Int
    /// Critical extensions of any entry that nobody here knows, by identifier, each once, and not
    /// more than a few.
    let unknownCriticalExtensions: [String]

    private static let unknownCountMax = 8

    /// No entries.
    init() {
        der = []
        places = []
        count = 0
        unknownCriticalExtensions = []
    }

    /// Walks through all of `entries`, a part of `der`. Of their extensions only those are looked at
    /// that nobody here knows.
    init(_ entries: DERReader, of der: [UInt8]) throws(DERError) {
        var entries = entries
        var places: [UInt64] = []
        var unknown: [String] = []
        var count = 0
        while !entries.isAtEnd {
            let element = try entries.next(DERTag.sequence)
            var entry = DERReader(element.content)
            let serialNumber = try entry.integerSlice()
            _ = try entry.time()
            if !entry.isAtEnd {
                let extensions = try entry.enter(DERTag.sequence)
                if unknown.count < Self.unknownCountMax {
                    // Those of one certificate are read again, and judged, when somebody asks for it.
                    for name in (try? RevokedEntry.unknownCritical(extensions)) ?? []
                    where !unknown.contains(name) { unknown.append(name) }
                }
            }
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
        unknownCriticalExtensions = unknown
    }

    /// The entries of one serial number, in the order of the list, and what keeps one of them from
    /// being read.
    func entries(for serialNumber: [UInt8]) -> FoundEntries {
        let hash = Self.hash(serialNumber[...])
        var found = FoundEntries()
        var position = firstPosition(of: hash)
        while position < places.count, places[position] & Self.hashMask == hash {
            let place = Int(places[position] & ~Self.hashMask)
            position += 1
            do throws(RevocationListError) {
                if let entry = try entry(at: place, of: serialNumber) {
                    found.entries.append(entry)
                }
            } catch { found.error = error }
        }
        return found
    }

    /// Whether each certificate that is revoked here for good is so in `other`, too.
    ///
    /// False where one of the entries cannot be read.
    func areListed(in other: RevokedEntries) -> Bool {
        places.allSatisfy { place in
            guard let own = try? entry(at: Int(place & ~Self.hashMask), of: nil) else {
                return false
            }
            guard own.isForGood else { return true }
            return other.entries(for: own.serialNumber).entries.contains { $0.says(all: own) }
        }
    }

    /// The entry that begins at `place`; nil if it is about another serial number of the same hash
    /// than the one that is asked for.
    private func entry(at place: Int, of serialNumber: [UInt8]?) throws(RevocationListError)
        -> RevokedEntry?
    {
        let content: DERReader
        do {
            var reader = DERReader(der[place...])
            content = try reader.enter(DERTag.sequence)
            var fields = content
            let number = try fields.naturalNumber()
            if let serialNumber, !number.elementsEqual(serialNumber) { return nil }
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
