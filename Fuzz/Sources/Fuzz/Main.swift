import Glibc

/// The reader that this process feeds: `FUZZ_TARGET` names it.
private let target: FuzzTarget = {
    let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
    guard let target = FuzzTarget(rawValue: name) else {
        preconditionFailure(
            "FUZZ_TARGET is one of \(FuzzTarget.allCases.map(\.rawValue).joined(separator: " "))")
    }
    // libarchive ends the process on names beyond ASCII without this.
    setlocale(LC_CTYPE, "C.UTF-8")
    return target
}()

/// What libFuzzer calls with one input after the other. A finding is a trap: our own
/// preconditions, an overflow, an index out of range, or a property of `FuzzTarget` that does not
/// hold.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    target.feed(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}

/// The package manager asks for this name; the real main is libFuzzer's.
@_cdecl("Fuzz_main")
public func unusedMain(_ count: Int32, _ arguments: UnsafeMutableRawPointer?) -> Int32 { 1 }
