internal import Configuration
internal import Encodings
internal import Files
internal import Trust
internal import X509

/// What became of trust that was to be written for stock notation.
public enum TrustExportOutcome: Sendable {
    /// It stands there; the paths are given from the folder, in the order in which they were
    /// written. Those that were there in the same words are not among them. `leftOut` are files of
    /// the home that judge images here and that stock notation does not know.
    case exported(written: [String], removed: [String], leftOut: [String])
    /// These stand there with another content, or are certificates that this home does not trust;
    /// nothing was written.
    case inTheWay([String])
}

/// Why trust was not written for stock notation. Nothing was changed.
public enum TrustExportError: Error, Equatable {
    /// The folder is the home itself or lies in it; the home is changed by other verbs, with a
    /// record.
    case ontoHome(path: String)
}

extension Site {
    /// Writes the policies and the stores of the home into the folder at `path`, as stock notation
    /// reads them: each certificate file as plain PEM and nothing else in a store, and the policy
    /// for images under the name of notation 1 as well as under that of notation 2.
    ///
    /// Stores go before the policies that name them, each file in one step; a folder that is not
    /// there yet appears with everything in one step. With `replacing`, what is in the way is
    /// replaced, and certificates that this home does not trust are removed from its stores.
    public func exportTrust(to path: String, replacing: Bool) throws -> TrustExportOutcome {
        let home = try home()
        let wanted = try NotationFolder(of: home)
        let target = try files.futurePath(of: path)
        let own = try files.absolutePath(of: homePath)
        guard target != own, !target.utf8.starts(with: "\(own)/".utf8) else {
            throw TrustExportError.ontoHome(path: path)
        }
        if files.kind(at: path) == nil { return try create(path, with: wanted) }
        return try fill(path, with: wanted, replacing: replacing)
    }

    /// Makes the folder, which appears with everything in one step.
    private func create(_ path: String, with wanted: NotationFolder) throws -> TrustExportOutcome {
        let (above, name) = try files.place(of: path)
        let lock = try FolderLock.acquire(above, patience: patience)
        defer { withExtendedLifetime(lock) {} }
        // Who holds the lock is the only one who makes a folder of this name, so whatever carries
        // its temporary name was left by a run that died.
        for entry in try above.entries()
        where TemporaryName.matches(entry.name, purpose: name) { try above.removeTree(entry) }
        let stage = TemporaryName.next(for: name)
        let folder = try above.makeFolder(stage)
        do {
            for file in wanted.files { try file.write(into: folder) }
            try folder.synchronise()
            try above.rename(stage, to: name)
        } catch {
            // The first error is the one to report.
            try? above.removeTree(stage)
            throw error
        }
        try above.synchronise()
        return .exported(
            written: wanted.files.map(\.path), removed: [], leftOut: wanted.leftOut)
    }

    /// Writes what is missing into a folder that is there.
    private func fill(_ path: String, with wanted: NotationFolder, replacing: Bool) throws
        -> TrustExportOutcome
    {
        let folder = try files.folder(at: path)
        let lock = try FolderLock.acquire(folder, patience: patience)
        defer { withExtendedLifetime(lock) {} }
        let missing = try wanted.files.filter { try !$0.isPresent(in: folder) }
        let strangers = try wanted.strangers(in: folder)
        let inTheWay = try missing.filter { try $0.isTaken(in: folder) }.map(\.path) + strangers
        guard replacing || inTheWay.isEmpty else { return .inTheWay(inTheWay) }
        // What a run that died left may not be on the medium yet.
        for file in wanted.files { try file.settle(in: folder) }
        // Whoever may use a folder need not be allowed to read the one above.
        if let above = try? files.place(of: path).folder { try above.synchronise() }
        for path in strangers { try NotationFolder.remove(path, from: folder) }
        for file in missing { try file.write(into: folder) }
        return .exported(
            written: missing.map(\.path), removed: strangers, leftOut: wanted.leftOut)
    }
}

/// A home as a folder for stock notation.
private struct NotationFolder {
    /// One file of it.
    struct File {
        /// From the folder, as `truststore/x509/ca/NAME/FILE`.
        let path: String
        let bytes: [UInt8]

        private var components: [String] { path.split(separator: "/").map(String.init) }

        /// Whether the very same file stands there.
        func isPresent(in folder: Folder) throws -> Bool {
            guard let place = try place(in: folder), try place.folder.kind(of: place.name) == .file
            else { return false }
            let limit = Int64(max(TrustPolicyDocument.byteCountMax, X509Limits.fileSizeMax))
            return try place.folder.file(place.name).readAll(limit: limit) == bytes
        }

        /// Whether anything stands there.
        func isTaken(in folder: Folder) throws -> Bool {
            guard let place = try place(in: folder) else { return false }
            return try place.folder.kind(of: place.name) != nil
        }

        /// Brings the name of what stands there onto the medium.
        func settle(in folder: Folder) throws {
            try place(in: folder)?.folder.synchronise()
        }

        /// Writes it in one step, the folders above it made.
        func write(into folder: Folder) throws {
            var folder = folder
            for name in components.dropLast() { folder = try folder.makeDurableFolder(name) }
            guard let name = components.last else { return }
            folder.sweep()
            try folder.replace(name, with: bytes)
        }

        private func place(in folder: Folder) throws -> (folder: Folder, name: String)? {
            var folder = folder
            for name in components.dropLast() {
                guard try folder.kind(of: name) != nil else { return nil }
                folder = try folder.folder(name)
            }
            return components.last.map { (folder, $0) }
        }
    }

    /// Stores before policies.
    let files: [File]
    /// Files of the home that ask for more than stock notation can.
    let leftOut: [String]
    /// The stores that notation will believe: those of the home, and those that a policy names.
    private let stores: Set<TrustStoreName>

    /// Everything of `home` that notation reads.
    ///
    /// - Throws: for a policy that is not acceptable, or a store that could not be used.
    init(of home: Home) throws {
        var files: [File] = []
        _ = try home.trustStores()
        for store in try home.trustStoreNames().names {
            guard case .success(let content) = try home.trustStoreContent(store) else { continue }
            for file in content.files {
                files.append(
                    File(
                        path: "truststore/x509/\(store.type.rawValue)/\(store.name)/\(file.name)",
                        bytes: Array(file.certificates.map(\.pem).joined().utf8)))
            }
        }
        let policy = try home.imagePolicy()
        let images = policy.bytes
        var named = policy.statements.flatMap(\.trustStores)
        for name in [TrustPolicyFile.images, .imagesVersion1] {
            files.append(File(path: name.rawValue, bytes: images))
        }
        if let blobs = try home.policy(in: .blobs) {
            named += blobs.statements.flatMap(\.trustStores)
            files.append(File(path: TrustPolicyFile.blobs.rawValue, bytes: blobs.bytes))
        }
        self.files = files
        leftOut = try home.verificationSettings(for: policy).bytes == nil ? [] : [Home.settingsName]
        stores = try Set(home.trustStoreNames().names + named)
    }

    /// What lies in the same stores and is none of `files`, and a policy for blobs where this home
    /// has none: stock notation would trust it, or stumble over it.
    func strangers(in folder: Folder) throws -> [String] {
        // By bytes: a name that Unicode calls equivalent is another file.
        let known = Set(files.map { Array($0.path.utf8) })
        let blobs = TrustPolicyFile.blobs.rawValue
        let hasStrangePolicy =
            try !known.contains(Array(blobs.utf8)) && folder.kind(of: blobs) != nil
        let inStores = try stores.sorted().flatMap { name -> [String] in
            let store = "truststore/x509/\(name.type.rawValue)/\(name.name)"
            var inner = folder
            for name in store.split(separator: "/").map(String.init) {
                guard try inner.kind(of: name) != nil else { return [] }
                inner = try inner.folder(name)
            }
            return try inner.entries().map { "\(store)/\($0.name)" }.filter {
                !known.contains(Array($0.utf8))
            }
        }
        return inStores + (hasStrangePolicy ? [blobs] : [])
    }

    static func remove(_ path: String, from folder: Folder) throws {
        var folder = folder
        let components = path.split(separator: "/").map(String.init)
        for name in components.dropLast() { folder = try folder.folder(name) }
        guard let name = components.last else { return }
        try folder.removeTree(name)
        try folder.synchronise()
    }
}
