import Glibc
import PKCS11
import Synchronization

/// Asks a person for a PIN, at the terminal and without echo.
///
/// Ctrl-Z does nothing meanwhile: a shell must not get the terminal back without echo, nor a PIN be cut
/// short where it was pressed.
enum PINPrompt {
    /// Has a signal that ends the process find the terminal as it was. It must be called while the
    /// process has one thread.
    static func endOnSignals() { TokenCalls.endOnSignals { restoreTerminal() } }

    /// The PIN; nil when there is no terminal or nobody answers.
    ///
    /// The bytes go from the terminal straight into the memory that is locked and wiped.
    @Sendable static func ask(_ token: TokenDescription) -> Secret? {
        ask("PIN of the token \(ForeignText(token.label)): ")
    }

    /// The passphrase of the key file at `path`; nil as for a PIN.
    @Sendable static func askPassphrase(_ path: String) -> Secret? {
        ask("passphrase of \(ForeignText(path)): ")
    }

    private static func ask(_ question: String) -> Secret? {
        let terminal = unsafe open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
        guard terminal >= 0 else { return nil }
        defer { close(terminal) }
        var shown = termios()
        guard unsafe tcgetattr(terminal, &shown) == 0 else { return nil }
        var hidden = shown
        hidden.c_lflag &= ~tcflag_t(ECHO)
        hidden.c_lflag |= tcflag_t(NOFLSH)
        let suspend = signal(SIGTSTP, SIG_IGN)
        defer { signal(SIGTSTP, suspend) }
        before.withLock { $0 = (terminal, shown) }
        // Whatever happens, the terminal shows again what is typed.
        defer { restoreTerminal() }
        guard unsafe tcsetattr(terminal, TCSAFLUSH, &hidden) == 0 else { return nil }
        write(question, to: terminal)
        var isWhole = false
        let secret = try? Secret { readByte(from: terminal, &isWhole) }
        // What ends without a line's end was given up, and is no answer to spend a try on.
        return isWhole ? secret : nil
    }

    /// The terminal as it was, while it does not show what is typed.
    private static let before = Mutex<(terminal: Int32, shown: termios)?>(nil)

    /// Has the terminal show again what is typed, if it does not.
    static func restoreTerminal() {
        before.withLock { before in
            guard let (terminal, shown) = before else { return }
            var settings = shown
            unsafe tcsetattr(terminal, TCSAFLUSH, &settings)
            write("\n", to: terminal)
            before = nil
        }
    }

    /// The next byte of the line; nil at its end, which makes it whole, and where nothing more comes.
    private static func readByte(from terminal: Int32, _ isWhole: inout Bool) -> UInt8? {
        var byte: UInt8 = 0
        while true {
            let count = unsafe read(terminal, &byte, 1)
            if count < 0, errno == EINTR { continue }
            isWhole = count == 1 && byte == UInt8(ascii: "\n")
            return count == 1 && !isWhole ? byte : nil
        }
    }

    private static func write(_ text: String, to terminal: Int32) {
        let bytes = Array(text.utf8)
        // A question that cannot be shown is still answered blindly or not at all.
        _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(terminal, $0.baseAddress, $0.count) }
    }
}
