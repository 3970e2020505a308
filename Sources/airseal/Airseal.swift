import ArgumentParser
import Glibc

/// The program. Parses the command line, calls one function of `UseCases`, prints its report.
@main
struct Airseal: ParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "airseal",
        abstract: "Signs container images on machines without a network, and carries them across.",
        discussion: """
            Works on OCI image layouts and archives only; never opens a network connection.

            A reference is PATH[:TAG|@DIGEST]: PATH is a layout folder or an archive (tar, plain or \
            compressed with gzip or zstd, recognised by content). The longest existing path wins, so \
            l:bar.example/app:v1 is the tag bar.example/app:v1 in the folder l.

            Exit status: 0 yes. 1 refused, with the reason. 2 could not decide: not a layout, no \
            such reference, bad configuration, wrong PIN, unknown key, full disk, revocation unknown \
            where it is enforced. 64 wrong usage.

            Example, the signing side:
              airseal import app.tar --into layout
              airseal sign layout:app:v1 --key 'pkcs11:token=site;object=signer' --chain chain.pem
              airseal export layout --to bundle.tar --destination high-side --key … --chain …

            Example, the far side:
              airseal peer add low-side --anchor root.pem --identity '*' --repositories site.example
              airseal receive bundle.tar --into layout
              airseal verify layout:app:v1 --scope site.example/app
            """,
        version: version,
        subcommands: [
            ImportCommand.self, ListCommand.self, InspectCommand.self, CheckCommand.self,
            PruneCommand.self, RemoveCommand.self, SignCommand.self, VerifyCommand.self,
            ExportCommand.self, ReceiveCommand.self, ReleaseCommand.self,
            PeerCommand.self, KeyCommand.self,
            CertCommand.self, TrustCommand.self, PolicyCommand.self, RevocationCommand.self,
            ClockCommand.self, StatusCommand.self,
            StateCommand.self, AuditCommand.self,
        ])

    static func main() {
        // libarchive reads names in the locale's encoding, and crashes on others in the "C" locale.
        unsafe setlocale(LC_CTYPE, "C.UTF-8")
        // The runtime answers a crash with a picture of registers and memory, on standard error, where a
        // PIN may stand in it.
        for fatal in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGQUIT] {
            signal(fatal, SIG_DFL)
        }
        // A reader that goes away early is an error of writing, and no reason to die half-way.
        signal(SIGPIPE, SIG_IGN)
        guard hasReadableArguments else {
            Terminal.complain(Sentence("an argument is no UTF-8 text"))
            Glibc.exit(ExitCode.validationFailure.rawValue)
        }
        main(nil)
    }

    /// Whether every argument is what it seems to be: bytes that are no text would be replaced, and
    /// another name be signed than was typed.
    private static var hasReadableArguments: Bool {
        let arguments = unsafe UnsafeBufferPointer(
            start: CommandLine.unsafeArgv, count: Int(CommandLine.argc))
        return unsafe arguments.allSatisfy { argument in
            guard let argument = unsafe argument else { return true }
            return unsafe String(validatingCString: argument) != nil
        }
    }
}
