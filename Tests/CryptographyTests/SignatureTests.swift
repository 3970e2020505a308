import Cryptography
import TestSupport
import Testing

@Suite struct `Signatures by each kind of key` {
    @Test(arguments: KeySpec.allCases) func `verify over their message only`(_ spec: KeySpec) throws
    {
        let signer = try SoftwareSigner(spec)
        let message = Array("a message".utf8)
        let signature = try signer.signature(over: message)
        #expect(signer.publicKey.keySpec == spec)
        #expect(signature.count == spec.signatureByteCount)
        #expect(try signer.publicKey.verifies(signature: signature, over: message))
        #expect(try !signer.publicKey.verifies(signature: signature, over: message + [0]))
        #expect(try !signer.publicKey.verifies(signature: signature + [0], over: message))
        #expect(try !signer.publicKey.verifies(signature: [0] + signature, over: message))
        #expect(
            try !signer.publicKey.verifies(signature: Array(signature.dropLast()), over: message))
    }
}
