internal import Files

/// The right to go on with one stream, held by one run at a time and freed when the run ends,
/// however it ends.
///
/// The stores lock themselves for each step; who reads a number, works for an hour and writes it
/// back needs this around all of it.
public final class StreamTurn: Sendable {
    private let file: WritableFile

    init(_ file: WritableFile) {
        self.file = file
    }

    static func take(in folder: Folder, patience: LockPatience) throws(StateError) -> StreamTurn {
        try onDisk { () throws(FileError) in
            let file = try folder.append("turn", mode: 0o600)
            try file.lock(patience: patience)
            return StreamTurn(file)
        }
    }
}
