import Encodings
import Testing

@Suite struct `What ends soon` {
    /// The names of what ends, by kind.
    private static func ending(_ answer: Site.Answer) throws -> [String] {
        try answer.json.member("ending").array().map { try $0.member("kind").string() }
    }

    @Test func `is not told of what cannot be looked at`() async throws {
        let ward = try await Ward()
        for place in ["absent", "home", "signer.key"] {
            let answer = try await ward.site.run("airseal status \(place)")
            #expect(answer.status == 2, "\(place): \(answer)")
            #expect(answer.output.isEmpty)
        }
        #expect(try await ward.site.run("airseal status --within 5").status == 64)
    }

    @Test func `is told when it has ended, with 1`() async throws {
        let ward = try await Ward()
        try await ward.list("short.crl", to: "+10 days")
        try await ward.site.yes("airseal revocation add short.crl")
        let now = try await ward.site.yes("airseal status l chain.pem --json")
        #expect(try Self.ending(now) == ["revocationList"])
        let later = try await ward.site.run("faketime -f '+11d' airseal status l")
        #expect(later.status == 1)
        #expect(later.output.hasPrefix("ended:\n"), "\(later)")
        // One that a newer one replaces may end.
        try await ward.list("long.crl", to: "+40 days")
        let renewed = try await ward.site.yes(
            "airseal revocation add long.crl; faketime -f '+11d' airseal status l")
        #expect(renewed.output.contains("\nwithin 30 days:\n"), "\(renewed)")
    }

    @Test func `is certificates, signatures and keys, as far as it is asked for`() async throws {
        let ward = try await Ward()
        try await ward.site.makeKey("token")
        try await ward.site.yes(
            """
            airseal key install --key \(ward.site.key("token")) --chain token.pem
            airseal sign l:v1 --key-file signer.key --chain chain.pem --expiry 20d
            """)
        let all = try await ward.site.yes(
            "airseal status l chain.pem --key \(ward.site.anyKey) --within 36500d --json")
        #expect(
            Set(try Self.ending(all)) == [
                "trustedCertificate", "signerCertificate", "signature", "ownCertificate",
            ])
        let soon = try await ward.site.yes("airseal status l --json")
        #expect(try Self.ending(soon) == ["signature"])
        let home = try await ward.site.yes("airseal status --json")
        #expect(try Self.ending(home).isEmpty)
    }
}
