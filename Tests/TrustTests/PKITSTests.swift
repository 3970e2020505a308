import Encodings
import TestSupport
import Testing
import X509

@testable import Trust

/// NIST's Public Key Interoperability Test Suite: paths and lists that others made, judged by the rules
/// of RFC 5280 that Airseal keeps, with the Notary Project's own left aside.
@Suite(.enabled(if: PKITS.isPresent, "make setup brings PKITS, in cryptography_vectors"))
struct `NIST's paths` {
    @Test(arguments: PKITS.paths) func `get NIST's verdict`(_ path: PKITS.Path) throws {
        let verdict = try PKITS.verdict(of: path.chain)
        #expect(verdict == path.expected, "\(path.number)")
        #expect((verdict == .valid) == path.chain[0].hasPrefix("Valid"), "\(path.number)")
    }

    @Test(arguments: PKITS.departures) func `are not valid where we are stricter`(
        _ path: PKITS.Path
    ) throws {
        let verdict = try PKITS.verdict(of: path.chain)
        #expect(verdict == path.expected, "\(path.number)")
    }

    @Test func `come with lists that are all read, but for one`() {
        var unreadable: [String: RevocationListError] = [:]
        for (name, bytes) in PKITS.listFiles {
            do throws(RevocationListError) { _ = try RevocationList(der: bytes) } catch {
                unreadable[name] = error
            }
        }
        #expect(PKITS.listFiles.count == 173)
        #expect(unreadable == PKITS.unreadableLists)
    }

    @Test func `are all there, or left out by name`() {
        let numbers = (PKITS.paths + PKITS.departures).map(\.number) + PKITS.leftOut.keys
        #expect(Set(numbers).count == numbers.count)
        for (section, count) in PKITS.sections {
            for number in 1...count {
                #expect(numbers.contains("\(section).\(number)"), "\(section).\(number)")
            }
        }
    }
}

extension PKITS {
    /// What becomes of a path.
    enum Verdict: Equatable {
        case valid
        /// A rule is broken, by the certificate at a position counted from the leaf.
        case breaks(CertificateRule, Int)
        /// The time is outside the validity of the certificate at a position.
        case outsideValidity(Int)
        /// The certificate at a position is revoked.
        case revoked(Int, RevocationReason?)
        /// It is not known whether the certificate at a position is revoked, and why.
        case unknown(Int, RevocationListFlaw?)
        /// The certificate at a position cannot be read.
        case unreadable(Int, CertificateError)
    }

    /// One test of the document.
    struct Path: Sendable, CustomTestStringConvertible {
        let number: String
        /// File names without what all have in common, leaf first; the root is always the same.
        let chain: [String]
        let expected: Verdict

        init(_ number: String, _ chain: String..., is expected: Verdict) {
            self.number = number
            self.chain = chain
            self.expected = expected
        }

        var testDescription: String { "\(number) \(chain[0])" }
    }

    /// The rules of RFC 5280 section 6.1 among those for signing code.
    private static let rules: Set<CertificateRule> = [
        .strongSignatures, .eachIsIssuedByNext, .lastIsSelfSigned, .authorityBasicConstraints,
        .pathLength, .authorityKeyUsage,
    ]

    /// 2020-01-01, while nearly everything in the suite is valid.
    private static let time = Timestamp(seconds: 1_577_836_800)

    static func verdict(of names: [String]) throws -> Verdict {
        var certificates: [Certificate] = []
        for (position, name) in (names + ["TrustAnchorRootCertificate"]).enumerated() {
            let der = try bytes("certs/\(name).crt")
            do throws(CertificateError) {
                certificates.append(try Certificate(der: der))
            } catch { return .unreadable(position, error) }
        }
        let chain = try CertificateChain(certificates)
        for finding in CertificateProfile.codeSigning.findings(in: chain)
        where rules.contains(finding.rule) {
            for breach in finding.breaches {
                // RFC 5280 asks authorities to make extensions critical, not verifiers to insist. A
                // root says by itself what it may do: section 6.1 does not look at its extensions.
                let flaws = breach.flaws.filter { flaw in
                    if case .notCritical = flaw { false } else { true }
                }
                guard flaws.isEmpty || breach.position == certificates.count - 1 else {
                    return .breaks(finding.rule, breach.position)
                }
            }
        }
        if let position = certificates.firstIndex(where: { !$0.isValid(at: time) }) {
            return .outsideValidity(position)
        }
        let statuses = check.status(of: chain, at: time, reference: nil).certificates
        // From the root, as RFC 5280 looks at a path.
        for (position, status) in statuses.enumerated().reversed() {
            switch status {
            case .good: continue
            case .withoutSource: return .unknown(position, nil)
            case .revoked(let revoked): return .revoked(position, revoked.reason)
            case .unknown(let gaps):
                guard case .list(_, let flaw)? = gaps.first else { return .unknown(position, nil) }
                return .unknown(position, flaw)
            }
        }
        return .valid
    }

    /// Every list of the suite is at hand; which of them counts is for the check to find out.
    private static let check = RevocationCheck(
        evidence: RevocationEvidence(
            lists: lists.map { RevocationEvidence.List(list: $0) }, responses: []),
        rules: .standard, floors: RevocationFloors(), impliesPoints: true)
}
