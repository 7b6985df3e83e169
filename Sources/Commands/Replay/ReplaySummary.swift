internal import GraphCore
internal import IdentityModel
internal import NodeRuntime

/// What a replay did.
struct ReplaySummary: Encodable {
    var events = 0
    var accepted = 0
    var rejected = 0
    var rejectedByReason: [String: Int] = [:]
    var ignoredKeys = 0
    var links: UInt64 = 0
    var identifiers: UInt64 = 0
    var customers: UInt64 = 0
    var merges: UInt64 = 0
    var splits: UInt64 = 0
    var seconds = 0.0
    var dryRun = false
    var checkpoints = Checkpoints()

    /// What checkpoints did, and how long they stopped the replay, in microseconds.
    struct Checkpoints: Encodable {
        var stored: UInt64 = 0
        var slices: UInt64 = 0
        var forcedCuts: UInt64 = 0
        var pauses: UInt64 = 0
        var pauseP50Us: UInt64 = 0
        var pauseP99Us: UInt64 = 0
        var pauseMaximumUs: UInt64 = 0
        var pauseTotalUs: UInt64 = 0
        var waits: UInt64 = 0
        var waitMaximumUs: UInt64 = 0
        var waitTotalUs: UInt64 = 0

        /// Nothing.
        init() {}

        /// What `statistics` says.
        init(_ statistics: CheckpointStatistics) {
            stored = statistics.checkpoints
            slices = statistics.slices
            forcedCuts = statistics.forcedCuts
            pauses = statistics.pauses.count
            pauseP50Us = statistics.pauses.percentileMicroseconds(50)
            pauseP99Us = statistics.pauses.percentileMicroseconds(99)
            pauseMaximumUs = statistics.pauses.maximumMicroseconds
            pauseTotalUs = statistics.pauses.totalMicroseconds
            waits = statistics.waits.count
            waitMaximumUs = statistics.waits.maximumMicroseconds
            waitTotalUs = statistics.waits.totalMicroseconds
        }
    }

    /// Counts a refusal.
    mutating func reject(_ reason: RejectReason) {
        events += 1
        rejected += 1
        rejectedByReason[reason.rawValue, default: 0] += 1
    }

    /// Takes over what the graph holds now, and what it did since `before`.
    mutating func close(_ before: GraphCounters, _ after: GraphCounters, seconds: Double) {
        links = after.liveLinks
        identifiers = after.identifiers
        customers = after.customers
        merges = after.merges - before.merges
        splits = after.splits - before.splits
        self.seconds = (seconds * 1_000).rounded() / 1_000
    }

    /// The lines that say it to a person.
    var lines: [String] {
        let rate = seconds > 0 ? " (\(Int(Double(events) / seconds)) events/s)" : ""
        var rows: [(String, String)] = [
            ("events", "\(events) in \(seconds) s\(rate)"), ("accepted", "\(accepted)"),
            ("rejected", "\(rejected)"),
        ]
        for reason in rejectedByReason.keys.sorted() {
            rows.append(("  \(reason)", "\(rejectedByReason[reason] ?? 0)"))
        }
        if ignoredKeys > 0 { rows.append(("ignored keys", "\(ignoredKeys)")) }
        rows += [
            ("links", "\(links)"), ("identifiers", "\(identifiers)"),
            ("customers", "\(customers)"), ("merges", "\(merges)"), ("splits", "\(splits)"),
        ]
        var lines = rows.map { $0.0.padding(to: 20) + $0.1 }
        if dryRun { lines.append("dry run: nothing was written") }
        return lines
    }
}
