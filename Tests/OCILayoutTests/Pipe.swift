import Files
import Glibc
import Subprocess
import SystemPackage
import TestSupport

/// A file of a box, read through a pipe.
struct Pipe {
    /// The reading end.
    let file: ReadableFile

    init(_ box: Box, _ name: String) throws {
        let fifo = box.path("fifo-\(name)")
        unsafe mkfifo(fifo, 0o600)
        // Opening both ways does not wait for the other side.
        let both = unsafe open(fifo, O_RDWR | O_CLOEXEC)
        let bytes = try box.read(name)
        // A pipe holds 64 KiB, so that nobody need write beside us.
        precondition(bytes.count <= 64 << 10, "a small file")
        _ = unsafe bytes.withUnsafeBytes { unsafe write(both, $0.baseAddress, $0.count) }
        let reading = unsafe open(fifo, O_RDONLY | O_CLOEXEC)
        close(both)
        defer { close(reading) }
        file = try FileSystem.real.stream(descriptor: reading, name: "-")
    }
}
