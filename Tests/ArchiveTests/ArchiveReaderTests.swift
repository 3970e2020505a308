import Archive
import Files
import TestSupport
import Testing

@Suite struct `Reading archives` {
    struct Member: Equatable {
        let name: String
        let kind: ArchiveEntry.Kind
        let body: [UInt8]
    }

    func members(_ file: ReadableFile, _ limits: ArchiveLimits = ArchiveLimits()) throws
        -> [Member]
    {
        let reader = try ArchiveReader(file, limits: limits)
        var found: [Member] = []
        while let entry = try reader.next() {
            let body = try reader.readAll(limit: 1 << 30)
            found.append(Member(name: entry.name, kind: entry.kind, body: body))
        }
        return found
    }

    static let tree = """
        mkdir -p t/d; printf hello > t/d/f; printf x > t/é; ln -s ../d/f t/l; ln t/d/f t/h
        head -c 3000000 /dev/zero | tr '\\0' a > t/big
        """
    static let order = "d d/f é l h big"

    @Test(arguments: ["gnu", "ustar", "pax"], ["cat", "gzip", "zstd -q"])
    func `give the same members for every format and compression`(
        _ format: String, _ compression: String
    ) async throws {
        let box = try Box()
        try await box.shell(Self.tree)
        try await box.shell(
            "tar --format=\(format) --no-recursion -C t -cf - \(Self.order) | \(compression) > a")
        let found = try members(box.file("a"))
        #expect(found.map(\.name) == ["d", "d/f", "é", "l", "h", "big"])
        #expect(
            found.map(\.kind) == [.folder, .file, .file, .link("../d/f"), .hardLink("d/f"), .file])
        #expect(found[1].body == Array("hello".utf8))
        #expect(found[5].body == [UInt8](repeating: UInt8(ascii: "a"), count: 3_000_000))
    }

    @Test(arguments: ["cat", "gzip", "zstd -q"])
    func `refuse every cut`(_ compression: String) async throws {
        let box = try Box()
        try await box.shell("printf hello > f; printf world > g; tar -b1 -cf t.tar f g")
        try await box.shell("\(compression) < t.tar > whole")
        let size = try box.read("whole").count
        let isPlain = compression == "cat"
        // A plain tar has two end blocks, and one suffices.
        let cuts =
            isPlain
            ? Array(stride(from: 1, to: size - 512, by: 64))
            : Array(stride(from: 1, to: size, by: 3))
        for cut in cuts {
            try await box.shell("head -c \(cut) whole > cut")
            #expect(
                "\(cut) of \(size)",
                performing: {
                    _ = try members(box.file("cut"))
                },
                throws: { error in
                    switch error as? ArchiveError {
                    case .truncated?, .notAnArchive?: true
                    default: false
                    }
                })
        }
        #expect(try members(box.file("whole")).count == 2)
    }

    @Test(arguments: [("/abs", "/abs"), ("../up", "../up"), ("a/../../b", "a/../../b")])
    func `refuse names that leave the folder`(_ name: String, _ said: String) async throws {
        let box = try Box()
        try await box.shell("printf x > f; tar -P --transform 's|f|\(name)|' -cf a f")
        #expect(throws: ArchiveError.unsafeName(said)) { try members(box.file("a")) }
    }

    @Test func `refuse names that are no UTF-8`() async throws {
        let box = try Box()
        try await box.shell("printf x > f; tar --transform \"s|f|a$(printf '\\377')b|\" -cf a f")
        #expect(throws: ArchiveError.unsafeName("a\\xffb")) { try members(box.file("a")) }
    }

    @Test func `bring names to one form`() async throws {
        let box = try Box()
        try await box.shell("mkdir d; printf x > d/f; tar --exclude=./a -cf a ./")
        #expect(try members(box.file("a")).map(\.name) == ["d", "d/f"])
    }

    @Test(arguments: ["", "not a tar", #"{"a":1}"#])
    func `refuse what is no archive`(_ text: String) throws {
        let box = try Box()
        try box.folder().replace("a", with: Array(text.utf8))
        #expect(throws: ArchiveError.notAnArchive(path: box.path("a"))) {
            try members(box.file("a"))
        }
    }

    /// Zeros without end cost time without end.
    @Test func `take the padding of tapes, and no more`() async throws {
        let box = try Box()
        try await box.shell(
            """
            printf x > f; tar -cf a f; truncate -s 2M a; gzip -k a; truncate -s +2M a.gz
            cp a b; truncate -s 20G b; cp a.gz b.gz; truncate -s 20G b.gz
            """)
        for name in ["a", "a.gz"] { #expect(try members(box.file(name)).count == 1) }
        for name in ["b", "b.gz"] {
            let error = ArchiveError.damaged(
                path: box.path(name), reason: "more than 4194304 bytes of padding")
            #expect(throws: error) { try members(box.file(name)) }
        }
    }

    @Test func `refuse bytes behind the end mark`() async throws {
        let box = try Box()
        try await box.shell("printf x > f; tar -cf a f; printf y >> a")
        #expect(
            throws: ArchiveError.damaged(path: box.path("a"), reason: "bytes after the end mark")
        ) { try members(box.file("a")) }
    }

    @Test(arguments: ["gzip -n", "zstd -q"])
    func `take compressions one after another, and refuse what follows them`(_ tool: String)
        async throws
    {
        let box = try Box()
        try await box.shell(
            """
            printf hello > f; tar -cf t f
            { head -c 700 t | \(tool); tail -c +701 t | \(tool); } > two
            { cat two; printf junk; } > junk; { cat two; printf '\\037\\213'; } > magic
            { cat two; head -c 600000 /dev/zero; printf x; } > far
            \(tool) < two > twice
            """)
        #expect(try members(box.file("two")).map(\.name) == ["f"])
        for name in ["junk", "magic", "far"] {
            do {
                _ = try members(box.file(name))
                Issue.record("\(name) was taken")
            } catch ArchiveError.damaged {
            } catch ArchiveError.truncated where name == "magic" {}
        }
        #expect(
            throws: ArchiveError.damaged(
                path: box.path("twice"), reason: "compressed more than once")
        ) { try members(box.file("twice")) }
    }

    @Test func `take zeros behind gzip for padding`() async throws {
        let box = try Box()
        try await box.shell(
            "printf hello > f; tar -czf a f; head -c 600000 /dev/zero >> a")
        #expect(try members(box.file("a")).map(\.name) == ["f"])
    }

    @Test func `keep to their limits`() async throws {
        let box = try Box()
        try await box.shell("head -c 100000 /dev/zero > f; printf x > g; tar -czf a f g")
        var limits = ArchiveLimits()
        limits.entryCountMax = 1
        #expect(throws: ArchiveError.tooManyEntries(limit: 1)) {
            try members(box.file("a"), limits)
        }
        limits = ArchiveLimits()
        limits.byteCountMax = 50_000
        #expect(throws: ArchiveError.tooLarge(limit: 50_000)) {
            try members(box.file("a"), limits)
        }
        limits = ArchiveLimits()
        limits.expansionFreeByteCount = 1
        limits.expansionRatioMax = 20
        #expect(throws: ArchiveError.expandsTooFar(ratio: 20)) {
            try members(box.file("a"), limits)
        }
        limits = ArchiveLimits()
        limits.nameLengthMax = 0
        #expect(throws: ArchiveError.unsafeName("")) { try members(box.file("a"), limits) }
    }

    @Test(arguments: ["gnu", "posix --sparse-version=0.0", "posix --sparse-version=1.0"])
    func `take sparse files for nothing that can be imported`(_ format: String) async throws {
        let box = try Box()
        try await box.shell(
            """
            truncate -s 10M f; printf x >> f; truncate -s 1T hole
            tar --format=\(format) -S -cf a f; tar --format=\(format) -S -cf h hole
            """)
        #expect(try members(box.file("a")).map(\.kind) == [.other])
        // A terabyte of zeros in ten kilobytes: either it is seen to be sparse, or its first
        // block is more than the archive has.
        let reader = try ArchiveReader(box.file("h"))
        let entry = try #require(try reader.next())
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        if entry.kind == .file {
            #expect(
                throws: ArchiveError.damaged(
                    path: box.path("h"), reason: "a body that is larger than the archive")
            ) { try reader.read(into: &buffer) }
        }
    }
}

@Suite struct `Writing archives` {
    func write(_ box: Box, _ name: String) throws {
        let file = try box.folder().create(name)
        let writer = try ArchiveWriter(file)
        try writer.add("oci-layout", Array("{}".utf8))
        try writer.add("empty", [])
        try writer.add(String(repeating: "n", count: 300), [1])
        try writer.begin("big", size: 3_000_000)
        for _ in 0..<3 { try writer.write([UInt8](repeating: 7, count: 1_000_000).span) }
        try writer.finish()
    }

    @Test func `gives the same bytes each time, and others read them`() async throws {
        let box = try Box()
        try write(box, "a")
        try await Task.sleep(for: .milliseconds(1100))
        try write(box, "b")
        #expect(try box.read("a") == box.read("b"))
        let listing = try await box.shell("tar --full-time --utc -tvf a | tr -s ' '; bsdtar -tf a")
        #expect(listing.hasPrefix("-rw-r--r-- 0/0 2 1970-01-01 00:00:00 oci-layout\n"))
        let reader = try ArchiveReader(box.file("a"))
        var sizes: [Int64] = []
        while let entry = try reader.next() { sizes.append(entry.size) }
        #expect(sizes == [2, 0, 1, 3_000_000])
    }

    @Test func `without its end mark is not whole`() throws {
        let box = try Box()
        do {
            let writer = try ArchiveWriter(box.folder().create("a"))
            try writer.add("f", [1])
        }
        #expect(throws: (any Error).self) { try ArchiveReader(box.file("a")).next() }
    }
}
