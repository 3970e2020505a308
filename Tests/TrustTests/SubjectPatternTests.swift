import Testing
import Trust

@Suite struct `Subject patterns` {
    static let refusals: [(String, SubjectPatternError)] = [
        ("", .malformed(offset: 0)),
        (" ", .malformed(offset: 1)),
        ("hello", .malformed(offset: 5)),
        ("C=US, ST=WA, Acme", .malformed(offset: 17)),
        ("C=US, ST=WA, O=Acme, Inc.", .malformed(offset: 25)),
        ("C=US, ST=WA, O=A,", .malformed(offset: 17)),
        ("C=US,, ST=WA, O=A", .malformed(offset: 5)),
        ("c=US, ST=WA, O=A", .unknownType("c")),
        ("C=US, ST=WA, O=A, emailAddress=a", .unknownType("emailAddress")),
        ("C=US, ST=WA, O=A, =a", .unknownType("")),
        ("C=US, ST=WA, O=", .emptyValue(.organization)),
        ("C=US, ST= , O=A", .emptyValue(.state)),
        ("C=US, ST=WA, O=#0c0141", .hexadecimalValue(.organization)),
        ("C=US, ST=WA, O= #0c0141", .hexadecimalValue(.organization)),
        ("C=US+ST=WA, O=A", .multipleValues),
        ("C=US, ST=WA, O=a\\", .badEscape(offset: 16)),
        ("C=US, ST=WA, O=a\\z", .badEscape(offset: 16)),
        ("C=US, ST=WA, O=a\\4", .badEscape(offset: 16)),
        ("C=US, ST=WA, O=a\\ff", .badEscape(offset: 15)),
        ("C=US, ST=WA, O=\"a\"", .malformed(offset: 15)),
        ("C=US, ST=WA, O=A, O=A", .duplicateType(.organization)),
        ("C=US, ST=WA, S=WA, O=A", .duplicateType(.state)),
        ("ST=WA, O=A", .missingType(.country)),
        ("C=US, O=A", .missingType(.state)),
        ("C=US, ST=WA, CN=A", .missingType(.organization)),
    ]

    @Test(arguments: refusals)
    func `Y7, Y8: refuse what breaks their grammar`(_ text: String, _ error: SubjectPatternError) {
        #expect(throws: error) { try SubjectPattern(text) }
    }

    @Test func `refuse a name longer than any real one`() {
        let text = "C=US, ST=WA, O=" + String(repeating: "a", count: 4096)
        #expect(throws: SubjectPatternError.tooLong) { try SubjectPattern(text) }
    }

    static let values: [(String, String)] = [
        ("Acme\\, Inc.", "Acme, Inc."), ("a\\;b", "a;b"), ("a\\\\b", "a\\b"), ("a\\+b", "a+b"),
        ("\\#1 Co", "#1 Co"), ("a\\=b", "a=b"), ("a=b", "a=b"), ("Acme\\2C Inc.", "Acme, Inc."),
        ("\\ lead and trail\\ ", " lead and trail "), (" lead and trail ", "lead and trail"),
        ("a\\\"b\\<c\\>", "a\"b<c>"), ("M\\C3\\BCller", "Müller"), ("a#b", "a#b"),
    ]

    @Test(arguments: values)
    func `Y8: resolve the escapes of a value`(_ text: String, _ value: String) throws {
        let pattern = try SubjectPattern("C=US, ST=WA, O=\(text)")
        #expect(pattern.attributes.last == SubjectAttribute(type: .organization, value: value))
    }

    static let subject = [
        SubjectAttribute(type: .country, value: "US"), SubjectAttribute(type: .state, value: "WA"),
        SubjectAttribute(type: .organizationalUnit, value: "One"),
        SubjectAttribute(type: .organizationalUnit, value: "Two"),
        SubjectAttribute(type: .organization, value: "Müller"),
    ]

    @Test(arguments: [
        ("C=US, ST=WA, O=Müller", true), ("O=Müller; S=WA; C=US", true),
        ("C=US, ST=WA, O=Müller, OU=Two", true), ("C=US, ST=WA, O=Müller, CN=x", false),
        ("C=US, ST=WA, O=MÜLLER", false), ("C=us, ST=WA, O=Müller", false),
        ("C=US, ST=WA, O=Mu\u{308}ller", false), ("C=US, ST=WA, O=Mülle", false),
    ]) func `Y10: match a subject that has all their pairs, byte by byte`(
        _ text: String, _ isMatch: Bool
    ) throws {
        #expect(try SubjectPattern(text).matches(Self.subject) == isMatch)
    }
}

@Suite struct `Lists of trusted identities` {
    static let first = "x509.subject: C=US, ST=WA, O=A, CN=one"

    @Test(arguments: [
        "x509.subject: C=US, ST=WA, O=A", "x509.subject: O=A, ST=WA, C=US, CN=one",
        "x509.subject: C=US, S=WA, O=A, CN=one, OU=x", "x509.subject: C=US, ST=WA, O=A, OU=Build",
    ]) func `Y9: are refused when one certificate could match two entries`(_ second: String) {
        #expect(throws: TrustedIdentityError.overlap(Self.first, second)) {
            try TrustedIdentities([Self.first, second])
        }
    }

    @Test func `Y9: may hold entries that differ in the value of one type`() throws {
        let second = "x509.subject: C=US, ST=WA, O=A, CN=two"
        #expect(try TrustedIdentities([Self.first, second]).texts == [Self.first, second])
    }

    @Test func `Y6: may hold entries of other prefixes, which never match`() throws {
        guard case .listed(let identities) = try TrustedIdentities(["x509.san:a.test"]),
            case .foreign? = identities.first?.meaning
        else {
            Issue.record("not read as foreign")
            return
        }
    }

    @Test func `are bounded in number`() {
        let texts = (0...1000).map { "x509.san:\($0)" }
        #expect(throws: TrustedIdentityError.tooMany(limit: 1000)) { try TrustedIdentities(texts) }
    }
}
