import TestSupport
import Testing

/// What a large bundle costs the machine that takes it in.
@Suite(.serialized, .timeLimit(.minutes(30))) struct `The burden of a bundle` {
    /// Bytes of the one layer: eight gibibytes in `make soak`.
    static let byteCount = Effort.isSoak ? 8 << 30 : 64 << 20
    /// What may be read for one byte of the bundle, in percent.
    static let readMax = 102

    private struct Cost {
        let status: Int
        /// KiB of memory at most.
        let peak: Int
        /// All bytes that were read, of whatever file.
        let read: Int
    }

    /// Runs the program and tells what it took.
    private static func cost(_ site: Site, _ arguments: String) async throws -> Cost {
        let answer = try await site.yes(
            """
            /usr/bin/python3 -c 'import os, subprocess, sys
            program = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
            os.waitid(os.P_PID, program.pid, os.WEXITED | os.WNOWAIT)
            io = dict(line.split(": ") for line in open(f"/proc/{program.pid}/io"))
            _, status, usage = os.wait4(program.pid, 0)
            print(os.waitstatus_to_exitcode(status), usage.ru_maxrss, io["rchar"].strip())' \
                airseal \(arguments)
            """)
        let parts = answer.output.split { $0 == " " || $0 == "\n" }.compactMap { Int($0) }
        try #require(parts.count == 3, "\(answer)")
        return Cost(status: parts[0], peak: parts[1], read: parts[2])
    }

    @Test func `is one reading of its bytes, one copy, and memory for none`() async throws {
        let gap = try await Gap()
        try await `Memory for an archive`.make(gap.low, byteCount: Self.byteCount)
        try await gap.low.yes(
            """
            airseal import oci.tar --into l --name site.example/hello:v1 && rm oci.tar docker.tar
            airseal sign --all l \(gap.low.signing("signer"))
            \(gap.export("b.tar")) && rm -r l && mv b.tar \(gap.high.root)
            """)
        let size = try await gap.high.yes("stat -c %s b.tar").output
        let bundle = try #require(Int(size.dropLast()))
        for (verb, most) in [
            ("receive b.tar --into l --dry-run", bundle), ("receive b.tar --into l --hold", bundle),
            // What waited is hashed again where it lies.
            ("release l", bundle),
        ] {
            let cost = try await Self.cost(gap.high, verb)
            #expect(cost.status == 0, "\(verb)")
            #expect(cost.peak <= `Memory for an archive`.peakMax, "\(verb): \(cost.peak) KiB")
            #expect(cost.read * 100 <= most * Self.readMax, "\(verb): \(cost.read) bytes")
            let copies = try await gap.high.yes(
                "[ ! -e l ] && echo 0 || du -s --block-size=1 l | cut -f 1")
            let taken = try #require(Int(copies.output.dropLast()))
            #expect(taken * 100 <= bundle * Self.readMax + (8 << 20) * 100, "\(verb): \(taken)")
        }
        Effort.report(
            "MiB of the layer in a bundle that was held and released", Self.byteCount >> 20)
    }
}
