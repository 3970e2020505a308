import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(60))) struct `Large revocation lists` {
    /// In `make soak` ten thousand signatures, and a list with half a million of revoked certificates.
    static let signatureCount = Effort.count(test: 40, soak: 10_000)
    static let entryCount = Effort.count(test: 20_000, soak: 500_000)

    @Test func `serve thousands of signatures in 512 MiB`() async throws {
        let ward = try await Ward()
        try await Batch.make(Self.signatureCount, in: ward.site, as: "many")
        try await ward.site.yes(
            """
            airseal sign many --all --key-file signer.key --chain chain.pem > signed
            awk 'BEGIN { for (n = 1; n <= \(Self.entryCount); n++)
                printf "R\\t300101000000Z\\t260101000000Z\\tA0%012X\\tunknown\\t/CN=%d\\n", n, n }' \
                > revoked; cat revoked >> index.txt
            """)
        try await ward.list("large.crl")
        try await ward.site.yes("airseal revocation add large.crl --url \(Ward.url)")
        let verify = "verify many --all --scope site.example/many"
        let peak = try await `Memory for an archive`.peak(ward.site, verify)
        #expect(peak < `Memory for an archive`.peakOfNamesMax)
        // The certificate of the signer follows the others onto the list.
        try await ward.site.yes("openssl ca -config ca.cnf -revoke signer.pem")
        try await ward.list("later.crl", from: "-1 minute")
        try await ward.site.yes("airseal revocation add later.crl --url \(Ward.url)")
        let refused = try await ward.site.run(
            "airseal \(verify) > refused")
        #expect(refused.status == 1, "\(refused.errors)")
        try await ward.site.yes(
            "[ \"$(grep -c '^refused: many:' refused)\" = \(Self.signatureCount) ]")
        Effort.report("signatures under one large CRL", Self.signatureCount)
    }
}
