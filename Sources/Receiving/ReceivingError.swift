public import Audit
public import BundleFormat
public import Configuration
public import Cryptography
public import Encodings
public import Files
public import OCILayout
public import Processes
public import State
public import Verification

/// Why a bundle could not be judged, or what was decided could not be carried out. It says nothing
/// about the bundle.
public enum ReceivingError: Error, Equatable {
    /// This site has no name of its own yet.
    case noOwnName
    /// An earlier bundle of the origin was released in part, and its layout is not there now, or
    /// cannot be changed.
    case unfinished(SiteName, layoutPath: String)
    /// Refusals were to be lifted that do not stand in the way.
    case unneeded([ChainOverride])
    /// No bundle waits in the layout, or none that the request means.
    case notHeld(layoutPath: String, [HeldBundle])
    /// Bundles of several origins wait, and none is named.
    case severalHeld([HeldBundle])
    /// This bundle waits before the one that is meant.
    case heldBefore(HeldBundle)
    /// The bundle waits by what the state says, and its folder is not in the quarantine.
    case heldMissing(HeldBundle)
    /// What lies in quarantine under the bundle's name is another bundle.
    case heldChanged(HeldBundle)
    /// What lies in quarantine under this name, and waits, cannot be read.
    case quarantineUnreadable(String)
    /// The scanner could not be run.
    case scanner(ProcessError)
    /// The blob was whole before the scanner ran, and is another now.
    case touched(Digest)
    /// A run was interrupted that was changing this layout for the origin, and a rehearsal does not
    /// complete it.
    case interrupted(SiteName, layoutPath: String)
    /// The home could not be read.
    case configuration(ConfigurationError)
    /// The bundle could not be read from its medium.
    case source(FileError)
    /// The layout could not be read or written; a full disk is among this.
    case layout(LayoutError)
    /// The state refused; a missing mark is among this.
    case state(StateError)
    /// The record refused.
    case audit(AuditError)
    /// The change of layout and mark could not be made.
    case change(LayoutChangeError)
    /// The verifier could not be asked.
    case verification(VerificationError)
    /// The cryptographic library refused.
    case cryptography(CryptographyError)
}

/// Ends the reception of a bundle before its end.
enum Stop: Error {
    case refused(ReceiveRefusal)
    case undecided(ReceiveDoubt)
    case failed(ReceivingError)

    static func malformed(_ malformation: Malformation) -> Stop {
        .refused(.malformed(malformation))
    }

    static func content(_ fault: ContentFault) -> Stop { .refused(.content(fault)) }
}

/// Runs `body` and gives its errors their place.
func onLayout<T>(_ body: () throws(LayoutError) -> T) throws(Stop) -> T {
    do throws(LayoutError) { return try body() } catch { throw .failed(.layout(error)) }
}

/// Runs `body` and gives its errors their place.
func onState<T>(_ body: () throws(StateError) -> T) throws(Stop) -> T {
    do throws(StateError) { return try body() } catch { throw .failed(.state(error)) }
}

/// Runs `body` and gives its errors their place.
func onHome<T>(_ body: () throws(ConfigurationError) -> T) throws(Stop) -> T {
    do throws(ConfigurationError) { return try body() } catch {
        throw .failed(.configuration(error))
    }
}
