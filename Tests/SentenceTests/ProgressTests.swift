import Testing

@testable import airseal

@Suite struct `The line of progress` {
    @Test(
        arguments: [
            (0, nil, 1_000_000_000, "airseal: checking: 0 bytes, 0 bytes/s"),
            (999, 2000, 1_000_000_000, "airseal: checking: 999 bytes of 2.0 kB, 999 bytes/s"),
            (
                1_250_000_000, 8_589_934_592, 2_500_000_000,
                "airseal: checking: 1.2 GB of 8.5 GB, 500.0 MB/s"
            ),
            (2_000_000, 1_000_000, 500_000_000, "airseal: checking: 2.0 MB, 4.0 MB/s"),
            (5_000_000_000_000, nil, 1_000_000_000, "airseal: checking: 5000.0 GB, 5000.0 GB/s"),
        ] as [(Int64, Int64?, UInt64, String)])
    func `says how much, of how much, how fast`(
        _ byteCount: Int64, _ total: Int64?, _ nanoseconds: UInt64, _ line: String
    ) {
        #expect(Progress.line("checking", byteCount, of: total, after: nanoseconds) == line)
    }
}
