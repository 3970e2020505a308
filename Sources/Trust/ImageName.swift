extension RegistryScope {
    /// The repository of a full image name, `registry.example/team/app:v1`; nil for a name that is
    /// none.
    ///
    /// The first component is a registry only if it looks like a host: it holds a dot or a port, or
    /// is `localhost`. So `team/app:v1` names no repository, and nobody guesses one.
    public init?(imageName: String) {
        var name = imageName[...]
        if let mark = name.firstIndex(of: "@") { name = name[..<mark] }
        guard let slash = name.lastIndex(of: "/") else { return nil }
        if let colon = name[slash...].firstIndex(of: ":") { name = name[..<colon] }
        let registry = name.prefix { $0 != "/" }
        guard registry == "localhost" || registry.contains(where: { $0 == "." || $0 == ":" }),
            let scope = try? RegistryScope(String(name))
        else { return nil }
        self = scope
    }
}
