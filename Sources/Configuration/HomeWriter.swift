public import Files
import SystemPackage
public import Trust

/// The right to change the policies and trust stores of a home, held by one process at a time.
///
/// Whatever is written is staged in the home itself and moved to its place in one step: no reader
/// of a store meets half a file, nor a temporary one, which stock notation would take for a
/// certificate.
public struct HomeWriter: Sendable {
    /// The home.
    public let home: Home
    private let lock: FolderLock

    /// Waits for the right to change `home`, removes what a run that died left in it, and finishes
    /// what one that installed another trust left undone.
    public init(_ home: Home, patience: LockPatience = .standard) throws(ConfigurationError) {
        self.home = home
        lock = try ConfigurationError.files { () throws(FileError) in
            try FolderLock.acquire(home.folder, patience: patience)
        }
        sweep()
        try settleTrust()
    }

    /// Stages are files, and whole stores on their way out.
    private func sweep() {
        guard let entries = try? home.folder.entries() else { return }
        for entry in entries where TemporaryName.matches(entry.name) {
            // Tidying up must not fail what the operator asked for.
            try? home.folder.removeTree(entry)
        }
    }

    // MARK: Trust stores

    /// Puts files into a store, which is made when missing; one of the same name is replaced.
    ///
    /// A new store appears with all its files in one step. In one that is there already each file
    /// appears whole or not at all, one after the other.
    public func add(_ files: [TrustStoreContent.File], to store: TrustStoreName)
        throws(ConfigurationError)
    {
        try ConfigurationError.files { () throws(FileError) in
            var above = home.folder
            for name in Home.storesPath + [store.type.rawValue] {
                above = try above.makeDurableFolder(name)
            }
            guard try above.kind(of: store.name) == nil else {
                let folder = try above.folder(store.name)
                for file in files { try put(file, in: folder) }
                return
            }
            let stage = TemporaryName.next(for: "added")
            let folder = try home.folder.makeFolder(stage)
            do throws(FileError) {
                for file in files { try folder.create(file.name).finish(file.bytes) }
                try folder.synchronise()
                try home.folder.rename(stage, to: store.name, in: above)
            } catch {
                // The first error is the one to report; a stage that stays behind is swept.
                try? home.folder.removeTree(stage)
                throw error
            }
            try above.synchronise()
        }
    }

    /// Brings onto the medium what is there already: a run that died may have left it undone.
    public func settle(_ store: TrustStoreName) throws(ConfigurationError) {
        let path = Home.storePath(of: store)
        for components in [path, path.dropLast()] {
            guard case .folder(let folder) = try home.found(components) else { continue }
            try ConfigurationError.files { () throws(FileError) in try folder.synchronise() }
        }
    }

    /// Brings policies onto the medium that are there already.
    public func settlePolicies() throws(ConfigurationError) {
        try ConfigurationError.files { () throws(FileError) in try home.folder.synchronise() }
    }

    /// Removes what is called `name` in a store, and the store with the last that lies in it.
    ///
    /// - Throws: `.noTrustStoreFile` when there is no such file.
    public func remove(_ name: String, from store: TrustStoreName) throws(ConfigurationError) {
        let entries = try home.trustStoreEntries(store)
        guard entries.contains(where: { $0.utf8.elementsEqual(name.utf8) }) else {
            throw .noTrustStoreFile(store, name: name)
        }
        guard entries.count > 1 else { return try remove(store) }
        try discard(name, in: folder(of: store))
    }

    /// Removes a store with everything in it.
    ///
    /// - Throws: `.trustStore` with `.missing` when there is none.
    public func remove(_ store: TrustStoreName) throws(ConfigurationError) {
        _ = try home.trustStoreEntries(store)
        guard case .folder(let stores) = try home.found(Home.storePath(of: store).dropLast()) else {
            throw .trustStore(store, .missing)
        }
        try discard(store.name, in: stores)
    }

    /// Takes a name out of its folder in one step, and then what it stood for apart.
    func discard(_ name: String, in folder: Folder) throws(ConfigurationError) {
        try ConfigurationError.files { () throws(FileError) in
            let stage = TemporaryName.next(for: "removed")
            try folder.rename(name, to: stage, in: home.folder)
            try folder.synchronise()
            try home.folder.removeTree(stage)
        }
    }

    private func folder(of store: TrustStoreName) throws(ConfigurationError) -> Folder {
        switch try home.found(Home.storePath(of: store)) {
        case .nothing: throw .trustStore(store, .missing)
        case .noFolder: throw .trustStore(store, .notAFolder)
        case .folder(let folder): return folder
        }
    }

    // MARK: Policies

    /// Makes `policy` the content of `file`, in one step.
    public func set(_ policy: TrustPolicyDocument, in file: TrustPolicyFile)
        throws(ConfigurationError)
    {
        try ConfigurationError.files { () throws(FileError) in
            try home.folder.replace(file.rawValue, with: policy.bytes)
        }
    }

    // MARK: Parts

    private func put(_ file: TrustStoreContent.File, in folder: Folder) throws(FileError) {
        let stage = TemporaryName.next(for: "added")
        do throws(FileError) {
            try home.folder.create(stage).finish(file.bytes)
            try home.folder.rename(stage, to: file.name, in: folder)
        } catch {
            try? home.folder.remove(stage)
            throw error
        }
        try folder.synchronise()
    }
}

extension WritableFile {
    /// Writes everything and brings it onto the medium.
    func finish(_ bytes: [UInt8]) throws(FileError) {
        try write(bytes)
        try synchronise()
    }
}
