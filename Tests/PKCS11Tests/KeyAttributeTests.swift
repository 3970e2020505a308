import Testing

@testable import PKCS11

@Suite struct `What a token says of a key that it made` {
    @Test(arguments: KeyAttribute.allCases) func `is enough, or not`(_ attribute: KeyAttribute) {
        let enough: [Bool?] =
            switch attribute {
            case .token, .hidden, .sensitive, .alwaysSensitive, .neverExtractable, .sign: [true]
            case .extractable: [false]
            // What a token does not tell of a use, it does not offer.
            case .signRecover, .decrypt, .unwrap, .derive: [false, nil]
            case .local, .modifiable, .alwaysAuthenticate: [true, false, nil]
            }
        for value in [true, false, nil] {
            #expect(attribute.isFulfilled(by: value) == enough.contains(value), "\(value as Any)")
        }
    }
}
