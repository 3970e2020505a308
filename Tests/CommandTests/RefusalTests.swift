import Encodings
import Glibc
import TestSupport
import Testing

/// What is refused leaves everything as it was, and says why in one sentence.
enum Refusal {
    /// Runs `line`, which must end with `status` and say one sentence that contains `word`, and
    /// must leave the layout `l` as it is, whole, with the same `index.json`.
    static func expect(
        _ site: Site, _ line: String, status: Int32, says word: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let before = try site.bytes("l/index.json")
        let answer = try await site.run(line)
        let told: Comment = "\(line)\n\(answer)"
        #expect(answer.status == status, told, sourceLocation: sourceLocation)
        #expect(answer.sentences.count == 1, told, sourceLocation: sourceLocation)
        let sentence = answer.sentences.first ?? ""
        #expect(sentence.hasPrefix("airseal: error: "), told, sourceLocation: sourceLocation)
        #expect(sentence.contains(word), told, sourceLocation: sourceLocation)
        // Words, not the innards of a type.
        for innards in ["Error(", "Optional(", "(_", ": nil"] {
            #expect(!sentence.contains(innards), told, sourceLocation: sourceLocation)
        }
        #expect(try site.bytes("l/index.json") == before, told, sourceLocation: sourceLocation)
        let check = try await site.run("airseal check l --json")
        #expect(check.status == 0, "\(check)", sourceLocation: sourceLocation)
        // Nothing that was begun is left lying about.
        let leftovers = try check.json.member("notes").array()
        #expect(leftovers.isEmpty, "\(check)", sourceLocation: sourceLocation)
    }
}

@Suite struct `A refused import` {
    struct Spoilt: Sendable, CustomTestStringConvertible {
        let name: String
        let script: String
        var source = "a"
        let status: Int32
        let word: String
        var testDescription: String { name }
    }

    /// Each begins with `a`, the sample of two platforms, and spoils it in one way.
    static let spoilt = [
        Spoilt(
            name: "a truncated tar",
            script: "tar -C a -cf a.tar . && truncate -s 4096 a.tar", source: "a.tar",
            status: 1, word: "ends too early"),
        Spoilt(
            name: "a tar truncated in its last blob",
            script: "tar -C a -cf a.tar index.json oci-layout blobs && truncate -s -12000 a.tar",
            source: "a.tar", status: 1, word: "ends too early"),
        Spoilt(
            name: "a truncated gzip",
            script: "tar -C a -czf a.tgz . && truncate -s -20 a.tgz", source: "a.tgz",
            status: 1, word: ""),
        Spoilt(
            name: "another digest",
            script:
                "printf X | dd of=$(find a/blobs -size 20 | head -n 1) seek=9 bs=1 conv=notrunc",
            status: 1, word: "damaged"),
        Spoilt(
            name: "another digest in an archive",
            script: """
                printf X | dd of=$(find a/blobs -size 20 | head -n 1) seek=9 bs=1 conv=notrunc
                tar -C a -cf a.tar .
                """, source: "a.tar", status: 1, word: "damaged"),
        Spoilt(
            name: "a longer blob", script: "printf X >> $(find a/blobs -size 20 | head -n 1)",
            status: 1, word: "bytes"),
        Spoilt(
            name: "a shorter blob", script: "truncate -s -1 $(find a/blobs -size 20 | head -n 1)",
            status: 1, word: "bytes"),
        Spoilt(
            name: "a missing layer", script: "rm $(find a/blobs -size 20 | head -n 1)", status: 1,
            word: "not in it"),
        Spoilt(
            name: "a missing layer in an archive",
            script: "rm $(find a/blobs -size 20 | head -n 1); tar -C a -cf - . | gzip > a.tgz",
            source: "a.tgz", status: 1, word: "not in it"),
        Spoilt(
            name: "a member twice in the index",
            script: #"sed -i 's/{/{"schemaVersion":2,/' a/index.json"#, status: 1,
            word: "schemaVersion"),
        Spoilt(
            name: "a member twice in the index of an archive",
            script: #"sed -i 's/{/{"schemaVersion":2,/' a/index.json; tar -C a -cf a.tar ."#,
            source: "a.tar", status: 1, word: "schemaVersion"),
        Spoilt(
            name: "a member twice in a manifest",
            script: """
                manifest=$(grep -l '"config"' a/blobs/sha256/* | xargs grep -l layers | head -n 1)
                old=$(basename $manifest)
                sed 's/{/{"schemaVersion":2,/' $manifest > made
                new=$(sha256sum < made | cut -d ' ' -f 1)
                mv made a/blobs/sha256/$new
                printf '{"schemaVersion":2,"manifests":[{"mediaType":"%s","digest":"sha256:%s",
                "size":%s}]}' application/vnd.oci.image.manifest.v1+json $new \
                    $(stat -c %s a/blobs/sha256/$new) > a/index.json
                """, status: 1, word: "schemaVersion"),
        Spoilt(
            name: "a taken name",
            script: "sed -i 's/site.example.hello:v1/v1/' a/index.json", status: 1,
            word: "sha256:"),
        Spoilt(
            name: "no archive at all", script: "echo hello > text", source: "text", status: 2,
            word: "not a tar"),
        Spoilt(
            name: "no file at all", script: ":", source: "nothing", status: 2, word: "nothing"),
    ]

    @Test(arguments: spoilt) func `changes nothing`(_ spoilt: Spoilt) async throws {
        let site = try await Site()
        try await site.copySample("hello", to: "l")
        try await site.copySample("two-platforms", to: "a")
        try await site.yes(spoilt.script)
        try await Refusal.expect(
            site, "airseal import \(spoilt.source) --into l", status: spoilt.status,
            says: spoilt.word)
        // The same through a pipe.
        guard spoilt.source.contains(".") else { return }
        try await Refusal.expect(
            site, "cat \(spoilt.source) | airseal import - --into l", status: spoilt.status,
            says: spoilt.word)
    }

    @Test func `for want of room leaves nothing behind`() async throws {
        let site = try await Site()
        try await site.copySample("hello", to: "l")
        try await site.copySample("two-platforms", to: "a")
        // A limit on the size of files stands for the disk.
        try await Refusal.expect(
            site, "ulimit -f 4; trap '' XFSZ; airseal import a --into l", status: 2,
            says: "too large")
        try await site.yes("airseal import a --into l")
    }

    @Test(arguments: [600, 11000, 25000])
    func `by a kill is swept up by the next run`(_ byteCount: Int) async throws {
        let site = try await Site()
        try await site.copySample("hello", to: "l")
        try await site.copySample("two-platforms", to: "a")
        try await site.yes("tar -C a -cf a.tar oci-layout blobs index.json && mkfifo pipe")
        let before = try site.bytes("l/index.json")
        try await site.yes(
            """
            airseal import - --into l < pipe & importer=$!
            exec 3> pipe
            head -c \(byteCount) a.tar >&3
            sleep 0.3
            kill -9 $importer
            wait $importer
            exec 3>&-
            """)
        #expect(try site.bytes("l/index.json") == before)
        try await site.yes("airseal check l")
        try await site.yes("airseal import a.tar --into l")
        let check = try await site.yes("airseal check l --json").json
        #expect(try check.member("notes").array().isEmpty)
    }

    @Test func `names both digests of a taken name, and replaces when told to`() async throws {
        let site = try await Site()
        try await site.copySample("hello", to: "l")
        try await site.copySample("two-platforms", to: "a")
        try await site.yes("sed -i 's/site.example.hello:v1/v1/' a/index.json")
        let old = try await Self.digest(site, "l")
        let new = try await Self.digest(site, "a")
        let answer = try await site.run("airseal import a --into l")
        #expect(answer.status == 1 && answer.errors.contains(old) && answer.errors.contains(new))
        let told = try await site.yes("cp -r l copy; airseal import a --into copy --replace")
        #expect(told.output.contains("takes the name from \(old), to which nothing leads any more"))
        let json = try await site.yes("airseal import a --into l --replace --json").json
        let image = try json.array()[0].member("images").array()[0]
        let replaced = try image.member("replaced").array()
        #expect(try replaced.map { try $0.member("digest").string() } == [old])
        #expect(try replaced.map { try $0.member("lost").boolean() } == [true])
        #expect(try await Self.digest(site, "l:v1") == new)
    }

    @Test func `says which referrers stay behind because no index lists them`() async throws {
        let site = try await Site()
        try await site.layoutByHand(
            "a",
            """
            image = l.image(); l.add(image, "v1")
            print(l.image(b"note", subject=image)["digest"], file=open("note", "w"))
            """)
        let note = try await site.yes("cat note").output.dropLast()
        let told = try await site.yes("airseal import a --into copy")
        #expect(
            (told.output + told.errors).contains("note: 1 manifest in the source that no index"))
        let json = try await site.yes("airseal import a --into l --json").json
        let left = try json.array()[0].member("unlistedReferrers").array()
        #expect(try left.map { try $0.string() } == [String(note)])
    }

    private static func digest(_ site: Site, _ reference: String) async throws -> String {
        let answer = try await site.yes("airseal inspect \(reference) --json")
        return try answer.json.array()[0].member("digest").string()
    }
}

@Suite struct `A refused signature` {
    /// A site with a key, its chain, and the sample `l`.
    static func ready() async throws -> Site {
        let site = try await Site()
        try await site.makeKey("signer")
        try await site.copySample("hello", to: "l")
        return site
    }

    @Test func `for an unknown key says which`() async throws {
        let site = try await Self.ready()
        try await Refusal.expect(
            site, "airseal sign l:v1 --key \(site.key("nobody")) --chain signer.pem", status: 2,
            says: "no private key on the token matches")
    }

    @Test func `for an unknown token says which`() async throws {
        let site = try await Self.ready()
        try await Refusal.expect(
            site,
            """
            airseal sign l:v1 --key 'pkcs11:token=elsewhere;object=signer?pin-source=file:pin' \
                --chain signer.pem
            """, status: 2, says: "no token matches")
    }

    @Test func `for a key that does not match its chain`() async throws {
        let site = try await Self.ready()
        try await site.makeKey("other")
        try await Refusal.expect(
            site, "airseal sign l:v1 --key \(site.key("signer")) --chain other.pem", status: 2,
            says: "chain")
    }

    @Test func `for an image that is not there`() async throws {
        let site = try await Self.ready()
        try await Refusal.expect(
            site, "airseal sign l:v9 \(site.signing("signer"))", status: 2, says: "v9")
    }

    @Test func `in bulk leaves nothing of the others`() async throws {
        let site = try await Self.ready()
        try await Refusal.expect(
            site, "airseal sign l:v1 l:v9 \(site.signing("signer"))", status: 2, says: "v9")
    }

    @Test func `for an expired certificate says when it ended`() async throws {
        let site = try await Self.ready()
        try await ImportedKey.make(site, "old", from: "20200101000000Z", to: "20210101000000Z")
        try await Refusal.expect(
            site, "airseal sign l:v1 \(site.signing("old"))", status: 1, says: "2021-01-01")
    }

    @Test func `for a certificate that is not valid yet`() async throws {
        let site = try await Self.ready()
        try await ImportedKey.make(site, "young", from: "20400101000000Z", to: "20410101000000Z")
        try await Refusal.expect(
            site, "airseal sign l:v1 \(site.signing("young"))", status: 1, says: "2040-01-01")
    }

    @Test func `is none for a key that was imported with a chain of openssl's`() async throws {
        let site = try await Self.ready()
        try await ImportedKey.make(site, "good", from: "20250101000000Z", to: "20450101000000Z")
        try await site.trust(["good-root.pem"])
        try await site.yes("airseal sign l:v1 \(site.signing("good"))")
        try await site.yes("airseal verify l:v1 --scope site.example/hello")
    }

    @Test(arguments: ["0644", "0640", "0604"])
    func `for a PIN file that others may read`(_ mode: String) async throws {
        let site = try await Self.ready()
        try await site.yes("chmod \(mode) pin")
        try await Refusal.expect(
            site, "airseal sign l:v1 \(site.signing("signer"))", status: 2, says: "pin")
    }

    @Test(arguments: [
        "pin-value=1234", "pin-source=%7Ccat%20pin", "pin-source=%7Ctouch%20pwned",
    ]) func `for a PIN in an argument or from a command`(_ query: String) async throws {
        let site = try await Self.ready()
        let answer = try await site.run(
            "airseal sign l:v1 --key 'pkcs11:token=site;object=signer?\(query)' --chain signer.pem")
        #expect(answer.status != 0)
        #expect(!(answer.output + answer.errors).contains("1234"))
        #expect(try await site.run("test -e pwned").status == 1)
        #expect(try await site.run("airseal check l").status == 0)
    }

    static let spy = "/usr/lib/x86_64-linux-gnu/pkcs11-spy.so"

    @Test(.enabled(if: unsafe access(spy, R_OK) == 0, "needs pkcs11-spy"))
    func `for a wrong PIN tries it once, and the same file never again`() async throws {
        let site = try await Self.ready()
        try await site.yes("printf '9999\\n' > wrong && chmod 600 wrong")
        let uri = """
            'pkcs11:token=site;object=signer?pin-source=file:\(site.root)/wrong\
            &module-path=\(Self.spy)'
            """
        let sign = """
            PKCS11SPY=/usr/lib/softhsm/libsofthsm2.so PKCS11SPY_OUTPUT=spy.log \
            airseal sign l:v1 l:v1 --key \(uri) --chain signer.pem
            """
        func logins() async throws -> String {
            try await site.yes("grep -c ': C_Login$' spy.log || true").output
        }
        try await Refusal.expect(site, sign, status: 2, says: "PIN")
        #expect(try await logins() == "1\n")
        try await Refusal.expect(site, sign, status: 2, says: "before; it was not tried again")
        #expect(try await logins() == "1\n")
        // The file was changed, so it may be tried, but the token says that few tries are left:
        // that is for a person to settle.
        try await site.yes("sleep 0.01; printf '1234\\n' > wrong")
        try await Refusal.expect(site, sign, status: 2, says: "few tries")
        #expect(try await logins() == "1\n")
        // Another program logs in as the user, with the right PIN.
        try await ImportedKey.make(site, "x", from: "20250101000000Z", to: "20450101000000Z")
        try await site.yes(sign)
        #expect(try await logins() == "2\n")
    }

    @Test(.enabled("needs a read-only file system") { try await ReadOnly.isPossible(Site()) })
    func `for a read-only target says so`() async throws {
        let site = try await Self.ready()
        let sign = "airseal sign l:v1 \(site.signing("signer"))"
        try await Refusal.expect(site, ReadOnly.run(sign), status: 2, says: "cannot be written")
        try await site.copySample("two-platforms", to: "a")
        try await Refusal.expect(
            site, ReadOnly.run("airseal import a --into l"), status: 2, says: "cannot be written")
    }
}

/// A layout `l` on a medium that cannot be written.
enum ReadOnly {
    /// The line, run while `l` is mounted read-only in a mount namespace of its own.
    static func run(_ line: String) -> String {
        """
        unshare --mount --map-root-user sh -c 'mount --bind l l && \
        mount -o remount,ro,bind l && exec "$@"' sh \(line)
        """
    }

    static func isPossible(_ site: Site) async throws -> Bool {
        try await site.run("mkdir l && \(run("true"))").status == 0
    }
}

/// A key made by openssl, with a chain of openssl's, imported into the token: certificates whose
/// dates and names a test chooses. TEST ONLY.
enum ImportedKey {
    static func make(_ site: Site, _ label: String, from start: String, to end: String)
        async throws
    {
        try await site.yes(
            """
            mkdir made && cd made && touch index && echo 01 > serial
            cat > ca.conf <<'END'
            [ca]
            default_ca = test
            [test]
            database = index
            serial = serial
            new_certs_dir = .
            default_md = sha256
            policy = any
            x509_extensions = leaf
            [any]
            countryName = optional
            stateOrProvinceName = optional
            organizationName = optional
            commonName = supplied
            [leaf]
            basicConstraints = critical,CA:FALSE
            keyUsage = critical,digitalSignature
            extendedKeyUsage = codeSigning
            subjectKeyIdentifier = hash
            authorityKeyIdentifier = keyid
            [root]
            basicConstraints = critical,CA:TRUE
            keyUsage = critical,keyCertSign,cRLSign
            subjectKeyIdentifier = hash
            [req]
            distinguished_name = none
            [none]
            END
            openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ca.key
            openssl req -x509 -new -key ca.key -config ca.conf -extensions root -days 3650 -sha256 \
                -subj '/C=US/ST=Test/O=TEST ONLY/CN=root of \(label)' -out root.pem
            openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out leaf.key
            openssl req -new -key leaf.key -config ca.conf -out leaf.csr \
                -subj '/C=US/ST=Test/O=TEST ONLY/CN=\(label)'
            openssl ca -batch -notext -config ca.conf -cert root.pem -keyfile ca.key -in leaf.csr \
                -startdate \(start) -enddate \(end) -out leaf.pem
            cat leaf.pem root.pem > ../\(label).pem && cp root.pem ../\(label)-root.pem
            softhsm2-util --import leaf.key --token site --pin 1234 --label \(label) --id 0b
            cd .. && rm -r made
            """)
    }
}
