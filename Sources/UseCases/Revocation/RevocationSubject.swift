internal import Configuration
internal import Encodings
internal import Files
internal import OCI
internal import OCILayout
internal import Trust
internal import Verification
public import X509

/// A chain about whose revocation is asked.
public struct RevocationSubject: Sendable {
    /// Where it was found: the file or layout as it was named.
    public let path: String
    /// Leaf to root, each issued by the next.
    public let chain: CertificateChain
    /// Whether it is that of an authority for time stamps, found in a signature.
    public let isTimestampAuthority: Bool
}

/// Why something has no chains about whose revocation could be asked.
public enum RevocationSubjectError: Error, Equatable {
    /// A certificate in the file is not issued by the one behind it; counted from the leaf, which is
    /// 0.
    case notAChain(path: String, position: Int)
    /// The chain ends before its root, so nobody knows who issued this certificate.
    case withoutRoot(path: String, subject: String)
    /// Nothing in the layout is signed.
    case nothingSigned(path: String)
}

extension Site {
    /// The chains in files of certificates, and those by which things in layouts or archives are
    /// signed; each once.
    ///
    /// - Parameters:
    ///   - paths: the files and layouts.
    ///   - skip: told of each signature in a layout that cannot be read.
    /// - Returns: the chains, in the order of the paths.
    /// - Throws: where one of the paths cannot be read, or has no chain.
    func revocationSubjects(
        of paths: [String], skip: (_ path: String, _ signature: Digest) -> Void = { _, _ in }
    ) throws -> [RevocationSubject] {
        var subjects: [RevocationSubject] = []
        for path in paths {
            let found = try chains(inCertificates: path) ?? chains(inLayout: path, skip)
            subjects += found.filter { one in !subjects.contains { $0.chain == one.chain } }
        }
        return subjects
    }

    /// Nil for what holds no certificates.
    private func chains(inCertificates path: String) throws -> [RevocationSubject]? {
        guard let certificates = try certificates(inFile: path),
            let chain = try? CertificateChain(certificates)
        else { return nil }
        for (position, pair) in zip(chain.certificates, chain.authorities).enumerated()
        where !pair.0.isIssued(by: pair.1) {
            throw RevocationSubjectError.notAChain(path: path, position: position)
        }
        guard chain.root.isIssued(by: chain.root) else {
            throw RevocationSubjectError.withoutRoot(
                path: path, subject: chain.root.subject.description)
        }
        return [RevocationSubject(path: path, chain: chain, isTimestampAuthority: false)]
    }

    /// Nil for what is no file of certificates.
    func certificates(inFile path: String) throws -> [Certificate]? {
        guard files.kind(at: path) == .file else { return nil }
        let file = try files.file(at: path)
        guard let size = file.size, size <= Int64(X509Limits.fileSizeMax) else { return nil }
        return try? Certificate.list(file.readAll(limit: size))
    }

    private func chains(inLayout path: String, _ skip: (String, Digest) -> Void) throws
        -> [RevocationSubject]
    {
        let roots = try timestampRoots()
        let reference = try Reference(parsing: path, in: files)
        let chains = try steadily(reference) { content in
            let chains = try SignedChains(in: content, roots: roots)
            return (chains, isSound: chains.unreadable.isEmpty)
        }
        chains.unreadable.forEach { skip(path, $0.digest) }
        guard !chains.signers.isEmpty else {
            throw RevocationSubjectError.nothingSigned(path: path)
        }
        return chains.signers.map {
            RevocationSubject(path: path, chain: $0, isTimestampAuthority: false)
        }
            + chains.authorities.map {
                RevocationSubject(path: path, chain: $0, isTimestampAuthority: true)
            }
    }

    /// The roots of authorities for time stamps that the home trusts.
    func timestampRoots() throws -> [Certificate] {
        guard files.kind(at: homePath) == .folder else { return [] }
        let home = try home()
        return try home.trustStoreNames().names.filter { $0.type == .tsa }.flatMap { name in
            if case .usable(let trusted, _) = try home.trustStore(name) {
                trusted.certificates
            } else {
                [Certificate]()
            }
        }
    }
}
