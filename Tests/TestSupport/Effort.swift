import Encodings
import Glibc

/// How much a test that counts does: a little in `make test`, as much as a night allows in
/// `make soak`, which collects what was counted in docs/reliability.md.
public enum Effort {
    /// Whether this run is `make soak`.
    public static let isSoak = text("AIRSEAL_SOAK") == "1"

    /// What every random choice of this run follows from: the same each time in `make test`, a new
    /// one in each `make soak`, or the one that `AIRSEAL_SEED` names, to repeat a run.
    public static let seed = text("AIRSEAL_SEED").flatMap { UInt64($0) } ?? 20_261_122

    /// How often: `test` times in `make test`, `soak` times in `make soak`, or as many times more or
    /// less as `AIRSEAL_SOAK_SCALE` says.
    public static func count(test: Int, soak: Int) -> Int {
        guard isSoak else { return test }
        let scale = text("AIRSEAL_SOAK_SCALE").flatMap { Double($0) } ?? 1
        return max(test, Int(Double(soak) * scale))
    }

    /// Which of the places 0..<`count` to try: every one in `make soak`, unless that is scaled down,
    /// and in `make test` at most `test` of them, evenly apart, from a first one that follows from
    /// the seed.
    public static func places(_ count: Int, test: Int) -> StrideTo<Int> {
        let wanted = self.count(test: test, soak: count)
        guard count > wanted else { return stride(from: 0, to: count, by: 1) }
        let step = (count + wanted - 1) / wanted
        return stride(from: Int(seed % UInt64(step)), to: count, by: step)
    }

    /// Adds `count` to a row of docs/reliability.md. Says nothing outside `make soak`.
    ///
    /// - Parameters:
    ///   - row: what was counted, as the table is to name it.
    ///   - count: how many; counts of one row add up.
    public static func report(_ row: String, _ count: Int) {
        guard let path = text("AIRSEAL_SOAK_RESULTS"),
            let file = unsafe fopen(path, "a")
        else { return }
        defer { unsafe fclose(file) }
        let line: JSON = [
            "row": .string(row), "count": .integer(Int64(count)), "seed": .string("\(seed)"),
        ]
        // One write of one line: test processes append side by side.
        let bytes = line.serialized() + [UInt8(ascii: "\n")]
        unsafe fwrite(bytes, 1, bytes.count, file)
    }

    private static func text(_ name: String) -> String? {
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }
}

/// Random numbers that follow from a seed alone (SplitMix64), so that a failure can be repeated.
public struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    /// The sequence of `seed`.
    public init(seed: UInt64) { state = seed }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
