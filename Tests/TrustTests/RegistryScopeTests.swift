import Testing
import Trust

@Suite struct `Registry scopes` {
    @Test(arguments: [
        "", "*", "hello", "registry.test/", "registry.test//x", "/x/y", "registry.test/app:v1",
        "registry.test/app@sha256:00", "https://registry.test/app", "registry.test/App",
        "registry.test/*", "registry.test/a*", "a_b.test/x", "[::1]:5000/x", "h.test:http/x",
        "h.test:/x", "registry.test/a___b", "registry.test/a..b", "registry.test/-a",
        "registry.test/a-", "registry.test/a b", "registry.test/a\n", "-a.test/x", "a.test./x",
        ".test/x", "a..test/x", "registry.test/a._b", "registry.test/é", "registry.test/a_-b",
    ]) func `Y12: refuse whatever is no plain repository name`(_ text: String) {
        #expect(throws: RegistryScopeError.malformed(text)) { try RegistryScope(text) }
    }

    @Test(arguments: [
        "registry.test/app/hello", "localhost:5000/a", "127.0.0.1:5000/x",
        "a.b-c.test:65535/x/y_z/w__v/q-r.s", "registry.test/a--b", "REGISTRY.test/app",
        "local/hello-world",
    ]) func `Y12: take repository names`(_ text: String) throws {
        #expect(try RegistryScope(text).text == text)
    }

    @Test(arguments: [
        ("registry.test/app", true), ("registry.test", true), ("registry.test/app/hello", true),
        ("registry.test/ap", false), ("registry.test/app/hell", false), ("registry", false),
        ("registry.test/app/hello/x", false), ("registry.tes", false),
    ]) func `lie inside a prefix of whole components only`(_ prefix: String, _ isInside: Bool)
        throws
    {
        let scope = try RegistryScope("registry.test/app/hello")
        #expect(scope.isInside(try RepositoryPrefix(prefix)) == isInside)
    }

    @Test(arguments: ["", "*", "registry.test/", "/x", "a.test/X", "a.test//b"])
    func `have no malformed prefixes`(_ text: String) {
        #expect(throws: RegistryScopeError.malformed(text)) { try RepositoryPrefix(text) }
    }
}
