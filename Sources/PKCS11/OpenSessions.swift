internal import Synchronization

/// How many sessions this process has open with each token.
///
/// A login and a logout are those of the whole process, whichever session asks for them: who logged
/// out with one of several sessions would take the keys out of the hands of the others.
enum OpenSessions {
    private static let counts = Mutex<[String: Int]>([:])

    /// Opens a session by `open`, and counts it.
    static func open(
        with token: TokenDescription, _ open: () throws(PKCS11Error) -> Void
    ) throws(PKCS11Error) {
        counts.withLock { $0[key(token), default: 0] += 1 }
        do throws(PKCS11Error) { try open() } catch {
            counts.withLock { leave(token, &$0) }
            throw error
        }
    }

    /// Counts a session out. `logout` is done if it is the last, before another is opened.
    static func close(with token: TokenDescription, logout: () -> Void) {
        counts.withLock { counts in
            leave(token, &counts)
            if counts[key(token)] == nil { logout() }
        }
    }

    private static func leave(_ token: TokenDescription, _ counts: inout [String: Int]) {
        let rest = counts[key(token), default: 1] - 1
        counts[key(token)] = rest == 0 ? nil : rest
    }

    private static func key(_ token: TokenDescription) -> String {
        "\(token.serial)\u{0}\(token.label)"
    }
}
