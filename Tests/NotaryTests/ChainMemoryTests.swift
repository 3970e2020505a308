import Cryptography
import Encodings
import TestSupport
import Testing
import X509

@testable import Notary

@Suite struct `What is remembered of chains` {
    @Test func `changes no outcome, good or bad`() throws {
        let signer = try SoftwareSigner(.ec256)
        let good = try Sample.signed(.cose, by: signer).bytes
        let leafOnly = try spoilt(good, certificates: [signer.chain.leaf.der])
        let memory = ChainMemory()
        for bytes in [good, leafOnly, good, leafOnly] {
            let alone = try SignatureEnvelope.verify(bytes, format: .cose)
            let remembering = try SignatureEnvelope.verify(bytes, format: .cose, chains: memory)
            #expect(rule(alone) == rule(remembering))
        }
        #expect(memory.count == 2)
    }

    @Test func `vouches for no other signature under the same chain`() throws {
        let signer = try SoftwareSigner(.ec256)
        let memory = ChainMemory()
        let good = try Sample.signed(.jws, by: signer).bytes
        #expect(rule(try SignatureEnvelope.verify(good, format: .jws, chains: memory)) == nil)
        let other = try SoftwareSigner(.ec256, TestKey(.ec256), signer.chain)
        let signature = try other.signature(over: [1, 2, 3])
        let document = JSONPlace(try JSON(parsing: good))
        var members = try document.object()
        members["signature"] = .string(Base64.encode(signature, .url))
        let bytes = JSON.object(members).serialized()
        #expect(rule(try SignatureEnvelope.verify(bytes, format: .jws, chains: memory)) == "J15")
    }

    @Test func `is bounded`() throws {
        let memory = ChainMemory()
        let chain = try SoftwareSigner(.ec256).chain
        for number in 0..<3 * ChainMemory.countMax {
            _ = try memory.chain(of: [Array("\(number)".utf8)]) { chain }
        }
        #expect(memory.count <= ChainMemory.countMax)
    }

    private func rule(_ outcome: IntegrityOutcome) -> String? {
        switch outcome {
        case .verified: nil
        case .refused(let failure): failure.rule
        }
    }

    /// The same envelope with other certificates, which are not signed.
    private func spoilt(_ cose: [UInt8], certificates: [[UInt8]]) throws -> [UInt8] {
        guard case .array(var parts) = try CBOR(parsing: Array(cose.dropFirst())),
            case .map(var header) = parts[1]
        else { throw TestFiles.Missing(path: "an envelope") }
        header[33] = .array(certificates.map { .bytes($0) })
        parts[1] = .map(header)
        return [0xD2] + CBOR.array(parts).serialized()
    }
}
