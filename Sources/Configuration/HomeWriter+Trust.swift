public import Encodings
import Files
import SystemPackage
public import Trust

// The whole trust of a home at once.
extension HomeWriter {
    /// How an installation ended.
    public struct Installation: Sendable {
        /// The number under which the trust is kept that was there before.
        public let replaced: Int64
        /// Whether all of it stands where notation looks. Where it does not, the new trust is in
        /// force all the same, and the next run that changes the home does the rest.
        public let isSettled: Bool
    }

    /// Makes `state` the trust of the home, in one step: whoever reads the home finds all of the old
    /// or all of the new, however the run ends. The old is kept.
    ///
    /// - Parameters:
    ///   - state: what is trusted from now on, and nothing else.
    ///   - number: the kept trust that it is, whose files come back under their names; nil where it is
    ///     none.
    ///   - time: when that is.
    ///   - cause: why, for whoever looks at what was kept.
    /// - Returns: how it ended.
    /// - Throws: before that step, with everything as it was.
    public func install(
        _ state: TrustState, kept number: Int64? = nil, at time: Timestamp, cause: String
    ) throws(ConfigurationError) -> Installation {
        let old = try TrustFiles(of: home)
        let model = try number.flatMap { it throws(ConfigurationError) in
            try home.replacedFiles(it)
        }
        let new = try TrustFiles(of: state, after: model ?? old)
        let replaced = try keep(old, at: time, cause: cause)
        try ConfigurationError.files { () throws(FileError) in
            let stage = try stage(new, in: home.folder)
            try home.folder.rename(stage, to: Home.appliedName)
            try home.folder.synchronise()
        }
        // From here on the new trust is in force.
        let isSettled = (try? settleTrust()) != nil
        home.forgetOldTrust()
        return Installation(replaced: replaced, isSettled: isSettled)
    }

    /// Puts the trust that was installed where notation looks, if a run has left that undone.
    ///
    /// A policy that changes goes before the stores do, and comes after them: what looks there
    /// meanwhile finds the old trust, no policy, or the new trust.
    func settleTrust() throws(ConfigurationError) {
        let isThere = try ConfigurationError.files { () throws(FileError) in
            guard try home.folder.kind(of: Home.appliedName) != nil else { return false }
            // Nothing may be taken away before what takes its place is durable.
            try home.folder.synchronise()
            return true
        }
        guard isThere else { return }
        let new = try TrustFiles(of: home)
        try ConfigurationError.files { () throws(FileError) in
            let folder = home.folder
            for file in TrustPolicyFile.allCases where try !holds(new.policies[file], file) {
                try folder.removeTree(file.rawValue)
            }
            let stage = try stage(new, in: folder)
            try folder.synchronise()
            let old = TemporaryName.next(for: "replaced")
            if try folder.kind(of: Home.storesRoot) != nil {
                try folder.rename(Home.storesRoot, to: old)
            }
            try folder.folder(stage).rename(Home.storesRoot, to: Home.storesRoot, in: folder)
            try folder.synchronise()
            for (file, bytes) in new.policies where try !holds(bytes, file) {
                try folder.replace(file.rawValue, with: bytes)
            }
            let done = TemporaryName.next(for: "settled")
            try folder.rename(Home.appliedName, to: done)
            try folder.synchronise()
            for name in [stage, old, done] { try? folder.removeTree(name) }
        }
    }

    /// Whether the home's own `file` holds these bytes; for nil, whether there is none.
    private func holds(_ bytes: [UInt8]?, _ file: TrustPolicyFile) throws(FileError) -> Bool {
        guard let kind = try home.folder.kind(of: file.rawValue) else { return bytes == nil }
        guard let bytes, kind == .file else { return false }
        let limit = Int64(TrustPolicyDocument.byteCountMax)
        do throws(FileError) {
            return try home.folder.file(file.rawValue).readAll(limit: limit) == bytes
        } catch .tooLarge { return false } catch { throw error }
    }

    /// Writes a copy of the trust down, under the next number, unless the last one is that copy: of
    /// a run that went no further.
    private func keep(_ files: TrustFiles, at time: Timestamp, cause: String)
        throws(ConfigurationError) -> Int64
    {
        let numbers = try home.replacedTrust().map(\.number)
        if let last = numbers.last, try home.replacedFiles(last) == files {
            try ConfigurationError.files { () throws(FileError) in
                try home.folder.makeDurableFolder(Home.replacedName).synchronise()
            }
            return last
        }
        let number = (numbers.last ?? 0) + 1
        let about = ReplacedTrust(number: number, time: time, cause: cause)
        try ConfigurationError.files { () throws(FileError) in
            let above = try home.folder.makeDurableFolder(Home.replacedName)
            let stage = try stage(files, in: home.folder)
            let document = about.document.serialized(.indented)
            try home.folder.folder(stage).replace(ReplacedTrust.fileName, with: document)
            try home.folder.rename(stage, to: "\(number)", in: above)
            try above.synchronise()
        }
        return number
    }

    /// Writes files under a name that nobody looks at, and brings them onto the medium.
    private func stage(_ files: TrustFiles, in above: Folder) throws(FileError) -> String {
        let name = TemporaryName.next(for: "trust")
        do throws(FileError) {
            let root = try above.makeFolder(name)
            let stores = try root.makeFolder(Home.storesRoot)
            let x509 = try stores.makeFolder(Home.storesPath[1])
            for type in TrustStoreType.allCases {
                let ofType = files.stores.filter { $0.key.type == type }
                guard !ofType.isEmpty else { continue }
                let folder = try x509.makeFolder(type.rawValue)
                for (name, content) in ofType.sorted(by: { $0.key < $1.key }) {
                    let store = try folder.makeFolder(name.name)
                    for file in content { try store.create(file.name).finish(file.bytes) }
                    try store.synchronise()
                }
                try folder.synchronise()
            }
            for folder in [x509, stores] { try folder.synchronise() }
            for (file, bytes) in files.policies.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                try root.create(file.rawValue).finish(bytes)
            }
            try root.synchronise()
        } catch {
            // The first error is the one to report; a stage that stays behind is swept.
            try? above.removeTree(name)
            throw error
        }
        return name
    }
}
