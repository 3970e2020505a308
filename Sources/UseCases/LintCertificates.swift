public import Encodings
internal import Files
public import X509

/// What became of one file that was to be looked at.
public struct CertificateLintReport: Sendable {
    /// The file, as it was named.
    public let path: String
    /// What was found, or why nothing could be: the file cannot be read, or holds no certificates.
    public let result: Result<CertificateLint, any Error>
}

extension Site {
    /// Holds the chain in each file, leaf first, against every rule of the certificate profile, as
    /// of `time` or now.
    public func lintCertificates(_ paths: [String], at time: Timestamp?)
        -> [CertificateLintReport]
    {
        let time = time ?? clock.now
        return paths.map { path in
            CertificateLintReport(
                path: path,
                result: Result {
                    let bytes = try files.file(at: path).readAll(
                        limit: Int64(X509Limits.fileSizeMax))
                    return CertificateLint(try CertificateChain(file: bytes), at: time)
                })
        }
    }
}
