import Cryptography
import Encodings
import TestSupport
import Testing
import X509

@Suite struct `Chains by a throwaway root` {
    @Test(arguments: KeySpec.allCases) func `keep the code signing profile`(_ spec: KeySpec) throws
    {
        let chain = try SoftwareSigner(spec).chain
        #expect(CertificateProfile.codeSigning.firstViolation(in: chain) == nil)
        #expect(chain.certificates.count == 2)
        #expect(chain.root.isSelfSigned)
        #expect(chain.leaf.notBefore == SoftwareSigner.notBefore)
        #expect(chain.leaf.notAfter == SoftwareSigner.notAfter)
    }
}
