internal import NodeRuntime

/// What a replay's checkpoints did, and how long they stopped it: times in microseconds.
struct ReplayCheckpoints: Encodable {
    /// Checkpoints that were stored.
    private(set) var stored: UInt64 = 0
    /// Slices that were gathered.
    private(set) var slices: UInt64 = 0
    /// Cuts before little was left, since the tail or memory had come to its limit.
    private(set) var forcedCuts: UInt64 = 0
    /// How often and how long gathering stopped the replay.
    private(set) var pauses = Times()
    /// How often and how long the replay waited for a checkpoint to be stored.
    private(set) var waits = Times()

    private enum CodingKeys: String, CodingKey {
        case stored, slices, pauses, waits
        case forcedCuts = "forced_cuts"
    }

    /// A histogram in short.
    struct Times: Encodable {
        private(set) var count: UInt64 = 0
        private(set) var p50Us: UInt64 = 0
        private(set) var p99Us: UInt64 = 0
        private(set) var maximumUs: UInt64 = 0
        private(set) var totalUs: UInt64 = 0

        private enum CodingKeys: String, CodingKey {
            case count
            case p50Us = "p50_us"
            case p99Us = "p99_us"
            case maximumUs = "maximum_us"
            case totalUs = "total_us"
        }

        /// None.
        init() {}

        init(_ histogram: PauseHistogram) {
            count = histogram.count
            p50Us = histogram.percentileMicroseconds(50)
            p99Us = histogram.percentileMicroseconds(99)
            maximumUs = histogram.maximumMicroseconds
            totalUs = histogram.totalMicroseconds
        }
    }

    /// None.
    init() {}

    /// What `statistics` says.
    init(_ statistics: CheckpointStatistics) {
        stored = statistics.checkpoints
        slices = statistics.slices
        forcedCuts = statistics.forcedCuts
        pauses = Times(statistics.pauses)
        waits = Times(statistics.waits)
    }

    /// The same for a person.
    var text: String {
        var text =
            "\(stored) stored, pauses p99 \(Self.milliseconds(pauses.p99Us)), longest "
            + Self.milliseconds(pauses.maximumUs)
        if waits.count > 0 {
            text += ", waited \(waits.count) times, \(Self.milliseconds(waits.totalUs)) in all"
        }
        return text
    }

    private static func milliseconds(_ microseconds: UInt64) -> String {
        "\(microseconds / 1_000).\(microseconds % 1_000 / 100) ms"
    }
}
