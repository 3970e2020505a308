import Cryptography
public import Encodings
import Notary
public import OCI
public import OCILayout
public import X509

/// The chains by which everything in a layout is signed: of these, revocation must be known.
///
/// Only envelopes whose integrity is proven are among them, and time stamps of trusted authorities.
public struct SignedChains: Sendable {
    /// The chains of signers, each once, in the order of the layout.
    public private(set) var signers: [CertificateChain] = []
    /// The chains of authorities for time stamps, each once.
    public private(set) var authorities: [CertificateChain] = []
    /// Signatures that expire, and when.
    public private(set) var expiries: [(manifest: Descriptor, end: Timestamp)] = []
    /// Signatures that could not be read, or whose integrity is not proven.
    public private(set) var unreadable: [Descriptor] = []

    /// Looks at every signature in `content`.
    ///
    /// - Parameters:
    ///   - content: the layout.
    ///   - roots: of authorities for time stamps.
    /// - Throws: where the layout cannot be read.
    public init(in content: some LayoutContent, roots: [Certificate]) throws(VerificationError) {
        let graph = try VerificationError.layout { () throws(LayoutError) in
            try LayoutGraph(content)
        }
        let reader = SignatureReader(content: content, chains: ChainMemory())
        for node in graph.nodes where node.document != nil {
            switch try reader.read(node.descriptor) {
            case .notASignature: continue
            case .failed: unreadable.append(node.descriptor)
            case .verified(let envelope):
                if let end = envelope.attributes.expiry {
                    expiries.append((manifest: node.descriptor, end: end))
                }
                take(envelope, roots)
            }
        }
    }

    private mutating func take(_ envelope: VerifiedEnvelope, _ roots: [Certificate]) {
        if !signers.contains(envelope.chain) { signers.append(envelope.chain) }
        guard let bytes = envelope.envelope.timestampSignature else { return }
        // One that does not verify vouches for nothing, so nobody asks who revoked it.
        guard
            let unverified = try? UnverifiedTimestampToken(
                bytes, over: envelope.envelope.signature),
            let token = try? TimestampToken(verifying: unverified, roots: roots)
        else { return }
        if !authorities.contains(token.chain) { authorities.append(token.chain) }
    }
}
