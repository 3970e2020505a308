import Glibc

/// A folder that is removed with this value, and with it the files that lie in it.
public final class TemporaryFolder {
    /// Where it is.
    public let path: String

    /// A new, empty folder.
    public init() throws {
        var template = Array("/tmp/airseal-test-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw TestFiles.Missing(path: "/tmp") }
        path = String(
            decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Writes a file into the folder.
    public func write(_ name: String, _ bytes: [UInt8]) throws {
        guard let file = unsafe fopen("\(path)/\(name)", "w") else {
            throw TestFiles.Missing(path: name)
        }
        unsafe fwrite(bytes, 1, bytes.count, file)
        unsafe fclose(file)
    }

    deinit {
        for file in TestFiles.matching(absolute: "\(path)/*") { unsafe unlink(file) }
        unsafe rmdir(path)
    }
}
