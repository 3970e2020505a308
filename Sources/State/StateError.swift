public import Encodings
public import Files

/// Why the state could not be read or moved on. The state is then as it was.
public enum StateError: Error, Equatable {
    /// The file system refused.
    case file(FileError)
    /// The file is none that Airseal wrote: not JSON, or not of the form of its version.
    case damaged(path: String)
    /// The file was written by a later version of Airseal.
    case unknownVersion(path: String, Int64)
    /// The folder of the state may be changed by others than its owner.
    case exposed(path: String)
    /// The clock is behind a time that was proven, by more than clocks may differ.
    case clockBehind(now: Timestamp, ClockFloor)
    /// The clock is behind a signature of this machine, by more than clocks may differ.
    case signedLater(now: Timestamp, last: Timestamp)
    /// There is no state for this site. Missing state is never taken for a fresh start.
    case missing(SiteName)
    /// Another export to this destination holds a number and is neither finished nor void.
    case exportPending(SiteName, sequence: Int64)
    /// No export to this destination holds a number.
    case noExportPending(SiteName)
    /// The stored parts of the pending export are not those that were stored.
    case partsDamaged(SiteName, sequence: Int64)
    /// The number does not follow what was recorded.
    case wrongSequence(SiteName, expected: Int64, actual: Int64)
    /// The bundle belongs to another stream than the one recorded.
    case foreignStream(SiteName, expected: StreamID, actual: StreamID)
    /// More than is kept of something.
    case tooMany(String, limit: Int)
    /// A part's name is no plain file name.
    case badPartName(String)
    /// The cryptographic library has no SHA-256.
    case hashUnavailable
}

/// Carries errors of files over into errors of state.
func onDisk<Result>(_ body: () throws(FileError) -> Result) throws(StateError) -> Result {
    do throws(FileError) { return try body() } catch { throw .file(error) }
}
