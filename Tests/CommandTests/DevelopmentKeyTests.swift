import Encodings
import Testing

/// Development keys as openssl makes them.
private enum Developer {
    /// A site with a key `k.pem` (PKCS#8), its chain `chain.pem` of three, and forms of both; the
    /// passphrase is in `words`.
    static func ready(_ algorithm: String = "EC -pkeyopt ec_paramgen_curve:P-256") async throws
        -> Site
    {
        let site = try await Site()
        try await site.copySample("hello", to: "l")
        try await site.yes(
            """
            umask 077; printf 'two words\\n' > words
            openssl genpkey -algorithm \(algorithm) -out k.pem 2> errors
            name='/C=US/ST=Test/O=Developers/CN='
            ca() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
                -keyout $1.key -out $1.crt -days 30 -subj "$name$1" \
                -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign \
                $2 2> errors; }
            ca root; ca middle '-CA root.crt -CAkey root.key'
            openssl req -x509 -key k.pem -out leaf.crt -days 30 -subj "${name}developer" \
                -CA middle.crt -CAkey middle.key -addext basicConstraints=critical,CA:FALSE \
                -addext keyUsage=critical,digitalSignature -addext extendedKeyUsage=codeSigning
            cat leaf.crt middle.crt root.crt > chain.pem
            openssl pkcs8 -topk8 -in k.pem -out sealed.pem -passout pass:'two words'
            openssl pkcs8 -topk8 -nocrypt -in k.pem -outform DER -out k.der
            openssl pkcs8 -topk8 -in k.pem -outform DER -out sealed.der -passout pass:'two words'
            openssl pkcs12 -export -inkey k.pem -in leaf.crt -certfile chain.pem -out k.p12 \
                -passout pass:'two words'
            openssl pkcs12 -export -inkey k.pem -in leaf.crt -certfile chain.pem -out open.p12 \
                -passout pass:
            cat root.crt k.pem leaf.crt middle.crt > whole.pem
            """)
        return site
    }
}

@Suite struct `Signing with a development key` {
    // Refusals.

    @Test(arguments: [
        ("--key-file k.pem", "k.pem has no certificate of its key"),
        ("--key-file absent.pem --chain chain.pem", "absent.pem"),
        ("--key-file chain.pem --chain chain.pem", "holds no private key"),
        ("--key-file l --chain chain.pem", "l"),
        ("--key-file wide.pem --chain chain.pem", "is open to others"),
        ("--key-file old.pem --chain chain.pem", "holds a EC PRIVATE KEY, and not PKCS#8"),
        ("--key-file two.pem --chain chain.pem", "more than one private key"),
        ("--key-file cut.der --chain chain.pem", "is damaged"),
        ("--key-file long.der --chain chain.pem", "is damaged"),
        (
            "--key-file other.pem --chain chain.pem",
            "is not the one of the chain's first certificate"
        ),
        ("--key-file ed.pem --chain chain.pem", "of a kind that may not sign"),
        ("--key-file rsa1024.pem --chain chain.pem", "of a kind that may not sign"),
        ("--key-file sealed.pem --chain chain.pem", "no passphrase was given"),
        ("--key-file k.p12 --passphrase-file wrong", "the passphrase does not open it"),
        ("--key-file sealed.pem --chain chain.pem --passphrase-file wrong", "does not open it"),
        ("--key-file sealed.der --chain chain.pem --passphrase-file wrong", "does not open it"),
        ("--key-file k.p12 --passphrase-file wide", "is open to others"),
        ("--key-file k.p12 --passphrase-file empty", "the passphrase is empty"),
        ("--key-file k.p12 --passphrase-file lines", "lines has more than one line"),
        (
            "--key-file des.pem --chain chain.pem --passphrase-file words",
            "des.pem: is encrypted in a way that this OpenSSL does not offer"
        ),
        ("--key-name nobody", "has no key called"), ("--default-key", "names no default key"),
        ("--key-name remote", "one of the plugin"),
    ]) func `is refused, and says why`(_ options: String, _ says: String) async throws {
        let site = try await Developer.ready()
        try await site.yes(
            """
            umask 077
            cp k.pem wide.pem; chmod 0640 wide.pem; cp words wide; chmod 0604 wide
            openssl ec -in k.pem -out old.pem 2> errors; cat k.pem k.pem > two.pem
            head -c 50 k.der > cut.der; (cat k.der; printf x) > long.der
            openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out other.pem
            openssl genpkey -algorithm ED25519 -out ed.pem
            openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out rsa1024.pem 2> errors
            printf 'three words' > wrong; : > empty
            cp words lines; echo more >> lines
            openssl pkcs8 -topk8 -in k.pem -out des.pem -v1 PBE-MD5-DES -passout pass:'two words' \
                -provider legacy -provider default
            cat > home/signingkeys.json <<END
            {"keys": [{"name": "remote", "id": "1", "pluginName": "elsewhere"}]}
            END
            """)
        try await Refusal.expect(
            site, "setsid airseal sign l:v1 \(options)", status: 2, says: says)
    }

    @Test(arguments: [
        "[]", #"{"keys": {}}"#, #"{"keys": [], "more": 1}"#, #"{"keys": [{"name": "a"}]}"#,
        #"{"keys": [{"name": "a", "keyPath": "k.pem", "certPath": "/c"}]}"#,
        #"{"keys": [{"name": "", "keyPath": "/k", "certPath": "/c"}]}"#,
        #"{"keys": [{"name": "a", "keyPath": "/k", "certPath": "/c", "x": 1}]}"#,
        #"{"keys": [{"name": "a", "keyPath": "/k", "certPath": "/c"},"#
            + #" {"name": "a", "keyPath": "/k", "certPath": "/c"}]}"#,
        #"{"default": 1, "keys": []}"#, "{",
    ]) func `of a signingkeys.json that is none`(_ text: String) async throws {
        let site = try await Developer.ready()
        try await site.yes("cat > home/signingkeys.json <<'END'\n\(text)\nEND")
        try await Refusal.expect(
            site, "airseal sign l:v1 --key-name a", status: 2, says: "signingkeys.json")
    }

    @Test(arguments: [
        "", "--key-file a --key-name b", "--key 'pkcs11:token=t;object=k' --key-file a",
        "--key-name a --default-key", "--key 'pkcs11:token=t;object=k' --passphrase-file p",
    ]) func `that is not one is wrong usage`(_ options: String) async throws {
        let site = try await Site()
        let answer = try await site.run("airseal sign l:v1 \(options)")
        #expect(answer.status == 64, "\(answer.errors)")
    }

    // What is taken.

    @Test(arguments: [
        "--key-file k.pem --chain chain.pem", "--key-file k.der --chain chain.pem",
        "--key-file sealed.pem --chain chain.pem --passphrase-file words",
        "--key-file sealed.der --chain chain.pem --passphrase-file words",
        "--key-file k.p12 --passphrase-file words", "--key-file open.p12",
        "--key-file whole.pem", "--key-name developer", "--default-key --format cose",
    ]) func `in any form convinces a verifier, and is called what it is`(_ options: String)
        async throws
    {
        let site = try await Developer.ready()
        try await site.trust(["root.crt"])
        try await site.yes(
            """
            cat > home/signingkeys.json <<END
            {"default": "developer", "keys": [
            {"name": "developer", "keyPath": "$PWD/k.pem", "certPath": "$PWD/chain.pem"}]}
            END
            """)
        let answer = try await site.yes("airseal sign l:v1 \(options) --json")
        #expect(try answer.json.array()[0].member("key").string() == "development")
        #expect(answer.errors.contains("signed with a development key"))
        try await site.yes("airseal verify l:v1 --scope site.example/hello")
        let record = try await site.yes("airseal audit show --last 1 --json").json.array()[0]
        #expect(try record.member("details").member("key").string() == "development")
        #expect(
            try record.member("details").member("keyFile").string().hasPrefix("\(site.root)/"))
        #expect(!(answer.output + answer.errors).contains("two words"))
        try await site.yes("! grep -r 'two words' state l home")
    }

    @Test(arguments: [
        "EC -pkeyopt ec_paramgen_curve:P-384", "EC -pkeyopt ec_paramgen_curve:P-521",
        "RSA -pkeyopt rsa_keygen_bits:2048", "RSA -pkeyopt rsa_keygen_bits:3072",
        "RSA -pkeyopt rsa_keygen_bits:4096",
    ]) func `of each kind convinces a verifier`(_ algorithm: String) async throws {
        let site = try await Developer.ready(algorithm)
        try await site.trust(["root.crt"])
        for format in ["jws", "cose"] {
            try await site.yes("airseal sign l:v1 --key-file whole.pem --format \(format)")
        }
        let report = try await site.yes(
            "airseal verify l:v1 --scope site.example/hello --json"
        ).json
        #expect(try report.array()[0].member("verdict").string() == "verified")
    }
}
