import Encodings
import TestSupport
import Testing
import X509

@Suite struct `A chain from certificates in no order` {
    static let now = Timestamp(seconds: 1_795_392_000)
    let root: TestCertificate
    let issuer: TestCertificate
    let leaf: TestCertificate

    init() throws {
        root = try TestCertificate("root")
        issuer = try TestCertificate("issuer", issuer: root)
        leaf = try TestCertificate("leaf", issuer: issuer, extensions: TestCertificate.leaf)
    }

    /// The chain of `leaf` from `kept`, each under its id.
    func chain(_ kept: [(id: [UInt8], TestCertificate)], at time: Timestamp = now)
        throws(ChainAssemblyError) -> CertificateChain
    {
        try ChainAssembly.chain(
            for: leaf.certificate.publicKey, id: [1],
            from: kept.map { KeptCertificate(id: $0.id, certificate: $0.1.certificate) },
            at: time)
    }

    @Test func `is missing without the leaf`() {
        #expect(throws: ChainAssemblyError.noLeaf(certificateCount: 2)) {
            try chain([([1], issuer), ([], root)])
        }
        #expect(throws: ChainAssemblyError.noLeaf(certificateCount: 0)) { try chain([]) }
    }

    @Test func `is missing without an authority, or the root`() {
        #expect(throws: ChainAssemblyError.noIssuer(of: leaf.certificate)) {
            try chain([([1], leaf), ([], root)])
        }
        #expect(throws: ChainAssemblyError.noIssuer(of: issuer.certificate)) {
            try chain([([1], leaf), ([], issuer)])
        }
    }

    @Test func `is not led on by a name without the key`() throws {
        let impostor = try TestCertificate("issuer", issuer: root)
        #expect(throws: ChainAssemblyError.noIssuer(of: leaf.certificate)) {
            try chain([([1], leaf), ([], impostor), ([], root)])
        }
        let whole = try chain([([], impostor), ([1], leaf), ([], root), ([], issuer)])
        #expect(whole.certificates == [leaf, issuer, root].map(\.certificate))
    }

    @Test func `is not guessed among several leaves`() throws {
        let renewed = try TestCertificate(
            "leaf", key: leaf.key, issuer: issuer, extensions: TestCertificate.leaf)
        let both = [leaf.certificate, renewed.certificate]
        #expect(throws: ChainAssemblyError.severalLeaves(both)) {
            try chain([([1], leaf), ([1], renewed), ([], issuer), ([], root)])
        }
        #expect(throws: ChainAssemblyError.severalLeaves(both)) {
            try chain([([2], leaf), ([3], renewed), ([], issuer), ([], root)])
        }
        // The key's own id tells.
        let tied = try chain([([2], leaf), ([1], renewed), ([], issuer), ([], root)])
        #expect(tied.leaf == renewed.certificate)
    }

    @Test func `is not guessed among several authorities of one name and key`() throws {
        let twin = try TestCertificate(
            "issuer", key: issuer.key, issuer: root, extensions: TestCertificate.authority)
        #expect(
            throws: ChainAssemblyError.severalIssuers(
                [issuer.certificate, twin.certificate], of: leaf.certificate)
        ) {
            try chain([([1], leaf), ([], issuer), ([], twin), ([], root)])
        }
    }

    @Test func `goes in circles nowhere`() throws {
        // Two authorities that issued each other, and no root.
        let one = try TestKey(.ec("P-256"))
        let first = try TestCertificate(
            "first", key: one, issuer: issuer, extensions: TestCertificate.authority)
        let second = try TestCertificate(
            "issuer", key: issuer.key, issuer: first, extensions: TestCertificate.authority)
        #expect(throws: ChainAssemblyError.noIssuer(of: first.certificate)) {
            try chain([([1], leaf), ([], first), ([], second)])
        }
    }

    @Test func `is whole whatever lies beside it, one of each counted once`() throws {
        let other = try TestCertificate("other", issuer: root)
        let whole = try chain([
            ([9], root), ([], other), ([1], leaf), ([1], leaf), ([], issuer), ([7], issuer),
        ])
        #expect(whole.certificates == [leaf, issuer, root].map(\.certificate))
        // Where nothing is valid all the same is put together: the profile says so then.
        let early = try chain(
            [([1], leaf), ([], issuer), ([], root)], at: Timestamp(seconds: 0))
        #expect(early.certificates.count == 3)
    }
}
