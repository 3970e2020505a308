import Files
import OCILayout
import Receiving
import State
import TestSupport
import Testing

/// Any one change of a bundle on its medium is refused, or what is released is to the byte what was
/// sent.
@Suite struct `A bundle with one thing changed` {
    @Test func `is refused and changes nothing, or is released as it was sent`() throws {
        let gap = try Gap()
        try gap.addImage("registry.test/app:v1")
        try gap.addIndex("registry.test/platforms:v1")
        _ = try gap.export("media/b").report
        let original = try LayoutBytes(reading: gap.box.folder("media/b"))
        _ = try gap.receive("media/b").report
        let sent = try LayoutBytes(reading: gap.box.folder("high-layout"))
        var refused = 0
        var equal = 0
        for round in 0..<Effort.count(test: 40, soak: 1000) {
            let mutation = try LayoutMutation(of: original, seed: Effort.seed &+ UInt64(round))
            try mutation.layout.write(to: "mutant", in: gap.box)
            for name in ["high-layout", "high-state"] { try gap.box.remove(name) }
            try StateFolder(at: gap.box.path("high-state"), in: .real)
                .receiving(from: gap.origin).enrol()
            let (outcome, error) = try receive(gap)
            if case .released? = outcome {
                let came = try LayoutBytes(reading: gap.box.folder("high-layout"))
                #expect(came.files.keys == sent.files.keys, "\(mutation)")
                for (path, bytes) in sent.files {
                    let isSame = came.files[path] == bytes
                    #expect(isSame, "\(path): \(mutation)")
                }
                equal += 1
            } else {
                #expect(try gap.mark().sequence == 0, "\(mutation)")
                let isThere = FileSystem.real.kind(at: gap.box.path("high-layout")) != nil
                let told = outcome?.code ?? error.map { "\($0)" } ?? ""
                #expect(!isThere, "\(mutation): \(told)")
                refused += 1
            }
            try gap.box.remove("mutant")
        }
        #expect(refused > equal)
        Effort.report("mutants refused", refused)
        Effort.report("mutants equal in every byte that counts", equal)
    }

    /// An error where the medium holds no layout any more, which is no bundle to judge.
    private func receive(_ gap: Gap) throws -> (ReceiveOutcome?, ReceivingError?) {
        do { return (try gap.receive("mutant"), nil) } catch let error as ReceivingError {
            switch error {
            // Between its start and its program, a child of another test holds our locks too.
            case .layout(.file(.locked)): return try receive(gap)
            case .layout, .source: return (nil, error)
            default: throw error
            }
        }
    }
}
