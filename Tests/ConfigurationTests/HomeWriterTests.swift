import Configuration
import Files
import TestSupport
import Testing
import Trust
import X509

@Suite struct `A writer of a home` {
    let home: TemporaryHome
    let root: TestCertificate
    let store: TrustStoreName

    init() throws {
        home = try TemporaryHome()
        root = try TestCertificate("root")
        store = try #require(TrustStoreName("ca:main"))
    }

    func file(_ name: String, _ certificates: TestCertificate...) throws
        -> TrustStoreContent.File
    {
        let text = certificates.map(\.certificate.pem).joined()
        return try TrustStoreContent.File(name: name, bytes: Array(text.utf8))
    }

    func planned(_ files: [TrustStoreContent.File], type: TrustStoreType = .ca) throws
        -> Result<TrustStoreAddition, TrustStoreRefusal>
    {
        let name = try #require(TrustStoreName(type: type, name: "main"))
        return try TrustStoreAddition.planned(files, to: name, of: home.home)
    }

    func refusal(_ files: [TrustStoreContent.File], type: TrustStoreType = .ca) throws
        -> TrustStoreRefusal?
    {
        guard case .failure(let refusal) = try planned(files, type: type) else { return nil }
        return refusal
    }

    @Test func `R5: refuses a name under which no reader would find certificates`() throws {
        #expect(try refusal([file("root.txt", root)]) == .fileName("root.txt"))
    }

    @Test func `R7: refuses a leaf in a store for authorities`() throws {
        let leaf = try TestCertificate("leaf", issuer: root, extensions: TestCertificate.leaf)
        let fault = TrustedCertificatesError.notAnAuthority(
            fingerprint: leaf.certificate.sha256Fingerprint)
        #expect(try refusal([file("a.pem", root, leaf)]) == .unfit(name: "a.pem", .ca, fault))
        #expect(
            try refusal([file("a.pem", leaf)], type: .signingAuthority)
                == .unfit(name: "a.pem", .signingAuthority, fault))
    }

    @Test func `R8: refuses all but self-signed authorities in a store for time stamps`() throws {
        let authority = try TestCertificate("authority", issuer: root)
        #expect(
            try refusal([file("a.pem", authority)], type: .tsa)
                == .unfit(
                    name: "a.pem", .tsa,
                    .notARoot(fingerprint: authority.certificate.sha256Fingerprint)))
        #expect(try refusal([file("a.pem", root)], type: .tsa) == nil)
    }

    @Test func `refuses another file of the same name, there or among the files`() throws {
        let other = try TestCertificate("other")
        let taken = TrustStoreRefusal.nameTaken(store, name: "a.pem")
        #expect(try refusal([file("a.pem", root), file("a.pem", other)]) == taken)
        try home.put("truststore/x509/ca/main/a.pem", root.certificate.pem)
        #expect(try refusal([file("a.pem", other)]) == taken)
        #expect(try refusal([file("a.pem", root, other)]) == taken)
    }

    @Test func `refuses to add to a store that cannot be used`() throws {
        try home.put("truststore/x509/ca/main/junk.pem", "junk")
        #expect(
            try refusal([file("a.pem", root)])
                == .store(store, .unreadable(name: "junk.pem", .noCertificate)))
    }

    @Test func `finds what is there already, under whatever name`() throws {
        try home.put("truststore/x509/ca/main/a.pem", root.certificate.pem)
        let files = [try file("a.pem", root), try file("b.crt", root)]
        let addition = try planned(files).get()
        #expect(addition.files.isEmpty)
        #expect(addition.present == files)
    }

    @Test func `adds to a new store and to one that is there, and leaves no other file`() throws {
        let other = try TestCertificate("other")
        let writer = try HomeWriter(home.home, patience: .brief)
        try writer.add([file("a.pem", root)], to: store)
        try writer.add([file("b.pem", other)], to: store)
        #expect(try home.home.trustStoreEntries(store) == ["a.pem", "b.pem"])
        #expect(try home.folder.entries().map(\.name) == ["truststore"])
        #expect(
            try home.home.trustStore(store)
                == .usable(
                    TrustedCertificates([root.certificate, other.certificate], for: .ca),
                    ignored: []))
    }

    @Test func `removes a file, and the store with the last one`() throws {
        try home.put("truststore/x509/ca/main/a.pem", root.certificate.pem)
        try home.put("truststore/x509/ca/main/README", "text")
        let writer = try HomeWriter(home.home, patience: .brief)
        #expect(throws: ConfigurationError.noTrustStoreFile(store, name: "b.pem")) {
            try writer.remove("b.pem", from: store)
        }
        try writer.remove("a.pem", from: store)
        #expect(try home.home.trustStoreEntries(store) == ["README"])
        try writer.remove("README", from: store)
        #expect(throws: ConfigurationError.trustStore(store, .missing)) {
            try writer.remove("README", from: store)
        }
        #expect(throws: ConfigurationError.trustStore(store, .missing)) {
            try writer.remove(store)
        }
    }

    @Test func `R3: removes a link that stands in a store's place, and not what it leads to`()
        throws
    {
        try home.put("truststore/x509/ca/real/a.pem", root.certificate.pem)
        home.link("truststore/x509/ca/main", to: "real")
        try HomeWriter(home.home, patience: .brief).remove(store)
        #expect(try home.home.trustStoreNames().names.map(\.description) == ["ca:real"])
    }

    @Test func `sweeps what a run that died left in the home`() throws {
        let stage = TemporaryName.next(for: "added")
        try home.put("\(stage)/a.pem", "half")
        try home.put(TemporaryName.next(for: "removed"), "half")
        _ = try HomeWriter(home.home, patience: .brief)
        #expect(try home.folder.entries().isEmpty)
    }

    @Test func `waits for another writer, and gives up in the end`() throws {
        let writer = try HomeWriter(home.home, patience: .brief)
        #expect(throws: ConfigurationError.file(.locked(path: home.path))) {
            _ = try HomeWriter(home.reopened(), patience: .none)
        }
        withExtendedLifetime(writer) {}
    }
}
