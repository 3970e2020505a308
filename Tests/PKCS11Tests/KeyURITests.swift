import PKCS11
import Testing

@Suite struct `Key URIs` {
    struct Refusal: Sendable, CustomTestStringConvertible {
        let text: String
        let error: KeyURIError
        var testDescription: String { text }
    }

    static let refusals: [Refusal] = [
        Refusal(text: "", error: .notPKCS11),
        Refusal(text: "file:/key.pem", error: .notPKCS11),
        Refusal(text: "pkcs11:token=a b", error: .blank(offset: 14)),
        Refusal(text: "pkcs11:token=a\n", error: .blank(offset: 14)),
        Refusal(text: "pkcs11:token", error: .malformed),
        Refusal(text: "pkcs11:token=a;", error: .malformed),
        Refusal(text: "pkcs11:token=%4", error: .malformed),
        Refusal(text: "pkcs11:token=%00", error: .malformed),
        Refusal(text: "pkcs11:token=%ff", error: .malformed),
        Refusal(text: "pkcs11:slot-id=x", error: .malformed),
        // What p11-kit takes for "not given", and so for every slot and version.
        Refusal(text: "pkcs11:slot-id=18446744073709551615", error: .malformed),
        Refusal(text: "pkcs11:library-version=255.255", error: .malformed),
        Refusal(text: "pkcs11:library-version=1.2.3", error: .malformed),
        Refusal(text: "pkcs11:token=a;token=b", error: .duplicateAttribute("token")),
        Refusal(text: "pkcs11:tokens=a", error: .unknownAttribute("tokens")),
        Refusal(text: "pkcs11:x-vendor=a", error: .unknownAttribute("x-vendor")),
        Refusal(text: "pkcs11:module-path=/m.so", error: .unknownAttribute("module-path")),
        Refusal(text: "pkcs11:token=a?pinfile=/p", error: .unknownAttribute("pinfile")),
        Refusal(text: "pkcs11:token=a;type=cert", error: .notAPrivateKey),
        Refusal(text: "pkcs11:token=a;type=public", error: .notAPrivateKey),
        Refusal(text: "pkcs11:token=a;type=secret-key", error: .notAPrivateKey),
        Refusal(text: "pkcs11:token=a;type=data", error: .notAPrivateKey),
        Refusal(text: "pkcs11:token=a;type=strange", error: .malformed),
        Refusal(text: "pkcs11:token=a;id=%zz", error: .malformed),
        Refusal(text: "pkcs11:token=a?pin-value=%31", error: .pinValue),
        Refusal(text: "pkcs11:pin-value=1234", error: .unknownAttribute("pin-value")),
        Refusal(text: "pkcs11:token=a?pin-source=file:/p&pin-value=1", error: .pinValue),
        Refusal(text: "pkcs11:token=a?module-path=", error: .relativeModulePath),
        Refusal(
            text: "pkcs11:token=a?pin-source=file:/a&pin-source=file:/b",
            error: .duplicateAttribute("pin-source")),
        Refusal(text: "pkcs11:token=a?pin-value=1234", error: .pinValue),
        Refusal(text: "pkcs11:token=a?pin-source=|cat%20p", error: .pinCommand),
        Refusal(text: "pkcs11:token=a?pin-source=%7Ccat", error: .pinCommand),
        Refusal(text: "pkcs11:token=a?pin-source=pin", error: .pinSource),
        Refusal(text: "pkcs11:token=a?pin-source=https:/pin", error: .pinSource),
        Refusal(text: "pkcs11:token=a?pin-source=", error: .pinSource),
        Refusal(text: "pkcs11:token=a?pin-source=file:", error: .pinSource),
        Refusal(text: "pkcs11:token=a?pin-source=file://host/pin", error: .pinSource),
        Refusal(text: "pkcs11:token=a?module-path=m.so", error: .relativeModulePath),
        Refusal(
            text: "pkcs11:token=" + String(repeating: "a", count: 4084), error: .tooLong),
    ]

    @Test(arguments: refusals) func `are refused when unclear or dangerous`(_ refusal: Refusal) {
        #expect(throws: refusal.error) { try KeyURI(refusal.text) }
    }

    @Test func `give every attribute of RFC 7512`() throws {
        let uri = try KeyURI(
            "pkcs11:token=My%20token;serial=01ab;manufacturer=M;model=X%3b;object=k%2Fey"
                + ";id=%01%00%ff;type=private;slot-id=7;slot-description=S;slot-manufacturer=T"
                + ";library-description=L;library-manufacturer=N;library-version=2.6"
                + "?pin-source=file:///run/pin&module-name=softhsm2&module-path=/lib/m.so")
        #expect(uri.token == "My token")
        #expect(uri.serial == "01ab")
        #expect(uri.manufacturer == "M")
        #expect(uri.model == "X;")
        #expect(uri.object == "k/ey")
        #expect(uri.id == [1, 0, 255])
        #expect(uri.slotID == 7)
        #expect(uri.slotDescription == "S")
        #expect(uri.slotManufacturer == "T")
        #expect(uri.libraryDescription == "L")
        #expect(uri.libraryManufacturer == "N")
        #expect(uri.libraryVersion?.major == 2 && uri.libraryVersion?.minor == 6)
        #expect(uri.pinFile == "/run/pin")
        #expect(uri.moduleName == "softhsm2")
        #expect(uri.modulePath == "/lib/m.so")
    }

    @Test func `match everything where they say nothing`() throws {
        let uri = try KeyURI("pkcs11:")
        #expect(uri.token == nil && uri.id == nil && uri.slotID == nil)
        #expect(uri.libraryVersion == nil && uri.modulePath == nil && uri.pinFile == nil)
        #expect(uri.description == "pkcs11:")
    }

    @Test(arguments: [
        "file:/run/pin", "file:///run/pin", "/run/pin", "%2Frun%2Fpin", "file:/run/p%69n",
    ])
    func `take the path of a PIN file in each of its forms`(_ source: String) throws {
        #expect(try KeyURI("pkcs11:token=a?pin-source=\(source)").pinFile == "/run/pin")
    }

    @Test func `show no PIN source when printed`() throws {
        let text = "pkcs11:token=My%20token;object=a%3Bb;id=%01%ff"
        let uri = try KeyURI("\(text)?module-name=m&pin-source=file:secret-place")
        #expect(uri.pinFile == "secret-place")
        #expect(uri.description == "\(text)?module-name=m")
    }
}
