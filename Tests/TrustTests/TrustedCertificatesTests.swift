import Cryptography
import Encodings
import TestSupport
import Testing
import Trust
import X509

/// Certificates made for one test. TEST ONLY.
enum TestCertificates {
    static func chain() throws -> CertificateChain {
        try SoftwareSigner(.ec256).chain
    }
}

@Suite struct `Trusted certificates` {
    @Test func `R9: are refused when there is none`() {
        #expect(throws: TrustedCertificatesError.none) { try TrustedCertificates([], for: .ca) }
    }

    @Test(arguments: [TrustStoreType.ca, .signingAuthority])
    func `R7: refuse a leaf, alone and beside an authority`(_ type: TrustStoreType) throws {
        let chain = try TestCertificates.chain()
        let error = TrustedCertificatesError.notAnAuthority(
            fingerprint: chain.leaf.sha256Fingerprint)
        #expect(throws: error) { try TrustedCertificates([chain.leaf], for: type) }
        #expect(throws: error) { try TrustedCertificates([chain.root, chain.leaf], for: type) }
    }

    @Test func `R8: refuse what is no root in a store for timestamps`() throws {
        let chain = try TestCertificates.chain()
        let error = TrustedCertificatesError.notARoot(fingerprint: chain.leaf.sha256Fingerprint)
        #expect(throws: error) { try TrustedCertificates([chain.leaf], for: .tsa) }
        #expect(try TrustedCertificates([chain.root], for: .tsa).holds(chain.root))
    }

    @Test func `R10, R11: hold each certificate once and know it by its bytes`() throws {
        let chain = try TestCertificates.chain()
        let other = try TestCertificates.chain()
        let trusted = try TrustedCertificates([chain.root, other.root, chain.root], for: .ca)
        #expect(trusted.certificates.count == 2)
        #expect(trusted.holds(chain.root))
        #expect(!trusted.holds(chain.leaf))
    }
}

@Suite struct `Digests of trust stores` {
    @Test func `change with each certificate and with its store, and with nothing else`() throws {
        let policy = try PolicyText.read(PolicyText.with([:]))
        let main = try #require(TrustStoreName("ca:main"))
        let other = try #require(TrustStoreName("ca:other"))
        let trusted = try TrustedCertificates([TestCertificates.chain().root], for: .ca)
        func digest(_ stores: [TrustStoreName: TrustStore]) throws -> Digest {
            try TrustConfiguration(policy: policy, stores: stores).storesDigest
        }
        let one = try digest([main: .usable(trusted, ignored: [])])
        #expect(try digest([main: .usable(trusted, ignored: ["README"])]) == one)
        #expect(try digest([other: .usable(trusted, ignored: [])]) != one)
        #expect(try digest([:]) != one)
    }

    @Test func `R9: a store that was not found is missing`() throws {
        let policy = try PolicyText.read(PolicyText.with([:]))
        let trust = try TrustConfiguration(policy: policy, stores: [:])
        let name = try #require(TrustStoreName("ca:main"))
        #expect(trust.store(name) == .unusable(.missing))
    }
}
