import Configuration
import Encodings
import Files
import Testing
import Trust
import X509

@Suite struct `Policies of a home` {
    @Test func `a home that is no folder is none`() throws {
        #expect(throws: ConfigurationError.noHome(path: "/dev/null")) {
            try Home.open(at: "/dev/null")
        }
        #expect(throws: ConfigurationError.noHome(path: "/nowhere/at/all")) {
            try Home.open(at: "/nowhere/at/all")
        }
    }

    @Test func `are missed by the names that were looked for`() throws {
        let home = try TemporaryHome()
        let names = ["trustpolicy.oci.json", "trustpolicy.json"]
        #expect(throws: ConfigurationError.noPolicy(home: home.path, names: names)) {
            try home.home.imagePolicy()
        }
    }

    @Test func `are refused as links and as folders`() throws {
        let home = try TemporaryHome()
        try home.put("elsewhere.json", TemporaryHome.policy)
        home.link("trustpolicy.oci.json", to: "elsewhere.json")
        let path = "\(home.path)/trustpolicy.oci.json"
        #expect(throws: ConfigurationError.file(.wrongKind(path: path))) {
            try home.home.imagePolicy()
        }
        try home.folder.remove("trustpolicy.oci.json")
        _ = try home.folder.makeFolder("trustpolicy.oci.json")
        #expect(throws: ConfigurationError.file(.wrongKind(path: path))) {
            try home.home.imagePolicy()
        }
    }

    @Test func `the newer name is read even where it is unsound`() throws {
        let home = try TemporaryHome()
        try home.put("trustpolicy.json", TemporaryHome.policy)
        #expect(try home.home.imagePolicy().bytes == TemporaryHome.policy)
        try home.put("trustpolicy.oci.json", "{")
        let path = "\(home.path)/trustpolicy.oci.json"
        #expect(throws: ConfigurationError.policy(path: path, .json(.truncated))) {
            try home.home.imagePolicy()
        }
    }

    @Test func `R10: bring the stores that they name, found or not`() throws {
        let home = try TemporaryHome()
        try home.put("trustpolicy.oci.json", TemporaryHome.policy)
        let root = try TemporaryHome.chain().root
        try home.put("truststore/x509/ca/main/root.pem", root.pem)
        try home.put("truststore/x509/ca/other/root.pem", "junk")
        let trust = try home.home.imageTrust()
        #expect(trust.stores.count == 2)
        let main = try #require(TrustStoreName("ca:main"))
        let trusted = try TrustedCertificates([root], for: .ca)
        #expect(trust.store(main) == .usable(trusted, ignored: []))
        let times = try #require(TrustStoreName("tsa:times"))
        #expect(trust.store(times) == .unusable(.missing))
    }
}
