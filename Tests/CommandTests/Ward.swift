import Testing

/// A site whose signer has a certificate of an authority made by openssl, which names a CRL.
///
/// TEST ONLY: the keys lie in files.
struct Ward {
    let site: Site

    static let url = "http://crl.test/leaf.crl"
    static let verify = "airseal verify l:v1 --scope site.example/hello"

    /// `l:v1` is signed by `signer`, whose authority `ca` is trusted. Nothing is at hand about
    /// revocation.
    init() async throws {
        site = try await Site()
        try await site.yes(
            """
            cat > ca.cnf <<'END'
            [ca]
            default_ca = site
            [site]
            database = index.txt
            crlnumber = crlnumber
            rand_serial = yes
            new_certs_dir = .
            certificate = ca.pem
            private_key = ca.key
            default_md = sha256
            policy = any
            unique_subject = no
            default_days = 300
            crl_extensions = crl
            [any]
            countryName = optional
            stateOrProvinceName = optional
            organizationName = optional
            commonName = supplied
            [crl]
            authorityKeyIdentifier = keyid
            [leaf]
            keyUsage = critical,digitalSignature
            extendedKeyUsage = codeSigning
            authorityKeyIdentifier = keyid
            crlDistributionPoints = URI:\(Self.url)
            END
            touch index.txt; echo 05 > crlnumber
            for name in ca other; do
                openssl req -x509 -config /dev/null -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
                    -keyout $name.key -out $name.pem -subj '/C=DE/ST=BE/O=Example/CN=Root' -days 365 \
                    -addext basicConstraints=critical,CA:TRUE \
                    -addext keyUsage=critical,keyCertSign,cRLSign -addext subjectKeyIdentifier=hash
            done
            openssl req -new -config /dev/null -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
                -keyout signer.key -out signer.csr -subj '/C=DE/ST=BE/O=Example/CN=signer'
            openssl ca -config ca.cnf -batch -notext -extensions leaf -in signer.csr -out signer.pem
            cat signer.pem ca.pem > chain.pem; chmod 600 signer.key
            """)
        try await site.trust(["ca.pem"])
        try await site.copySample("hello", to: "l")
        try await site.yes("airseal sign l:v1 --key-file signer.key --chain chain.pem")
    }

    /// Has the authority make `name`, which counts from `start` to `end` as `date` understands them.
    func list(_ name: String, from start: String = "-1 hour", to end: String = "+30 days")
        async throws
    {
        try await site.yes(
            """
            when() { date -u -d "$1" +%Y%m%d%H%M%SZ; }
            openssl ca -config ca.cnf -gencrl -out \(name) -crl_lastupdate "$(when '\(start)')" \
                -crl_nextupdate "$(when '\(end)')"
            """)
    }

    /// What `verify` says of the signature.
    func undecided(_ reason: String, sourceLocation: SourceLocation = #_sourceLocation)
        async throws
    {
        let answer = try await site.run(Self.verify)
        #expect(answer.status == 2, "\(answer)", sourceLocation: sourceLocation)
        #expect(
            answer.output.contains("revocation: unknown: ") && answer.output.contains(reason),
            "\(answer)", sourceLocation: sourceLocation)
    }
}
