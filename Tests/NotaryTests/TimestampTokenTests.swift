import Cryptography
import Encodings
import Notary
import OCI
import TestSupport
import Testing
import X509

/// An envelope of the shared vectors that carries a time-stamp token.
struct StampedEnvelope: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let envelope: SignatureEnvelope
    let token: [UInt8]

    static let all: [StampedEnvelope] = {
        do {
            return try VectorFolder.shared.json("cases.json").array().compactMap { place in
                guard try place.member("category").string() == "F",
                    try place.member("kind").string() == "envelope",
                    let format = SignatureFormat(mediaType: try place.member("mediaType").string()),
                    let envelope = try? SignatureEnvelope(
                        VectorFolder.shared.bytes(place.member("path").string()), format: format),
                    let token = envelope.timestampSignature
                else { return nil }
                return StampedEnvelope(
                    testDescription: try place.member("id").string(), envelope: envelope,
                    token: token)
            }
        } catch {
            Issue.record("the cases cannot be read: \(error)")
            return []
        }
    }()

    func read() throws -> UnverifiedTimestampToken {
        try UnverifiedTimestampToken(token, over: envelope.signature)
    }
}

@Suite(.enabled(if: VectorFolder.shared.isPresent)) struct `A time-stamp token that nobody verified`
{
    /// What cannot be read, by the words between the first and the last hyphen of its name, and why.
    static let unreadable: [(name: String, error: TimestampTokenError)] = [
        ("wrong-imprint", .otherImprint), ("imprint-of", .otherImprint),
        ("token-of-other-signature", .otherImprint), ("imprint-sha1", .hash("1.3.14.3.2.26")),
        ("accuracy-huge", .accuracy(.badValue(tag: 2))), ("garbage", .unreadable),
        ("trailing-bytes", .trailingBytes),
    ]

    @Test(arguments: StampedEnvelope.all) func `is read, or refused for the one reason`(
        _ stamped: StampedEnvelope
    ) throws {
        let expected = Self.unreadable.first { stamped.testDescription.hasPrefix("F-\($0.name)") }
        if let expected {
            #expect(throws: expected.error) { try stamped.read() }
        } else {
            let token = try stamped.read()
            #expect(token.info.lowerBound <= token.info.generationTime)
            #expect(token.info.generationTime <= token.info.upperBound)
        }
    }

    @Test func `states how far its time may be off`() throws {
        func seconds(_ name: String) throws -> [Int64] {
            let stamped = try #require(
                StampedEnvelope.all.first { $0.testDescription == "F-\(name)-jws" })
            let info = try stamped.read().info
            return [
                info.generationTime.seconds - info.lowerBound.seconds,
                info.upperBound.seconds - info.generationTime.seconds,
            ]
        }
        #expect(try seconds("accuracy-touches-notafter") == [2, 2])
        #expect(try seconds("baseline-policy-one-second") == [1, 1])
        #expect(try seconds("baseline-policy-explicit") == [0, 0])
        #expect(try seconds("crafted-good") == [0, 0])
    }

    @Test func `is refused when it is cut anywhere, over other bytes or too large`() throws {
        let stamped = try #require(
            StampedEnvelope.all.first { $0.testDescription == "F-crafted-good-jws" })
        #expect(try stamped.read().certificates.count >= 2)
        for count in stride(from: 0, to: stamped.token.count, by: 7) {
            #expect(throws: TimestampTokenError.self) {
                try UnverifiedTimestampToken(
                    Array(stamped.token.prefix(count)), over: stamped.envelope.signature)
            }
        }
        let large = stamped.token + Array(repeating: 0, count: 1 << 20)
        #expect(throws: TimestampTokenError.tooLarge(byteCount: large.count)) {
            try UnverifiedTimestampToken(large, over: stamped.envelope.signature)
        }
    }

    @Test func `takes any one byte changed, and decides`() throws {
        let stamped = try #require(
            StampedEnvelope.all.first { $0.testDescription == "F-crafted-good-jws" })
        for position in stamped.token.indices {
            var token = stamped.token
            token[position] ^= 1 << (position % 8)
            _ = try? UnverifiedTimestampToken(token, over: stamped.envelope.signature)
        }
    }
}

@Suite struct `A time-stamp token that is verified` {
    let envelope: SignatureEnvelope
    let token: [UInt8]
    let roots: [Certificate]

    init() throws {
        envelope = try SignatureEnvelope(
            VectorFolder.own.bytes("envelopes/T-stamped.jws"), format: .jws)
        token = try #require(envelope.timestampSignature)
        roots = try Certificate.list(
            VectorFolder.own.bytes("truststores/times/truststore/x509/tsa/times/root.pem"))
    }

    private func verified(_ token: [UInt8]) throws -> TimestampToken {
        try TimestampToken(
            verifying: UnverifiedTimestampToken(token, over: envelope.signature), roots: roots)
    }

    @Test func `says the same or proves nothing, whatever bit of a byte is changed`() throws {
        let good = try verified(token)
        var refusals = 0
        for position in token.indices {
            var changed = token
            changed[position] ^= 1 << (position % 8)
            do throws(TimestampTokenError) {
                let unverified = try UnverifiedTimestampToken(changed, over: envelope.signature)
                let other = try TimestampToken(verifying: unverified, roots: roots)
                #expect(other.info == good.info, "byte \(position)")
                #expect(other.chain == good.chain, "byte \(position)")
            } catch {
                refusals += 1
            }
        }
        // What remains is told by nobody: algorithms that the message lists beside the signers'.
        #expect(refusals > token.count - 20)
    }

    @Test func `leads to a root that is trusted, and to no other`() throws {
        #expect(try verified(token).chain.root == roots.first)
        let unverified = try UnverifiedTimestampToken(token, over: envelope.signature)
        let leaf = try verified(token).chain.leaf
        #expect(throws: TimestampTokenError.untrusted(subject: leaf.subject.description)) {
            try TimestampToken(verifying: unverified, roots: [])
        }
    }
}
