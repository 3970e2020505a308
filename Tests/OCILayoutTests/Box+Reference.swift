import Files
import OCILayout
import TestSupport

extension Box {
    /// What an operator means who writes `text` in this folder.
    func reference(_ text: String) throws -> Reference {
        try Reference(parsing: path(text), in: .real)
    }
}
