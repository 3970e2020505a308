import Files
import TestSupport

extension Box {
    /// A file in it, open for reading.
    func file(_ name: String) throws -> ReadableFile { try folder().file(name) }
}
