import Testing

/// Rules of style that a machine can hold us to.
@Suite struct `Tidy sources` {
    /// What is banned in `Sources`, and what to do instead.
    static let banned: [(text: String, instead: String)] = [
        ("try" + "!", "handle the error, or prove that there is none with typed throws"),
        ("fatal" + "Error(", "throw, or state our own invariant with precondition"),
        ("@unchecked " + "Sendable", "make the type a value, or an actor"),
        (" as" + "! ", "switch over the type"),
        ("TO" + "DO", "do it, or open an issue"),
        ("FIX" + "ME", "fix it"),
        ("import " + "Foundation\n", "FoundationEssentials, or nothing"),
    ]

    @Test func `hold no banned construct`() throws {
        for file in try SourceTree.swiftFiles(below: "Sources") {
            for (index, line) in file.lines.enumerated() {
                for ban in Self.banned where "\(line)\n".contains(ban.text) {
                    Issue.record("\(file.path):\(index + 1): \(ban.text): \(ban.instead)")
                }
            }
        }
    }

    /// Calls that change what is on disk: where they stand, no test can let them fail.
    static let changing = [
        "| O_CREAT", "| O_TRUNC", "mkdir(", "mkdirat(", "renameat(", "linkat(", "unlink(",
        "unlinkat(",
        "rmdir(",
        "ftruncate(", "fsync(", "fdatasync(", "fopen(", "fchmod(",
    ]

    @Test func `change the disk through Files only`() throws {
        for file in try SourceTree.swiftFiles(below: "Sources")
        where !file.path.contains("Sources/Files/") {
            for (index, line) in file.lines.enumerated() {
                for call in Self.changing where line.contains(call) {
                    Issue.record("\(file.path):\(index + 1): \(call): use Folder")
                }
            }
        }
    }

    @Test func `have functions that fit a screen`() throws {
        for file in try SourceTree.swiftFiles(below: "Sources") {
            var start: (line: Int, indentation: Int)?
            for (index, line) in file.lines.enumerated() {
                let indentation = line.prefix { $0 == " " }.count
                if let open = start {
                    if indentation == open.indentation, line.drop({ $0 == " " }) == "}" {
                        #expect(
                            index - open.line < 70,
                            "\(file.path):\(open.line + 1) is \(index - open.line + 1) lines long")
                        start = nil
                    }
                } else if line.hasSuffix("{"), line.contains("func ") || line.contains(" init(") {
                    start = (index, indentation)
                }
            }
        }
    }

    @Test func `have files of one noun each`() throws {
        for file in try SourceTree.swiftFiles(below: "Sources") {
            #expect(file.lines.count <= 450, "\(file.path) has \(file.lines.count) lines")
            let name = file.path.split(separator: "/").last ?? ""
            for vague in ["Util", "Helper", "Manager", "Misc", "Common"] {
                #expect(!name.contains(vague), "\(file.path) names no noun of the specification")
            }
        }
    }
}

extension String {
    fileprivate func drop(_ predicate: (Character) -> Bool) -> String {
        String(drop(while: predicate))
    }
}
