import Encodings
import Testing
import Trust

@Suite struct `Verification levels` {
    static let table: [(VerificationLevel, [Validation: ValidationAction])] = [
        (
            .strict,
            [
                .integrity: .enforce, .authenticity: .enforce, .authenticTimestamp: .enforce,
                .expiry: .enforce, .revocation: .enforce, .payload: .enforce, .metadata: .enforce,
            ]
        ),
        (
            .permissive,
            [
                .integrity: .enforce, .authenticity: .enforce, .authenticTimestamp: .log,
                .expiry: .log, .revocation: .log, .payload: .enforce, .metadata: .enforce,
            ]
        ),
        (
            .audit,
            [
                .integrity: .enforce, .authenticity: .log, .authenticTimestamp: .log,
                .expiry: .log, .revocation: .log, .payload: .enforce, .metadata: .enforce,
            ]
        ),
    ]

    @Test(arguments: table)
    func `Y1: give each validation the action of the specification's table`(
        _ level: VerificationLevel, _ actions: [Validation: ValidationAction]
    ) {
        for validation in Validation.allCases {
            #expect(level.actions[validation] == actions[validation])
        }
    }

    @Test func `Y1: skip skips everything`() {
        for validation in Validation.allCases {
            #expect(VerificationLevel.skip.actions[validation] == .skip)
        }
    }

    @Test(arguments: [Validation.authenticity, .authenticTimestamp, .expiry, .revocation])
    func `Y2: let an override change exactly one action`(_ changed: Validation) throws {
        let override: JSONObject = {
            var object = JSONObject()
            object[changed.rawValue] = "log"
            return object
        }()
        let verification: JSON = ["level": "strict", "override": .object(override)]
        let document = try PolicyText.read(
            PolicyText.with(["signatureVerification": verification]))
        let actions = try #require(document.statements.first).verification.actions
        for validation in Validation.allCases {
            #expect(actions[validation] == (validation == changed ? .log : .enforce))
        }
    }

    @Test func `Y2: let revocation alone be skipped`() throws {
        let verification: JSON = ["level": "strict", "override": ["revocation": "skip"]]
        let document = try PolicyText.read(
            PolicyText.with(["signatureVerification": verification]))
        #expect(document.statements.first?.verification.actions[.revocation] == .skip)
    }
}
