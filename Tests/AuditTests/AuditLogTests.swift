import Audit
import Encodings
import Files
import SystemPackage
import TestTokens
import Testing

import class TestSupport.FaultyFiles

@Suite struct `The audit record` {
    let path: String
    let folder: Folder

    init() throws {
        path = TemporaryFolder.make()
        folder = try FileSystem.real.folder(at: path)
    }

    func event(_ number: Int, kind: String = "sign") -> AuditEvent {
        let digits = String(number, radix: 16)
        let text = String(repeating: "0", count: 32 - digits.count) + digits
        guard let operation = OperationID(text) else { preconditionFailure("32 digits") }
        return AuditEvent(
            operation: operation, kind: kind, time: Timestamp(seconds: 1_800_000_000),
            userName: "operator", userID: 1000, details: ["digest": "sha256:ab", "number": 1])
    }

    func bytes() throws -> [UInt8] { try folder.file("audit.jsonl").readAll(limit: 1 << 20) }

    func put(_ bytes: [UInt8]) throws { try folder.replace("audit.jsonl", with: bytes) }

    // Refusals.

    @Test func `is called broken at the line where any one byte was changed`() throws {
        let log = AuditLog(in: folder)
        for number in 1...2 { _ = try log.append(event(number)) }
        let sound = try bytes()
        for index in sound.indices {
            var spoilt = sound
            spoilt[index] ^= 1
            try put(spoilt)
            let line = Int64(sound[..<index].count { $0 == 10 }) + 1
            let verdict = try log.verify()
            guard index < sound.count - 1 else {
                // Without its end, the last line reads as unfinished.
                guard case .intact(1, _, let rest) = verdict, rest > 0 else {
                    Issue.record("\(verdict)")
                    return
                }
                continue
            }
            #expect(verdict == .broken(line: line), "byte \(index)")
        }
    }

    @Test func `is called broken when a line is missing, doubled or moved`() throws {
        let log = AuditLog(in: folder)
        for number in 1...3 { _ = try log.append(event(number)) }
        let lines = try bytes().split(separator: 10).map { Array($0) + [10] }
        let spoilt: [(order: [Int], line: Int64)] = [
            ([1, 2], 1), ([0, 2], 2), ([0, 0, 1, 2], 2), ([0, 2, 1], 2),
        ]
        for (order, line) in spoilt {
            try put(order.flatMap { lines[$0] })
            #expect(try log.verify() == .broken(line: line))
        }
    }

    @Test(arguments: ["nonsense\n", "{}\n", "\n"])
    func `takes no line behind one that it did not write`(_ text: String) throws {
        let log = AuditLog(in: folder)
        _ = try log.append(event(1))
        let spoilt = try bytes() + Array(text.utf8)
        try put(spoilt)
        #expect(throws: AuditError.damaged(path: "\(path)/audit.jsonl")) {
            try log.append(event(2))
        }
        #expect(try bytes() == spoilt)
    }

    @Test func `takes no record that is too long to be found again`() throws {
        let log = AuditLog(in: folder)
        let long = AuditEvent(
            operation: event(1).operation, kind: "sign", time: Timestamp(seconds: 0),
            userName: "operator", userID: 0,
            details: ["x": .string(String(repeating: "x", count: 256 << 10))])
        let error = #expect(throws: AuditError.self) { try log.append(long) }
        guard case .recordTooLong? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try log.verify() == .intact(recordCount: 0, head: nil, unfinishedByteCount: 0))
    }

    // What it does.

    @Test func `ties each record to the one before`() throws {
        let log = AuditLog(in: folder)
        let first = try log.append(event(1))
        let second = try log.append(event(2, kind: "export"))
        #expect(first.sequence == 1 && first.previous == nil)
        #expect(second.sequence == 2 && second.previous == first.hash)
        var seen: [AuditRecord] = []
        let verdict = try log.verify { seen.append($0) }
        #expect(
            verdict == .intact(recordCount: 2, head: second.hash, unfinishedByteCount: 0))
        #expect(seen == [first, second])
    }

    @Test func `holds an operation once, however far back it is`() throws {
        let log = AuditLog(in: folder)
        let first = try log.append(event(1))
        #expect(try log.append(event(1)) == first)
        for number in 2...60 { _ = try log.append(event(number)) }
        #expect(try log.resume(event(1)) == first)
        #expect(try log.resume(event(61)).sequence == 61)
        guard case .intact(61, _, 0) = try log.verify() else {
            Issue.record("not intact")
            return
        }
    }

    @Test func `loses an unfinished last line and nothing else`() throws {
        let log = AuditLog(in: folder)
        _ = try log.append(event(1))
        let one = try bytes()
        _ = try log.append(event(2))
        let two = try bytes()
        for length in one.count..<two.count {
            try put(Array(two[..<length]))
            _ = try log.append(event(2))
            #expect(try bytes() == two)
        }
    }

    @Test func `keeps every record of several writers`() async throws {
        let path = path
        await withTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    do {
                        let log = AuditLog(in: try FileSystem.real.folder(at: path))
                        for number in 1...25 {
                            _ = try log.append(event(writer * 100 + number))
                        }
                    } catch { Issue.record(error) }
                }
            }
        }
        guard case .intact(100, _, 0) = try AuditLog(in: folder).verify() else {
            Issue.record("not intact")
            return
        }
    }

    @Test func `is whole after a failure of any one operation, and takes the record again`() throws
    {
        for short in [nil, 0, 1, 100] as [Int?] {
            var failed = true
            var number = 1
            while failed {
                let path = TemporaryFolder.make()
                _ = try AuditLog(in: FileSystem.real.folder(at: path)).append(event(1))
                let fault = short.map { FileFault.shortWrite(byteCount: $0, .noSpace) }
                let faulty = FaultyFiles(at: number, by: fault ?? .fail(.ioError)).files
                do {
                    _ = try AuditLog(in: faulty.folder(at: path)).append(event(2))
                    failed = false
                } catch AuditError.file {}
                let log = AuditLog(in: try FileSystem.real.folder(at: path))
                guard case .intact(1...2, _, _) = try log.verify() else {
                    Issue.record("broken after the failure of operation \(number)")
                    return
                }
                #expect(try log.resume(event(2)).sequence == 2)
                guard case .intact(2, _, 0) = try log.verify() else {
                    Issue.record("not repaired after the failure of operation \(number)")
                    return
                }
                number += 1
            }
            #expect(number >= 4)
        }
    }
}
