import ArgumentParser
import BundleFormat

/// Why an operator does something that others will ask about: not blank, and short enough for
/// everything that carries it.
struct OperatorReason: ExpressibleByArgument {
    let text: String

    init?(argument: String) {
        guard argument.utf8.contains(where: { $0 != UInt8(ascii: " ") }),
            argument.utf8.count <= Inventory.Void.reasonByteCountMax
        else { return nil }
        text = argument
    }
}
