import Configuration
import Encodings
import Files
import Testing
import Trust
import X509

@Suite struct `Trust stores of a home` {
    let home: TemporaryHome
    let chain: CertificateChain
    let main: TrustStoreName

    init() throws {
        home = try TemporaryHome()
        chain = try TemporaryHome.chain()
        main = try #require(TrustStoreName("ca:main"))
    }

    func usable(ignored: [String] = []) throws -> TrustStore {
        .usable(try TrustedCertificates([chain.root], for: .ca), ignored: ignored)
    }

    func put(_ name: String, _ text: String) throws {
        try home.put("truststore/x509/ca/main/\(name)", text)
    }

    @Test func `R1, R9: are missing without their folder, and empty without certificates`() throws {
        #expect(try home.home.trustStore(main) == .unusable(.missing))
        try home.put("truststore/x509/tsa/main/root.pem", chain.root.pem)
        try home.put("trust-store/x509/ca/main/root.pem", chain.root.pem)
        #expect(try home.home.trustStore(main) == .unusable(.missing))
        try put("README", "no certificate")
        #expect(try home.home.trustStore(main) == .unusable(.unfit(.none)))
    }

    @Test func `R3: are refused behind a link or as a file`() throws {
        try home.put("truststore/x509/ca/real/root.pem", chain.root.pem)
        home.link("truststore/x509/ca/main", to: "real")
        #expect(try home.home.trustStore(main) == .unusable(.notAFolder))
        let other = try #require(TrustStoreName("ca:other"))
        try home.put("truststore/x509/ca/other", chain.root.pem)
        #expect(try home.home.trustStore(other) == .unusable(.notAFolder))
    }

    @Test(arguments: ["link.pem", "link", "absent.pem"])
    func `R4: are refused for a link among their files, whatever its name`(_ name: String) throws {
        try put("root.pem", chain.root.pem)
        home.link(
            "truststore/x509/ca/main/\(name)", to: name == "absent.pem" ? "nowhere" : "root.pem")
        #expect(try home.home.trustStore(main) == .unusable(.notAFile(name: name)))
    }

    @Test func `R4, R5: pass over folders and files with other endings, and name them`() throws {
        try put("root.pem", chain.root.pem)
        try put("README.md", "not a certificate")
        try put(".keep", "")
        try home.put("truststore/x509/ca/main/sub/leaf.pem", chain.leaf.pem)
        let ignored = [".keep", "README.md", "sub"]
        #expect(try home.home.trustStore(main) == usable(ignored: ignored))
    }

    @Test(arguments: ["a.pem", "a.crt", "a.cer", "A.PEM"])
    func `R5, R6: read PEM under each ending, whatever its case`(_ name: String) throws {
        try put(name, chain.root.pem)
        #expect(try home.home.trustStore(main) == usable())
    }

    @Test func `R6: read DER, and each certificate once`() throws {
        try home.put("truststore/x509/ca/main/a.cer", chain.root.der)
        try put("b.pem", chain.root.pem + chain.root.pem)
        #expect(try home.home.trustStore(main) == usable())
    }

    @Test(arguments: ["", "junk", "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n"])
    func `R6: are refused for a file that holds no certificate`(_ text: String) throws {
        try put("root.pem", chain.root.pem)
        try put("spoilt.pem", text)
        guard
            case .unusable(.unreadable(name: "spoilt.pem", _)) = try home.home.trustStore(main)
        else {
            Issue.record("read as a store")
            return
        }
    }

    @Test func `R7: are refused for a leaf beside the root`() throws {
        try put("root.pem", chain.root.pem)
        try put("leaf.pem", chain.leaf.pem)
        let fingerprint = chain.leaf.sha256Fingerprint
        #expect(
            try home.home.trustStore(main)
                == .unusable(.unfit(.notAnAuthority(fingerprint: fingerprint))))
    }

    @Test func `are listed for a capsule only when each is sound`() throws {
        #expect(try home.home.trustStores().isEmpty)
        try put("root.pem", chain.root.pem)
        try home.put("truststore/x509/tsa/times/root.pem", chain.root.pem)
        #expect(
            try home.home.trustStores().keys.map(\.description).sorted() == [
                "ca:main", "tsa:times",
            ])
        try home.put("truststore/x509/tsa/times/junk.pem", "junk")
        let times = try #require(TrustStoreName("tsa:times"))
        let fault = TrustStoreFault.unreadable(name: "junk.pem", .noCertificate)
        #expect(throws: ConfigurationError.trustStore(times, fault)) {
            try home.home.trustStores()
        }
    }

    @Test func `R2: no store has a name that no policy could write`() throws {
        try home.put("truststore/x509/ca/a b/root.pem", chain.root.pem)
        let path = "\(home.path)/truststore/x509/ca/a b"
        #expect(throws: ConfigurationError.trustStoreName(path: path)) {
            try home.home.trustStores()
        }
    }
}
