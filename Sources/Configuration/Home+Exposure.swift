import Files
import SystemPackage
import Trust

extension Home {
    /// What in the home's policies, trust stores and peers others than its owner may change, and
    /// what stands there behind a link. Paths are given from the home.
    func exposures() throws(ConfigurationError) -> [HomeCheck.Finding] {
        try ConfigurationError.files { () throws(FileError) in
            var findings: [HomeCheck.Finding] = []
            if try folder.isWritableByOthers() { findings.append(.exposed(path: ".")) }
            for entry in try folder.entries() where Self.configured.contains(entry.name) {
                let isFile = entry.name.hasSuffix(".json")
                guard entry.kind == (isFile ? .file : .folder) else {
                    findings.append(.wrongKind(path: entry.name))
                    continue
                }
                findings += try Self.exposures(of: entry, in: folder, at: entry.name, depth: 0)
            }
            return findings
        }
    }

    /// Whether `file` is there as a regular file.
    func isRegular(_ file: TrustPolicyFile) throws(ConfigurationError) -> Bool {
        try ConfigurationError.files { () throws(FileError) in
            try trustFolder().kind(of: file.rawValue) == .file
        }
    }

    /// What Airseal reads in a home; the rest is notation's own.
    private static let configured =
        Set(TrustPolicyFile.allCases.map(\.rawValue)).union([
            "truststore", "peers", "revocation", "verification.json", scannerName, appliedName,
            replacedName,
        ])

    /// `trust.replaced/NUMBER/truststore/x509/TYPE/NAME/`: nothing below is ever read.
    private static let depthMax = 7

    private static func exposures(
        of entry: FolderEntry, in folder: Folder, at path: String, depth: Int
    ) throws(FileError) -> [HomeCheck.Finding] {
        guard entry.kind != .other else { return [.wrongKind(path: path)] }
        var findings: [HomeCheck.Finding] =
            entry.isWritableByOthers ? [.exposed(path: path)] : []
        guard entry.kind == .folder, depth < depthMax else { return findings }
        let inner = try folder.folder(entry)
        for below in try inner.entries() {
            findings += try exposures(
                of: below, in: inner, at: "\(path)/\(below.name)", depth: depth + 1)
        }
        return findings
    }
}
