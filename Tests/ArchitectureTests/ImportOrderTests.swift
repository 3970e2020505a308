import Testing

/// Compares every import in `Sources` with the table of floors in docs/architecture.md.
@Suite struct `Import order` {
    /// What no module here provides: the language, its libraries, and the listed packages.
    static let outside: Set<String> = [
        "ArgumentParser", "Glibc", "Synchronization", "SystemPackage",
    ]

    /// What must never reach keys, directly or through others.
    static let keyless = ["Verification", "Receiving"]
    static let keyModules: Set<String> = ["PKCS11", "Signing"]

    /// Module name to floor, from the table rows `| 4 | `A` text · `B` |`.
    static func floors() throws -> [String: Int] {
        var floors: [String: Int] = [:]
        for line in try SourceTree.text(of: "docs/architecture.md") {
            let cells = line.split(separator: "|").map { $0.trimmed }
            guard cells.count == 2, let floor = Int(cells[0]) else { continue }
            let names = cells[1].split(separator: "`", omittingEmptySubsequences: false)
            for index in stride(from: 1, to: names.count, by: 2) {
                floors[String(names[index])] = floor
            }
        }
        return floors
    }

    static func imports() throws -> [String: Set<String>] {
        var imports: [String: Set<String>] = [:]
        for file in try SourceTree.swiftFiles(below: "Sources") {
            let module = String(file.path.split(separator: "/")[1])
            for line in file.lines {
                let words = line.split(separator: " ").map { String($0) }
                guard let place = words.firstIndex(of: "import"), place <= 1,
                    place == 0 || ["public", "private", "internal"].contains(words[0]),
                    place + 1 < words.count
                else { continue }
                imports[module, default: []].insert(words[place + 1])
            }
        }
        return imports
    }

    /// What Package.swift lets each module import: a build that knows of a module by chance only
    /// fails on another machine.
    static func dependencies() throws -> [String: Set<String>] {
        var dependencies: [String: Set<String>] = [:]
        let text = try SourceTree.text(of: "Package.swift").joined(separator: " ")
        for part in text.components(after: "module(") {
            let names = part.prefix { $0 != "]" }
                .split(separator: "\"", omittingEmptySubsequences: false)
                .enumerated().filter { !$0.offset.isMultiple(of: 2) }.map { String($0.element) }
            guard let module = names.first else { continue }
            dependencies[module] = Set(names.dropFirst())
        }
        return dependencies
    }

    @Test func `is what Package.swift allows`() throws {
        let dependencies = try Self.dependencies()
        #expect(dependencies.count >= 15, "the modules in Package.swift were not found")
        let imports = try Self.imports()
        for (module, allowed) in dependencies {
            let used = (imports[module] ?? []).subtracting(Self.outside)
            #expect(
                used.subtracting(allowed).isEmpty, "\(module) lacks \(used.subtracting(allowed))")
        }
    }

    @Test func `goes down only`() throws {
        let floors = try Self.floors()
        #expect(floors.count >= 5, "the table in docs/architecture.md was not found")
        for (module, names) in try Self.imports() {
            guard let floor = floors[module] else {
                Issue.record("\(module) is not in the table")
                continue
            }
            for name in names where !Self.outside.contains(name) {
                guard let lower = floors[name] else {
                    Issue.record("\(module) imports \(name), which is not in the table")
                    continue
                }
                #expect(lower < floor, "\(module) imports \(name)")
            }
        }
    }

    @Test func `keeps keys out of what verifies and receives`() throws {
        let imports = try Self.imports()
        for module in Self.keyless {
            var reached: Set<String> = []
            var waiting = [module]
            while let next = waiting.popLast() {
                for name in imports[next] ?? [] where reached.insert(name).inserted {
                    waiting.append(name)
                }
            }
            #expect(reached.isDisjoint(with: Self.keyModules), "\(module) reaches a key module")
        }
    }

    @Test func `hides each C library in the modules that wrap it`() throws {
        let wrappers: [String: Set<String>] = [
            "COpenSSL": ["Cryptography", "X509"], "CArchive": ["Archive"], "CP11Kit": ["PKCS11"],
        ]
        for (module, names) in try Self.imports() {
            for (library, allowed) in wrappers where names.contains(library) {
                #expect(allowed.contains(module), "\(module) imports \(library)")
            }
        }
    }
}

extension Substring {
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}

extension String {
    /// What stands behind each `mark`, up to the next.
    fileprivate func components(after mark: String) -> [Substring] {
        var parts: [Substring] = []
        var rest = self[...]
        while let place = rest.firstRange(of: mark) {
            rest = rest[place.upperBound...]
            parts.append(rest[..<(rest.firstRange(of: mark)?.lowerBound ?? rest.endIndex)])
        }
        return parts
    }
}
