import Files
import Glibc
import SystemPackage
import TestSupport
import Testing

/// A folder of its own for one test, removed afterwards.
func withScratchFolder(faults: FileFaults? = nil, _ body: (Folder) throws -> Void) throws {
    let name = TemporaryName.next(for: "test")
    let parent = try FileSystem.real.folder(at: "/tmp")
    _ = try parent.makeFolder(name, mode: 0o700)
    defer { try? parent.removeTree(name) }
    try body(FileSystem(faults: faults).folder(at: "/tmp/\(name)"))
}

@Suite struct `Folders` {
    @Test func `never follow a link below them`() throws {
        try withScratchFolder { folder in
            try folder.replace("secret", with: [1])
            #expect(symlink("secret", "\(folder.path)/link") == 0)
            #expect(symlink(".", "\(folder.path)/here") == 0)
            #expect(throws: FileError.wrongKind(path: "\(folder.path)/link")) {
                try folder.file("link")
            }
            #expect(throws: FileError.self) { try folder.folder("here") }
            #expect(try folder.kind(of: "link") == .other)
        }
    }

    @Test func `open no pipe or device as a file`() throws {
        try withScratchFolder { folder in
            #expect(mkfifo("\(folder.path)/pipe", 0o600) == 0)
            #expect(throws: FileError.wrongKind(path: "\(folder.path)/pipe")) {
                try folder.file("pipe")
            }
            #expect(throws: FileError.wrongKind(path: "/dev/null")) {
                try FileSystem.real.file(at: "/dev/null")
            }
        }
    }

    @Test func `refuse a file over the limit of its reader`() throws {
        try withScratchFolder { folder in
            try folder.replace("four", with: [1, 2, 3, 4])
            #expect(try folder.file("four").readAll(limit: 4) == [1, 2, 3, 4])
            #expect(throws: FileError.tooLarge(path: "\(folder.path)/four", limit: 3)) {
                try folder.file("four").readAll(limit: 3)
            }
        }
    }

    @Test func `list names in byte order with their kind`() throws {
        try withScratchFolder { folder in
            try folder.replace("b", with: [])
            _ = try folder.makeFolder("a")
            #expect(try folder.entries().map(\.name) == ["a", "b"])
            #expect(try folder.entries().map(\.kind) == [.folder, .file])
        }
    }

    @Test func `list regular files with their size`() throws {
        try withScratchFolder { folder in
            try folder.replace("a", with: [])
            try folder.replace("b", with: [1, 2, 3])
            _ = try folder.makeFolder("c")
            #expect(symlink("b", "\(folder.path)/d") == 0)
            #expect(try folder.entries().map(\.size) == [0, 3, nil, nil])
        }
    }

    /// Who may do what with the file at `path`.
    private func rights(_ path: String) -> [UInt32] {
        var status = stat()
        #expect(unsafe lstat(path, &status) == 0)
        return [status.st_mode & 0o7777, status.st_uid, status.st_gid]
    }

    @Test(arguments: [0o600, 0o640, 0o444, 0o666, 0o000] as [UInt32])
    func `replace a file by one with its permission bits`(_ mode: UInt32) throws {
        try withScratchFolder { folder in
            let path = "\(folder.path)/file"
            try folder.replace("file", with: [1])
            #expect(chmod(path, mode) == 0)
            try folder.replace("file", with: [2], mode: 0o644)
            #expect(rights(path)[0] == mode)
            try folder.replace("new", with: [3], mode: 0o600)
            #expect(rights("\(folder.path)/new")[0] == 0o600)
        }
    }

    @Test func `replace what is no regular file by one with the bits that are asked for`() throws {
        try withScratchFolder { folder in
            try folder.replace("file", with: [1], mode: 0o640)
            #expect(symlink("file", "\(folder.path)/link") == 0)
            try folder.replace("link", with: [2], mode: 0o600)
            #expect(rights("\(folder.path)/link")[0] == 0o600)
            #expect(rights("\(folder.path)/file")[0] == 0o640)
        }
    }

    @Test(.enabled(if: geteuid() == 0, "only root gives files away"))
    func `replace a file by one of its owner and group`() throws {
        try withScratchFolder { folder in
            let path = "\(folder.path)/file"
            try folder.replace("file", with: [1])
            #expect(chmod(path, 0o4640) == 0 && chown(path, 4321, 1234) == 0)
            try folder.replace("file", with: [2])
            #expect(rights(path) == [0o640, 4321, 1234])
            #expect(try folder.file("file").readAll(limit: 1) == [2])
        }
    }

    /// Names that are no UTF-8, and how they are shown.
    static let noText: [(bytes: [UInt8], shown: String)] = [
        ([0xFF], #"\xff"#), (Array("a".utf8) + [0xC3], #"a\xc3"#),
        (Array("é".utf8) + [0xFE], #"\xc3\xa9\xfe"#), ([0xED, 0xA0, 0x80], #"\xed\xa0\x80"#),
    ]

    @Test(arguments: noText) func `list and remove what has a name that is no text`(
        _ name: (bytes: [UInt8], shown: String)
    ) throws {
        try withScratchFolder { folder in
            let path = Array("\(folder.path)/tree/".utf8) + name.bytes
            let tree = try folder.makeFolder("tree")
            // What the shown text names is another file, and stays.
            try tree.replace(name.shown, with: [7])
            #expect(mkdir(path.map { CChar(bitPattern: $0) } + [0], 0o700) == 0)
            let inner = try #require(try tree.entries().first { $0.kind == .folder })
            #expect(inner.name == name.shown)
            try tree.folder(inner).replace("file", with: [])
            try tree.removeTree(inner)
            #expect(try tree.entries().map(\.name) == [name.shown])
            #expect(mkdir(path.map { CChar(bitPattern: $0) } + [0], 0o700) == 0)
            try folder.removeTree("tree")
            #expect(try folder.entries().isEmpty)
        }
    }

    @Test func `remove a tree without leaving it through a link`() throws {
        try withScratchFolder { folder in
            let tree = try folder.makeFolder("tree")
            _ = try tree.makeFolder("inner")
            try folder.replace("kept", with: [7])
            #expect(symlink("../kept", "\(folder.path)/tree/link") == 0)
            try folder.removeTree("tree")
            #expect(try folder.kind(of: "tree") == nil)
            #expect(try folder.file("kept").readAll(limit: 1) == [7])
        }
    }

    @Test(arguments: 1...8) func `replace a file in one step whichever operation fails`(
        _ n: Int
    ) throws {
        for fault in [FileFault.fail(.noSpace), .shortWrite(byteCount: 1, .ioError)] {
            let faulty = FaultyFiles(at: n, by: fault)
            try withScratchFolder(faults: faulty.faults) { folder in
                let real = try FileSystem.real.folder(at: folder.path)
                try real.replace("file", with: [1, 1])
                let replaced = (try? folder.replace("file", with: [2, 2, 2])) != nil
                let content = try real.file("file").readAll(limit: 10)
                #expect(content == [1, 1] || content == [2, 2, 2])
                #expect(!replaced || content == [2, 2, 2])
                // A temporary file may stay behind only if its removal failed as well.
                let left = try real.entries().filter { TemporaryName.matches($0.name) }
                #expect(left.isEmpty)
            }
        }
    }
}

@Suite struct `Folder locks` {
    @Test func `are held by one at a time and freed with their holder`() throws {
        try withScratchFolder { folder in
            do {
                let lock = try FolderLock.acquire(folder, patience: .none)
                #expect(throws: FileError.locked(path: folder.path)) {
                    try FolderLock.acquire(folder, patience: .none)
                }
                withExtendedLifetime(lock) {}
            }
            _ = try FolderLock.acquire(folder, patience: .none)
        }
    }

    @Test func `are seen by who does not want them, and not taken`() throws {
        try withScratchFolder { folder in
            #expect(try !FolderLock.isHeld(folder))
            let lock = try FolderLock.acquire(folder, patience: .none)
            #expect(try FolderLock.isHeld(folder))
            withExtendedLifetime(lock) {}
        }
    }
}
