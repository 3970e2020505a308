import Archive
import Encodings
import Files
import OCI
import TestSupport
import Testing

@testable import OCILayout

/// An archive that somebody made to harm, and the reason for which it is refused.
struct HostileArchive: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let script: String
    let reason: @Sendable (LayoutError) -> Bool

    init(_ name: String, _ script: String, _ reason: @escaping @Sendable (LayoutError) -> Bool) {
        testDescription = name
        self.script = script
        self.reason = reason
    }

    init(_ name: String, _ script: String, _ reason: LayoutError) {
        self.init(name, script) { $0 == reason }
    }
}

@Suite struct `Hostile archives` {
    /// Headers by hand: what Python's own writer would never write.
    static let raw = #"""
        def header(name=b"x", kind=b"0", size=0, link=b"", size_field=None, magic=b"ustar\0" + b"00"):
            h = bytearray(512)
            h[0:len(name)] = name
            h[100:124] = b"0000644\0" + b"0000000\0" * 2
            h[124:136] = size_field or b"%011o\0" % size
            h[136:148] = b"00000000000\0"
            h[156:157] = kind
            h[157:157 + len(link)] = link
            h[257:257 + len(magic)] = magic
            h[148:156] = b" " * 8
            h[148:156] = b"%06o\0 " % sum(h)
            return bytes(h)
        def entry(name=b"x", data=b"", **more):
            return header(name, size=len(data), **more) + data + b"\0" * (-len(data) % 512)
        def pax(name, data, **records):
            body = b""
            for key, value in records.items():
                n = len(key) + len(value) + 3
                while len(str(n)) + len(key) + len(value) + 3 != n: n = len(str(n)) + len(key) + len(value) + 3
                body += b"%d %s=%s\n" % (n, key.replace("_", ".").encode(), value)
            return entry(b"pax", body, kind=b"x") + entry(name, data)
        END = b"\0" * 1024
        def write(*parts): open("a.tar", "wb").write(b"".join(parts) + END)

        """#

    /// A docker-archive of one image whose layer is made by `layer`.
    static func image(_ layer: String) -> String {
        """
        a, c = Archive(), config(ONE)
        a.member("c.json", data=c); a.images(("c.json", ["app:1"], ["d/l"]))
        \(layer)
        a.close()
        """
    }

    static func unusable(_ name: String) -> LayoutError { .importRefused(.unusableMember(name)) }
    static func unsafe(_ name: String) -> LayoutError { .archive(.unsafeName(name)) }
    static func isDamaged(_ error: LayoutError) -> Bool {
        if case .archive(.damaged) = error { return true }
        return false
    }
    static func isTruncated(_ error: LayoutError) -> Bool {
        if case .archive(.truncated) = error { return true }
        return false
    }
    static func isNoArchive(_ error: LayoutError) -> Bool {
        if case .archive(.notAnArchive) = error { return true }
        return false
    }

    static let names = [
        HostileArchive("that climbs", "write(entry(b'../x'))", unsafe("../x")),
        HostileArchive("that climbs later", "write(entry(b'a/../../x'))", unsafe("a/../../x")),
        HostileArchive("that is absolute", "write(entry(b'/x'))", unsafe("/x")),
        HostileArchive("of a folder that climbs", "write(entry(b'..', kind=b'5'))", unsafe("..")),
        HostileArchive("in Latin-1", "write(entry(b'caf\\xe9'))", unsafe("caf\\xe9")),
        HostileArchive("in Shift-JIS", "write(entry(b'\\x83e\\x83X'))", unsafe("\\x83e\\x83X")),
        HostileArchive("in UTF-16", "write(entry(b'\\xff\\xfea'))", unsafe("\\xff\\xfea")),
        HostileArchive(
            "with a lone surrogate", "write(pax(b'x', b'', path=b'\\xed\\xa0\\x80'))", isDamaged),
        HostileArchive(
            "with an overlong slash", "write(entry(b'..\\xc0\\xaf'))", unsafe("..\\xc0\\xaf")),
        HostileArchive(
            "of more than 4 KiB", "write(pax(b'x', b'', path=b'a' * 4097))",
            unsafe(String(repeating: "a", count: 4096))),
        HostileArchive(
            "that is there twice", "write(entry(b'x'), entry(b'x'))",
            .archive(.duplicateName("x"))),
        // A name ends at its first zero byte, so what stands behind cannot make it another.
        HostileArchive(
            "that is there twice, once with a zero byte",
            "write(entry(b'x'), entry(b'x\\0y'))", .archive(.duplicateName("x"))),
        HostileArchive(
            "that is there twice, once with a zero byte in pax",
            "write(entry(b'x'), pax(b'z', b'', path=b'x\\0y'))", .archive(.duplicateName("x"))),
        HostileArchive(
            "that is there twice, spelt in two ways", "write(entry(b'd/x'), entry(b'./d//x'))",
            .archive(.duplicateName("d/x"))),
        // libarchive brings what pax says to one normal form before we see it.
        HostileArchive(
            "that is there twice, in two normal forms of Unicode",
            "write(pax(b'x', b'', path=b'e\\xcc\\x81'), pax(b'x', b'', path=b'\\xc3\\xa9'))",
            .archive(.duplicateName("\u{E9}"))),
        HostileArchive(
            "of a link and a file", "write(entry(b'x', kind=b'2', link=b'y'), entry(b'x'))",
            .archive(.duplicateName("x"))),
        HostileArchive(
            "of two documents", "write(entry(b'index.json'), entry(b'index.json'))",
            .archive(.duplicateName("index.json"))),
    ]

    static let links = [
        HostileArchive(
            "to an absolute path",
            image("a.member('d/l', tarfile.SYMTYPE, target='/etc/passwd')"), unusable("d/l")),
        HostileArchive(
            "out of the archive",
            image("a.member('d/l', tarfile.SYMTYPE, target='../../x')"), unusable("d/l")),
        HostileArchive(
            "to itself", image("a.member('d/l', tarfile.SYMTYPE, target='l')"), unusable("d/l")),
        HostileArchive(
            "to each other",
            image(
                """
                a.member('d/l', tarfile.SYMTYPE, target='m')
                a.member('d/m', tarfile.SYMTYPE, target='l')
                """), unusable("d/l")),
        HostileArchive(
            "in a long chain",
            image(
                """
                for n in range(9): a.member('d/' + 'l' * (n + 1), tarfile.SYMTYPE, target='l' * (n + 2))
                a.member('d/' + 'l' * 10, data=ONE)
                """), unusable("d/l")),
        HostileArchive(
            "to nothing", image("a.member('d/l', tarfile.SYMTYPE, target='gone')"),
            .importRefused(.missingMember("d/l"))),
        HostileArchive(
            "to a folder",
            image("a.member('d/l', tarfile.SYMTYPE, target='e'); a.member('d/e', tarfile.DIRTYPE)"),
            .importRefused(.missingMember("d/l"))),
        HostileArchive(
            "hard, to an absolute path",
            image("a.member('d/l', tarfile.LNKTYPE, target='/etc/passwd')"),
            unsafe("/etc/passwd")),
        HostileArchive(
            "hard, out of the archive",
            image("a.member('d/l', tarfile.LNKTYPE, target='../x')"), unsafe("../x")),
        HostileArchive(
            "hard, to itself", image("a.member('d/l', tarfile.LNKTYPE, target='d/l')"),
            unusable("d/l")),
        HostileArchive(
            "hard, to what comes later",
            image("a.member('d/l', tarfile.LNKTYPE, target='m'); a.member('m', data=ONE)"),
            unusable("d/l")),
        HostileArchive(
            "hard, to a symbolic link",
            image(
                """
                a.member('m', tarfile.SYMTYPE, target='/etc/passwd')
                a.member('d/l', tarfile.LNKTYPE, target='m')
                """), unusable("d/l")),
        HostileArchive(
            "hard, to a document",
            image("a.member('d/l', tarfile.LNKTYPE, target='manifest.json')"), unusable("d/l")),
        HostileArchive(
            "hard, as a document",
            "a = Archive(); a.member('x', data=b'[]')\n"
                + "a.member('manifest.json', tarfile.LNKTYPE, target='x'); a.close()",
            unusable("manifest.json")),
        HostileArchive(
            "hard, with a body of its own",
            "write(entry(b'm', ONE), pax(b'x', b'', path=b'd/l')[:-512], entry(b'd/l', b'evil', kind=b'1', link=b'm'))",
            unusable("d/l")),
    ]

    static let members = [
        HostileArchive("character device", "write(entry(b'x', kind=b'3'))", unusable("x")),
        HostileArchive("block device", "write(entry(b'x', kind=b'4'))", unusable("x")),
        HostileArchive("pipe", "write(entry(b'x', kind=b'6'))", unusable("x")),
        HostileArchive(
            "sparse giant",
            "subprocess.run('truncate -s 1T x; printf 1 >> x; tar -S -cf a.tar x', shell=True)",
            unusable("x")),
        HostileArchive(
            "sparse giant by pax",
            "subprocess.run('truncate -s 1T x; printf 1 >> x; "
                + "tar --format=posix -S -cf a.tar x', shell=True)", unusable("x")),
        HostileArchive(
            "giant hole",
            "subprocess.run('truncate -s 1T x; tar -S -cf a.tar x', shell=True)"
        ) { isDamaged($0) || $0 == unusable("x") },
        HostileArchive(
            "giant hole by pax",
            "subprocess.run('truncate -s 1T x; tar --format=posix -S -cf a.tar x', shell=True)"
        ) { isDamaged($0) || $0 == unusable("x") },
        HostileArchive(
            "folder in the place of manifest.json", "write(entry(b'manifest.json', kind=b'5'))"
        ) { if case .notALayout = $0 { true } else { false } },
    ]

    static let structure = [
        HostileArchive("a size beyond the end", "write(header(size=1 << 30))", isTruncated),
        HostileArchive(
            "a size of 2^62",
            "write(header(size_field=b'\\x80' + (1 << 62).to_bytes(11, 'big')))", isTruncated),
        HostileArchive(
            "a negative size",
            "write(entry(b'y'), header(size_field=b'\\xff' * 11 + b'\\xf0'), entry(b'z'))",
            isDamaged),
        HostileArchive(
            "a size of no digits",
            "write(entry(b'y'), header(size_field=b'zzzzzzzzzzz\\0'), b'z' * 512)",
            isDamaged),
        HostileArchive(
            "a smaller size than its body", "write(header(size=512), ONE)", isDamaged),
        HostileArchive(
            "a wrong checksum",
            "h = bytearray(header()); h[0] ^= 1; write(entry(b'y'), bytes(h))", isDamaged),
        HostileArchive(
            "a pax header of a gigabyte", "write(header(b'p', b'x', size=1 << 30), entry())"
        ) { isTruncated($0) || isDamaged($0) },
        HostileArchive(
            "a pax header of 4 MB", "write(pax(b'x', b'', comment=b'c' * 4000000))", isDamaged),
        HostileArchive(
            "a pax size that is not the header's",
            "write(entry(b'p', b'13 size=9999\\n', kind=b'x'), entry(b'x', b'short'))",
            isTruncated),
        HostileArchive(
            "no end mark", "open('a.tar', 'wb').write(entry(b'x', b'short'))", isTruncated),
        HostileArchive(
            "bytes behind its end", "write(entry()); open('a.tar', 'ab').write(b'junk' * 200)",
            isDamaged),
    ]

    static let documents = [
        HostileArchive(
            "manifest.json that is too large",
            "a = Archive(); a.member('manifest.json', data=b' ' * ((16 << 20) + 1)); a.close()",
            .archive(.tooLarge(limit: Limits.dockerManifestSizeMax))),
        HostileArchive(
            "index.json that is too large",
            "a = Archive(); a.member('index.json', data=b' ' * ((128 << 20) + 1)); a.close()",
            .archive(.tooLarge(limit: Limits.indexSizeMax))),
        HostileArchive(
            "manifest.json nested too deep",
            "a = Archive(); a.member('manifest.json', data=b'[' * 100000); a.close()",
            .importRefused(.malformedManifest(.json(.tooDeep)))),
        HostileArchive(
            "configuration with another digest algorithm",
            """
            c = config(ONE).replace(b'sha256:', b'md5:')
            a = Archive(); a.member("c", data=c); a.member("l", data=ONE)
            a.images(("c", ["app:1"], ["l"])); a.close()
            """
        ) {
            guard case .importRefused(.document(_, .shape(.unexpected(let path, _)))) = $0 else {
                return false
            }
            return path == "rootfs.diff_ids[0]"
        },
        HostileArchive(
            "index with another digest algorithm",
            """
            a = Archive(); d = descriptor(MANIFEST, b"x"); d["digest"] = "sha224:" + "0" * 56
            a.layout(d); a.close()
            """
        ) {
            guard case .document("index.json", .shape(.unexpected(let path, _))) = $0 else {
                return false
            }
            return path == "manifests[0].digest"
        },
        HostileArchive(
            "configuration whose name lies, in upper case",
            """
            c = config(ONE); name = ("0" * 63 + "A") + ".json"
            a = Archive(); a.member(name, data=c); a.member("l", data=ONE)
            a.images((name, ["app:1"], ["l"])); a.close()
            """
        ) { if case .importRefused(.configDigest) = $0 { true } else { false } },
        HostileArchive(
            "kaniko's configuration whose name lies",
            """
            c = config(ONE); name = "sha256:" + "0" * 64
            a = Archive(); a.member(name, data=c); a.member("l", data=ONE)
            a.images((name, ["app:1"], ["l"])); a.close()
            """
        ) { if case .importRefused(.configDigest) = $0 { true } else { false } },
        HostileArchive(
            "layer that was compressed twice",
            """
            c = config(ONE); a = Archive(); a.member("c", data=c); a.member("l", data=gz(gz(ONE)))
            a.images(("c", ["app:1"], ["l"])); a.close()
            """, isDamaged),
        HostileArchive(
            "layer with bytes behind its compression",
            """
            c = config(ONE); a = Archive(); a.member("c", data=c); a.member("l", data=gz(ONE) + b"x")
            a.images(("c", ["app:1"], ["l"])); a.close()
            """, isDamaged),
        HostileArchive(
            "layer whose compression is cut",
            """
            c = config(ONE); a = Archive(); a.member("c", data=c); a.member("l", data=gz(ONE)[:-9])
            a.images(("c", ["app:1"], ["l"])); a.close()
            """, isTruncated),
        HostileArchive(
            "layer that is a bomb",
            """
            big = gz(b"\\0" * (80 << 20)); c = config(ONE); a = Archive(); a.member("c", data=c)
            a.member("l", data=big); a.images(("c", ["app:1"], ["l"])); a.close()
            """, .archive(.expandsTooFar(ratio: 500))),
    ]

    static let strangers = ["zip", "cpio", "7z", "ar", "empty", "zeros", "json", "gzip of nothing"]
        .map { name in
            HostileArchive(
                name,
                """
                import zipfile
                open("f", "w").write("x" * 2000)
                if "\(name)" == "zip": zipfile.ZipFile("a.tar", "w").write("f")
                if "\(name)" == "cpio": subprocess.run("bsdtar --format=newc -cf a.tar f", shell=True)
                if "\(name)" == "7z": subprocess.run("bsdtar --format=7zip -cf a.tar f", shell=True)
                if "\(name)" == "ar": open("a.tar", "wb").write(b"!<arch>\\n" + b"x" * 2000)
                if "\(name)" == "empty": open("a.tar", "wb")
                if "\(name)" == "zeros": open("a.tar", "wb").write(b"\\0" * 100)
                if "\(name)" == "json": open("a.tar", "wb").write(b'{"manifests":[]}' * 99)
                if "\(name)" == "gzip of nothing": open("a.tar", "wb").write(gz(b""))
                """, isNoArchive)
        }

    /// Both ways of reading give the same reason, and the layout stays as it was.
    static func expect(_ hostile: HostileArchive) async throws {
        let box = try Box()
        try await box.python(raw + hostile.script)
        func place(_ error: LayoutError) -> LayoutError {
            if case .notALayout = error { .notALayout(path: "a.tar") } else { error }
        }
        let layout = try Sample.layout(box.path("l"))
        let before = try box.read("l/index.json")
        do throws(LayoutError) {
            let source = try ImportSource(at: box.path("a.tar"))
            let outcome = try LayoutImport.run(source, into: layout)
            switch outcome {
            case .refused(.duplicateMember(let name)):
                #expect(hostile.reason(.archive(.duplicateName(name))))
            case .refused(let refusal):
                #expect(hostile.reason(.importRefused(refusal)), "\(refusal)")
            case .imported(let report): Issue.record("imported: \(report)")
            }
        } catch { #expect(hostile.reason(place(error)), "\(error)") }
        #expect(try box.read("l/index.json") == before)
        let check = try LayoutCheck(layout)
        #expect(check.isWhole && check.notes == [])
        do throws(LayoutError) {
            let file: ReadableFile
            do throws(FileError) { file = try FileSystem.real.file(at: box.path("a.tar")) } catch {
                throw .file(error)
            }
            _ = try ArchivedLayout(file)
            Issue.record("read in place")
        } catch { #expect(hostile.reason(place(error)), "\(error)") }
    }

    @Test(arguments: names) func `are refused for a name (G-paths)`(_ hostile: HostileArchive)
        async throws
    {
        try await Self.expect(hostile)
    }

    @Test(arguments: links) func `are refused for a link`(_ hostile: HostileArchive) async throws {
        try await Self.expect(hostile)
    }

    @Test(arguments: members) func `are refused for a member that is a`(_ hostile: HostileArchive)
        async throws
    {
        try await Self.expect(hostile)
    }

    @Test(arguments: structure) func `are refused for having`(_ hostile: HostileArchive)
        async throws
    {
        try await Self.expect(hostile)
    }

    @Test(arguments: documents) func `are refused for a`(_ hostile: HostileArchive) async throws {
        try await Self.expect(hostile)
    }

    @Test(arguments: strangers) func `are refused that are no tar but`(_ hostile: HostileArchive)
        async throws
    {
        try await Self.expect(hostile)
    }

    /// Nothing is unpacked by its name, so names that some file system would mix up do no harm.
    @Test func `with names that others mix up are taken`() async throws {
        let box = try Box()
        let expected = try await box.expected(
            """
            a, c = Archive(format=tarfile.GNU_FORMAT), config(ONE, TWO)
            a.member("caf\\u00e9", data=ONE); a.member("cafe\\u0301", data=TWO)
            a.member("C.json", data=b"{}"); a.member("c.json", data=c)
            a.member("\\u202eevil\\u001b[2J\\u0007", data=b"")
            a.member("x" * 4096, data=b"")
            a.images(("c.json", ["app:1"], ["caf\\u00e9", "cafe\\u0301"])); a.close()
            expect(("app:1", manifest(c, (LAYER, ONE), (LAYER, TWO))))
            """)
        let report = try `Importing archives`.report(
            `Importing archives`.take(box.path("a.tar"), box))
        #expect(report.roots.map(\.descriptor).map(ExpectedImage.init) == expected)
        let inPlace = try ArchivedLayout(FileSystem.real.file(at: box.path("a.tar")))
        #expect(inPlace.strays().count == 3)
    }

    @Test(arguments: ["cat", "gzip -n", "zstd -q"])
    func `cut after any block are refused`(_ coat: String) async throws {
        let box = try Box()
        let form = try #require(`Forms of archives`.docker.first)
        try await box.python(form.script)
        // Without padding: one end block suffices, and the cut after it is no cut.
        try await box.shell("mkdir x; tar -C x -xf a.tar; tar -b1 -C x -cf - . | \(coat) > whole")
        let whole = try box.read("whole")
        let step = coat == "cat" ? 512 : max(whole.count / 40, 1)
        let last = coat == "cat" ? whole.count - 1024 : whole.count - 1
        var count = 0
        for cut in stride(from: 0, through: last, by: step) {
            try box.write(Array(whole[..<cut]), to: "cut")
            #expect(throws: LayoutError.self, "\(cut) of \(whole.count)") {
                try ArchivedLayout(FileSystem.real.file(at: box.path("cut")))
            }
            count += 1
        }
        #expect(count > 20)
        Effort.report("archives cut at a block and refused", count)
    }
}
