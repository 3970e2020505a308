import Encodings
import Testing

@Suite struct `The verbs on keys refuse` {
    /// Runs a line that must end with `status` and say one sentence that contains each word.
    private func expect(
        _ site: Site, _ line: String, status: Int32, says words: String...,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let answer = try await site.run(line)
        #expect(answer.status == status, "\(answer)", sourceLocation: sourceLocation)
        let errors = answer.sentences.filter { $0.hasPrefix("airseal: error: ") }
        #expect(errors.count == 1, "\(answer)", sourceLocation: sourceLocation)
        for word in words {
            #expect(answer.errors.contains(word), "\(answer)", sourceLocation: sourceLocation)
        }
    }

    /// A site whose key `signer` has the chain `signer.pem`: leaf, authority, root.
    private func certified() async throws -> Site {
        let site = try await Site()
        try await KeyLife.makeAuthority(site)
        try await site.yes(
            """
            airseal key generate --key \(site.key("signer")) --type p256
            airseal key request --key \(site.key("signer")) --subject 'CN=signer,O=E,ST=Bern,C=CH' \
                --out signer.csr
            """)
        try await issue(site, to: "signer.pem")
        return site
    }

    private func issue(_ site: Site, days: Int = 10, to chain: String) async throws {
        try await site.yes(
            """
            openssl x509 -req -in signer.csr -CA issuer.pem -CAkey issuer.key -days \(days) \
                -copy_extensions copyall -out leaf.pem && cat leaf.pem issuer.pem ca.pem > \(chain)
            """)
    }

    private func sign(_ site: Site) -> String {
        "airseal sign layout:v1 --key \(site.key("signer"))"
    }

    @Test func `a new key without a label, or with an id that is taken`() async throws {
        let site = try await Site()
        try await expect(
            site, "airseal key generate --key \(site.anyKey) --type p256", status: 2,
            says: "no label")
        let taken = "'pkcs11:token=site;object=OTHER;id=%01?pin-source=file:\(site.root)/pin'"
        try await site.yes("airseal key generate --key \(taken) --type p256")
        try await expect(
            site, "airseal key generate --key \(taken.filter { $0 != "R" }) --type p256", status: 2,
            says: "\"OTHER\" (id 01) is on the token already")
        #expect(try await KeyLife.labels(site) == ["OTHER"])
    }

    @Test func `a new key that cannot be recorded, and remove it`() async throws {
        let site = try await Site()
        try await site.makeKey("first")
        try await site.yes("airseal key generate --key \(site.key("second")) --type p256")
        try await site.yes("echo spoilt >> state/audit.jsonl")
        try await expect(
            site, "airseal key generate --key \(site.key("third")) --type p256", status: 2,
            says: "audit.jsonl")
        #expect(try await KeyLife.labels(site).sorted() == ["first", "second"])
        try await expect(
            site, "airseal key delete --key \(site.key("second")) --confirm second", status: 2,
            says: "audit.jsonl")
        #expect(try await KeyLife.labels(site).sorted() == ["first", "second"])
    }

    @Test func `a request for nobody, for half a name, or onto another file`() async throws {
        let site = try await Site()
        try await site.makeKey("signer")
        let request = "airseal key request --key \(site.key("signer"))"
        let whole = "--subject 'CN=s,O=E,ST=Bern,C=CH'"
        let half = try await site.run("\(request) --subject 'CN=s,O=E,C=CH' --out new.csr")
        #expect(half.status == 64 && half.errors.contains("ST"))
        let unknown = try await site.run("\(request) --subject 'XY=s,O=E,ST=B,C=CH' --out new.csr")
        #expect(unknown.status == 64 && unknown.errors.contains("XY"))
        // Before anybody is asked for a PIN: this one would be rejected.
        let early = request.replacing("\(site.root)/pin", with: "\(site.root)/wrong")
        try await site.yes("printf 9999 > wrong; chmod 600 wrong")
        try await expect(
            site, "\(early) --subject 'CN=s,O=E,ST=Bern,C=Switzerland' --out new.csr", status: 2,
            says: "a country has two letters, and C is Switzerland")
        let long = String(repeating: "o", count: 65)
        try await expect(
            site, "\(early) --subject 'CN=s,O=\(long),ST=Bern,C=CH' --out new.csr", status: 2,
            says: "O has 65 characters, and takes at most 64")
        try await site.yes("echo there > there.csr")
        try await expect(
            site, "\(request) \(whole) --out there.csr", status: 2, says: "is not overwritten")
        #expect(try site.bytes("there.csr") == Array("there\n".utf8))
        let printed = try await site.yes("\(request) \(whole) --out - | openssl req -noout -verify")
        #expect((printed.output + printed.errors).contains("verify OK"))
        try await site.yes("[ ! -e new.csr ] && [ ! -e ./- ]")
    }

    @Test func `to install a chain that breaks a rule, or is another key's`() async throws {
        let site = try await certified()
        let install = "airseal key install --key \(site.key("signer")) --chain"
        try await site.yes("cat leaf.pem ca.pem issuer.pem > order.pem")
        try await expect(site, "\(install) order.pem", status: 1, says: "(rule X5)")
        try await site.yes("cat leaf.pem issuer.pem > rootless.pem")
        try await expect(site, "\(install) rootless.pem", status: 1, says: "(rule X3)")
        try await issue(site, days: 0, to: "expired.pem")
        // Its last second counts to its end.
        try await site.yes("sleep 2")
        try await expect(site, "\(install) expired.pem", status: 1, says: "(rule X15)")
        try await site.makeKey("other")
        try await expect(
            site, "\(install) other.pem", status: 2, says: "is not the one of the chain's first")
        let listed = try await site.yes("airseal key list --key \(site.key("signer")) --json")
        let keys = try listed.json.array()[0].member("keys").array()
        #expect(try keys[0].member("certificates").array().isEmpty)
    }

    @Test func `to sign with a chain that is not whole on the token, or of which there are two`()
        async throws
    {
        let site = try await certified()
        try await site.copySample("hello", to: "layout")
        let install = "airseal key install --key \(site.key("signer")) --chain signer.pem"
        try await expect(
            site, sign(site), status: 2, says: "has no certificate of the key \"signer\"")
        try await site.yes("\(install) --without-root")
        try await expect(
            site, sign(site), status: 2, says: "has no certificate of CN=Example root",
            "which issued CN=Example issuer")
        try await site.yes("\(sign(site)) --chain signer.pem")
        try await site.yes(install)
        try await site.yes(sign(site))
        // A renewed certificate beside the old one: nobody says which is meant.
        try await issue(site, days: 12, to: "renewed.pem")
        let renew = "airseal key install --key \(site.key("signer")) --chain renewed.pem"
        let renewed = try await site.yes("\(renew) --json")
        #expect(try renewed.json.member("others").array().count == 1)
        #expect(renewed.errors.contains("another certificate of the key \"signer\""))
        #expect(renewed.errors.contains("hint: sign and export cannot know which is meant"))
        try await expect(
            site, sign(site), status: 2, says: "several certificates of the key \"signer\"")
        try await site.yes("\(sign(site)) --chain renewed.pem")
        let replaced = try await site.yes("\(renew) --replace --json")
        #expect(try replaced.json.member("others").array().isEmpty)
        #expect(try replaced.json.member("removed").array().count == 1)
        #expect(replaced.errors.isEmpty)
        let record = try await site.yes("airseal audit show --last 1 --json").json.array()[0]
        #expect(try record.member("details").member("removed").array().count == 1)
        try await site.yes(sign(site))
        // The authorities' certificates stay.
        let shown = try await site.yes("\(renew) --replace")
        #expect(shown.output.split(separator: "\n").count { $0.contains(" already: ") } == 3)
        let listed = try await site.yes("airseal list layout --json").json
        #expect(try listed.array()[0].member("signatures").integer() == 4)
    }

    @Test func `to judge the token's chain any other than a file's`() async throws {
        let site = try await certified()
        try await site.copySample("hello", to: "layout")
        // Put there by another tool, which does not ask: an authority's certificate for the key.
        try await site.yes(
            """
            id=$(airseal key list --key \(site.key("signer")) --json \
                | sed -n 's/.*"id": "\\([0-9a-f]*\\)".*/\\1/p' | head -n 1)
            openssl x509 -req -in signer.csr -CA ca.pem -CAkey ca.key -days 5 -out bad.pem \
                -extfile ca.cnf -extensions authority
            for name in bad ca; do
                openssl x509 -in $name.pem -outform DER -out $name.der
                softhsm() { pkcs11-tool --module /usr/lib/softhsm/libsofthsm2.so --token-label site \
                    --login --pin 1234 --write-object $name.der --type cert --label $name "$@"; }
                if [ $name = bad ]; then softhsm --id $id; else softhsm --id 99; fi
            done
            """)
        try await expect(site, sign(site), status: 1, says: "nothing was signed", "(rule X10)")
    }

    @Test func `to list a certificate twice`() async throws {
        let site = try await certified()
        try await site.yes("airseal key install --key \(site.key("signer")) --chain signer.pem")
        let list = "airseal key list --key \(site.key("signer")) --json"
        let key = try await site.yes(list).json.array()[0].member("keys").array()[0]
        // Another tool does not look whether it is there.
        try await site.yes(
            """
            openssl x509 -in leaf.pem -outform DER -out leaf.der
            pkcs11-tool --module /usr/lib/softhsm/libsofthsm2.so --token-label site --login \
                --pin 1234 --write-object leaf.der --type cert --label again \
                --id \(try key.member("id").string())
            """)
        let again = try await site.yes(list).json.array()[0].member("keys").array()[0]
        #expect(try again.member("certificates").array().count == 1)
    }

    @Test func `to call a key ready that cannot sign`() async throws {
        let site = try await Site()
        try await site.yes(
            """
            make() { pkcs11-tool --module /usr/lib/softhsm/libsofthsm2.so --token-label site --login \
                --pin 1234 --keypairgen "$@"; }
            make --key-type rsa:1024 --label short --id 02 --usage-sign
            make --key-type EC:secp256k1 --label strange --id 03 --usage-sign
            """)
        let reason = "it is neither RSA of 2048, 3072 or 4096 bits nor EC on P-256"
        for label in ["short", "strange"] {
            let probe = "airseal key probe --key \(site.key(label)) --seconds 0"
            let said = try await site.run(probe)
            #expect(said.status == 1, "\(said)")
            #expect(said.output.contains("ready to sign: no, because \(reason)"), "\(said)")
            let json = try await site.run("\(probe) --json").json
            #expect(try json.member("ready").value == .boolean(false))
            #expect(try json.member("trials").array().isEmpty)
        }
        let listed = try await site.yes("airseal key list --key \(site.anyKey)")
        #expect(listed.output.split(separator: "\n").count { $0.contains("cannot sign: ") } == 2)
    }

    @Test func `to delete a key whose name is not typed back`() async throws {
        let site = try await certified()
        try await site.yes("airseal key install --key \(site.key("signer")) --chain signer.pem")
        let delete = "airseal key delete --key \(site.key("signer").filter { $0 != "'" })"
        func typed(_ name: String) -> String {
            "echo \(name) | script -qec \"\(delete.split(separator: ";").joined(separator: "\\;"))\" "
                + "/dev/null"
        }
        let other = try await site.run(typed("another"))
        #expect(
            other.status == 1 && other.output.contains("type the label of the key to delete it"))
        #expect(other.output.contains("the certificate CN=signer,"))
        #expect(try await KeyLife.labels(site) == ["signer"])
        let right = try await site.run(typed("signer"))
        #expect(
            right.status == 0 && right.output.contains("deleted the key \"signer\""), "\(right)")
        #expect(try await KeyLife.labels(site) == [])
        // The authorities stay: other keys may need them.
        let left = try await site.yes(
            """
            pkcs11-tool --module /usr/lib/softhsm/libsofthsm2.so --token-label site --list-objects \
                --login --pin 1234
            """
        ).output
        #expect(left.contains("Example issuer") && left.contains("Example root"))
        #expect(!left.contains("signer") && !left.contains("Key Object"))
    }

    @Test func `nothing else: export takes the chain from the token, too`() async throws {
        let site = try await certified()
        try await site.copySample("two-platforms", to: "l")
        try await site.yes("airseal peer self low-side")
        let export = """
            airseal export l --to b.tar --destination high-side --scope site.example/hello \
                --key \(site.key("signer"))
            """
        try await expect(site, export, status: 2, says: "has no certificate of the key \"signer\"")
        try await site.yes("airseal key install --key \(site.key("signer")) --chain signer.pem")
        try await site.yes(export)
        try await site.yes("airseal check b.tar")
    }

    @Test func `to delete what is not named alone`() async throws {
        let site = try await Site()
        for key in ["one", "two"] {
            try await site.yes("airseal key generate --key \(site.key(key)) --type p256")
        }
        try await expect(
            site, "airseal key delete --key \(site.anyKey) --confirm one", status: 2,
            says: "several private keys match")
        try await expect(
            site, "airseal key delete --key \(site.key("three")) --confirm three", status: 2,
            says: "no private key on the token matches")
        // Nobody is there to be asked.
        try await expect(
            site, "setsid -w airseal key delete --key \(site.key("one"))", status: 1,
            says: "nobody confirmed")
        #expect(try await KeyLife.labels(site).sorted() == ["one", "two"])
    }

    @Test func `to try one PIN file on several tokens`() async throws {
        let site = try await Site()
        try await site.yes(
            "softhsm2-util --init-token --free --label other --so-pin 12345678 --pin 9876")
        try await expect(
            site,
            "airseal key list --key 'pkcs11:model=SoftHSM%20v2?pin-source=file:\(site.root)/pin'",
            status: 2, says: "several tokens match")
        let open = try await site.yes("airseal key list --key 'pkcs11:model=SoftHSM%20v2' --json")
        let tokens = try open.json.array()
        #expect(tokens.count == 2)
        for token in tokens {
            #expect(try token.member("loggedIn").value == .boolean(false))
            #expect(try token.member("token").member("pin").string() == "normal")
        }
    }
}
