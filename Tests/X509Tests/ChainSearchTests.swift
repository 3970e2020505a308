import TestSupport
import Testing

@testable import X509

@Suite struct `A search for chains` {
    let root: TestCertificate
    let between: TestCertificate
    let leaf: TestCertificate

    init() throws {
        root = try TestCertificate("root")
        between = try TestCertificate("between", issuer: root)
        leaf = try TestCertificate("leaf", issuer: between, extensions: TestCertificate.leaf)
    }

    private func chains(through others: [TestCertificate], to roots: [TestCertificate])
        -> [[Certificate]]
    {
        ChainSearch.chains(
            from: leaf.certificate, through: others.map(\.certificate),
            to: roots.map(\.certificate)
        ).map(\.certificates)
    }

    @Test func `finds none where a link or the root is missing`() throws {
        #expect(chains(through: [], to: [root]).isEmpty)
        #expect(chains(through: [between, root], to: []).isEmpty)
        #expect(try chains(through: [between, root], to: [TestCertificate("root")]).isEmpty)
    }

    @Test func `finds every way, whatever lies about`() throws {
        let way = [leaf, between, root].map(\.certificate)
        #expect(chains(through: [between], to: [root]) == [way])
        let others = [root, between, between, try TestCertificate("between"), leaf]
        #expect(chains(through: others, to: [root]) == [way])
        let twin = try TestCertificate("between", key: between.key, issuer: root, extensions: [])
        #expect(chains(through: [twin, between], to: [root]).count == 2)
    }

    @Test func `ends where two authorities have issued each other`() throws {
        let other = try TestCertificate("other")
        let crossed = try TestCertificate(
            "between", key: between.key, issuer: other, extensions: TestCertificate.authority)
        let back = try TestCertificate(
            "other", key: other.key, issuer: between, extensions: TestCertificate.authority)
        #expect(chains(through: [crossed, back], to: [root]).isEmpty)
    }

    @Test func `gives up after a hundred signatures`() throws {
        let strangers = try (0..<100).map { _ in try TestCertificate("between") }
        #expect(chains(through: strangers.dropLast(2) + [between], to: [root]).count == 1)
        #expect(chains(through: strangers + [between], to: [root]).isEmpty)
    }
}
