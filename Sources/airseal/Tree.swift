/// A line and what hangs below it.
struct Tree {
    let line: String
    let branches: [Tree]

    init(_ line: String, _ branches: [Tree] = []) {
        self.line = line
        self.branches = branches
    }

    /// A name and its value: `size: 402`.
    init(_ name: String, value: some CustomStringConvertible, _ branches: [Tree] = []) {
        self.init("\(name): \(value)", branches)
    }

    /// The tree as it is drawn, four columns a level, as notation draws its own.
    var lines: [String] {
        var lines = [line]
        for (index, branch) in branches.enumerated() {
            let isLast = index == branches.count - 1
            for (place, line) in branch.lines.enumerated() {
                let mark = place == 0 ? (isLast ? "└── " : "├── ") : (isLast ? "    " : "│   ")
                lines.append(mark + line)
            }
        }
        return lines
    }
}
