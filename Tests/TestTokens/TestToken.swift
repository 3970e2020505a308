internal import Glibc

/// A SoftHSM token that belongs to one test.
///
/// A process starts a PKCS#11 module once, and SoftHSM looks for tokens then. So all tokens of a
/// test run are made before the first use, in one folder, and each test takes one that no other
/// test has. TEST ONLY: the PIN is known to everybody.
public struct TestToken: Sendable {
    /// The label, unique in the run.
    public let label: String
    /// The user's PIN, four digits.
    public let pin = "1234"

    /// Where Debian keeps the module; p11-kit knows it as `softhsm2`.
    public static let modulePath = "/usr/lib/softhsm/libsofthsm2.so"

    /// SoftHSM is installed.
    public static var isAvailable: Bool {
        unsafe access(modulePath, R_OK) == 0 && Run.command("command -v softhsm2-util")
    }

    /// The key URI of `attributes` on this token: `object=a;id=%01`.
    public func uri(_ attributes: String, query: String? = nil) -> String {
        let start = "pkcs11:token=\(label);\(attributes)?module-path=\(Self.modulePath)"
        return query.map { "\(start)&\($0)" } ?? start
    }

    /// Takes a token that no other test has; nil when the run has used all.
    public static func take() -> TestToken? {
        supply.next().map { TestToken(label: "test-\($0)") }
    }

    private static let supply = Supply(count: 48)
}

/// Makes the tokens when first asked for.
private final class Supply: Sendable {
    private let folder: String
    private let count: Int
    private let mutex = Numbers()

    init(count: Int) {
        self.count = count
        folder = TemporaryFolder.make()
        let setting = "\(folder)/softhsm2.conf"
        _ = Run.command(
            """
            mkdir \(folder)/tokens &&
            printf 'directories.tokendir = %s\\nobjectstore.backend = file\\nlog.level = ERROR\\n' \
            \(folder)/tokens > \(setting)
            """)
        unsafe setenv("SOFTHSM2_CONF", setting, 1)
        // One at a time: SoftHSM loses tokens that several processes make at once.
        _ = Run.command(
            """
            for number in $(seq 0 \(count - 1)); do
                softhsm2-util --init-token --free --label test-$number --so-pin 12345678 \
                    --pin 1234
            done
            """)
    }

    func next() -> Int? {
        let number = mutex.take()
        return number < count ? number : nil
    }
}
