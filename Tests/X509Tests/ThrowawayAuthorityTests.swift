import Cryptography
import Encodings
import TestSupport
import Testing
import X509

@Suite struct `Chains by a throwaway root` {
    static let from = Timestamp(seconds: 1_790_000_000)
    static let to = Timestamp(seconds: 1_790_086_400)

    @Test(arguments: KeySpec.allCases, [ThrowawayAuthority.Curve.p256, .p384])
    func `keep the code signing profile`(_ spec: KeySpec, _ curve: ThrowawayAuthority.Curve) throws
    {
        let authority = try ThrowawayAuthority(curve, notBefore: Self.from, notAfter: Self.to)
        let chain = try authority.codeSigningChain(
            for: PublicKey(spki: TestKey.kept(spec).spki), commonName: "build, seven",
            notBefore: Self.from, notAfter: Self.to)
        #expect(CertificateProfile.codeSigning.findings(in: chain).allSatisfy { $0.isKept })
        #expect(chain.certificates == [chain.leaf, authority.root])
        #expect(chain.leaf.notBefore == Self.from)
        #expect(chain.leaf.notAfter == Self.to)
        #expect(
            chain.leaf.subject.description == "CN=build\\, seven,O=Airseal TEST ONLY,ST=Test,C=US")
        #expect(chain.leaf.serialNumber.count == 16)
        #expect(chain.leaf.extendedKeyUsage?.purposes == [ExtendedKeyUsage.codeSigning])
    }

    @Test func `say in their name not to be trusted`() throws {
        let root = try ThrowawayAuthority(notBefore: Self.from, notAfter: Self.to).root
        #expect(root.subject.commonName == "Airseal throwaway test root - do not trust")
        #expect(root.isSelfSigned)
        #expect(root.isCA)
    }
}
