internal import Cryptography
public import Encodings
public import Files

/// The numbers of the bundles to one destination, and the bytes of one that is under way.
public struct SendingStore: Sendable {
    /// Parts of one pending export, and the longest of them in bytes: manifests, inventory,
    /// capsule and signatures, each bounded by the limits of layouts.
    private static let partCountMax = 256
    private static let partByteCountMax: Int64 = 176 << 20

    /// The site that the bundles go to.
    public let destination: SiteName
    private let folder: Folder
    private let document: StateDocument

    init(_ destination: SiteName, in folder: Folder) {
        self.destination = destination
        self.folder = folder
        document = StateDocument(folder: folder, name: "state.json")
    }

    func establish(_ randomness: Randomness) throws(StateError) {
        try document.locked { () throws(StateError) in
            if let state = try read() {
                // No number may be used by a binding that a power cut could take back.
                try document.settle()
                return sweepParts(but: state.pending)
            }
            guard let stream = StreamID(Hex.encode(randomness.bytes(16))) else { return }
            try write(
                SendingState(
                    stream: stream, next: 1, previous: nil, pending: nil, voids: [],
                    acknowledged: 0))
        }
    }

    /// Waits for the right to export to this destination.
    ///
    /// - Throws: `.file(.locked)` when the patience ran out.
    public func turn(patience: LockPatience = .standard) throws(StateError) -> StreamTurn {
        try .take(in: folder, patience: patience)
    }

    /// What is known now.
    public func state() throws(StateError) -> SendingState {
        guard let state = try read() else { throw .missing(destination) }
        return state
    }

    /// Binds the next number to one inventory, and stores the parts that finish the export. After
    /// this, the number never stands for any other inventory.
    ///
    /// Nothing of the bundle may leave before this returns. Doing so twice with the same bytes is
    /// no error.
    ///
    /// - Returns: what the number is bound to.
    /// - Throws: `.wrongSequence` when the export was made for another number than the next;
    ///   `.exportPending` when the number is bound to another inventory.
    public func bind(
        sequence: Int64, inventory: Digest, bundle: Digest,
        parts: [(name: String, bytes: [UInt8])]
    ) throws(StateError) -> SendingState.Pending {
        guard parts.count <= Self.partCountMax else {
            throw .tooMany("parts", limit: Self.partCountMax)
        }
        var listed: [SendingState.Part] = []
        for part in parts {
            guard Self.isPlain(part.name) else { throw .badPartName(part.name) }
            listed.append(
                SendingState.Part(name: part.name, digest: try Self.digest(of: part.bytes)))
        }
        let pending = SendingState.Pending(
            sequence: sequence, inventory: inventory, bundle: bundle, parts: listed)
        try document.locked { () throws(StateError) in
            var state = try state()
            if let other = state.pending {
                guard other == pending else {
                    throw .exportPending(destination, sequence: other.sequence)
                }
                return
            }
            guard sequence == state.next else {
                throw .wrongSequence(destination, expected: state.next, actual: sequence)
            }
            // Parts of an export that was never bound are nobody's.
            let name = Self.partsName(sequence)
            try onDisk { () throws(FileError) in
                try folder.removeTree(name)
                let stored = try folder.makeFolder(name, mode: 0o700)
                for part in parts { try stored.replace(part.name, with: part.bytes, mode: 0o600) }
                try folder.synchronise()
            }
            state.pending = pending
            try write(state)
        }
        return pending
    }

    /// The stored bytes of the pending export, in their order, each checked.
    public func parts(of pending: SendingState.Pending) throws(StateError)
        -> [(name: String, bytes: [UInt8])]
    {
        var parts: [(name: String, bytes: [UInt8])] = []
        for part in pending.parts {
            let bytes = try onDisk { () throws(FileError) in
                try folder.folder(Self.partsName(pending.sequence)).file(part.name)
                    .readAll(limit: Self.partByteCountMax)
            }
            guard try Self.digest(of: bytes) == part.digest else {
                throw .partsDamaged(destination, sequence: pending.sequence)
            }
            parts.append((part.name, bytes))
        }
        return parts
    }

    /// The pending export is finished: its number is spent. Doing so twice is no error.
    public func finish(_ pending: SendingState.Pending) throws(StateError) {
        try document.locked { () throws(StateError) in
            var state = try state()
            if state.pending == pending {
                state.pending = nil
                state.previous = pending.bundle
                state.next += 1
                try write(state)
            } else if state.previous != pending.bundle {
                throw .noExportPending(destination)
            }
            try removeParts(pending.sequence)
        }
    }

    /// Takes the binding of the pending export back: its number is free again.
    ///
    /// Only for an export of which nothing was ever visible under a name of its own, and whose
    /// unfinished files are gone: no bytes with this number are anywhere.
    public func release(_ pending: SendingState.Pending) throws(StateError) {
        try document.locked { () throws(StateError) in
            var state = try state()
            guard state.pending == pending else { throw .noExportPending(destination) }
            state.pending = nil
            try write(state)
            try removeParts(pending.sequence)
        }
    }

    /// The pending export is given up: its number is spent and said to be void in every later
    /// inventory.
    public func void(reason: String) throws(StateError) {
        try document.locked { () throws(StateError) in
            var state = try state()
            guard let pending = state.pending else { throw .noExportPending(destination) }
            guard state.voids.count < SendingState.voidCountMax else {
                throw .tooMany("voids", limit: SendingState.voidCountMax)
            }
            state.voids.append(SendingState.Void(sequence: pending.sequence, reason: reason))
            state.pending = nil
            state.next += 1
            try write(state)
            try removeParts(pending.sequence)
        }
    }

    /// A receipt for `sequence` was seen. A lower one than seen before changes nothing.
    ///
    /// - Throws: `.wrongSequence` for a number that was never sent.
    public func acknowledge(_ sequence: Int64) throws(StateError) {
        try document.locked { () throws(StateError) in
            var state = try state()
            guard sequence > 0, sequence < state.next else {
                throw .wrongSequence(destination, expected: state.next - 1, actual: sequence)
            }
            guard sequence > state.acknowledged else { return }
            state.acknowledged = sequence
            try write(state)
        }
    }

    /// Removes parts of exports that are over, and of those that were never bound.
    private func sweepParts(but pending: SendingState.Pending?) {
        guard let entries = try? folder.entries() else { return }
        let kept = pending.map { Self.partsName($0.sequence) }
        for entry in entries
        where entry.name.hasPrefix(Self.partsPrefix) && entry.name != kept {
            // Tidying up must not fail what the operator asked for.
            try? folder.removeTree(entry.name)
        }
    }

    private func removeParts(_ sequence: Int64) throws(StateError) {
        try onDisk { () throws(FileError) in
            try folder.removeTree(Self.partsName(sequence))
            try folder.synchronise()
        }
    }

    /// What is known; nil where nothing is.
    func read() throws(StateError) -> SendingState? {
        try document.read(members: SendingState.members) { place throws(JSONShapeError) in
            try SendingState(place, destination: destination)
        }
    }

    private func write(_ state: SendingState) throws(StateError) {
        try document.write(state.members(destination: destination))
    }

    private static let partsPrefix = "pending-"

    private static func partsName(_ sequence: Int64) -> String { "\(partsPrefix)\(sequence)" }

    private static func digest(of bytes: [UInt8]) throws(StateError) -> Digest {
        do throws(CryptographyError) { return try BlobHasher.digest(of: bytes) } catch {
            throw .hashUnavailable
        }
    }

    /// One component of a path, and no name that Airseal gives to unfinished files.
    private static func isPlain(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 128 && name.utf8.first != UInt8(ascii: ".")
            && !name.utf8.contains { $0 == UInt8(ascii: "/") || $0 == 0 }
    }
}
