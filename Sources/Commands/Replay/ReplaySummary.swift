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
    var checkpoints = ReplayCheckpoints()

    private enum CodingKeys: String, CodingKey {
        case events, accepted, rejected, links, identifiers, customers, merges, splits, seconds
        case checkpoints
        case rejectedByReason = "rejected_by_reason"
        case ignoredKeys = "ignored_keys"
        case dryRun = "dry_run"
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

    /// What became of events, as rows for a person.
    var eventRows: [(String, String)] {
        let rate = seconds > 0 ? " (\(Int(Double(events) / seconds)) events/s)" : ""
        var rows: [(String, String)] = [
            ("events", "\(events) in \(seconds) s\(rate)"), ("accepted", "\(accepted)"),
            ("rejected", "\(rejected)"),
        ]
        for reason in rejectedByReason.keys.sorted() {
            rows.append(("  \(reason)", "\(rejectedByReason[reason] ?? 0)"))
        }
        if ignoredKeys > 0 { rows.append(("ignored keys", "\(ignoredKeys)")) }
        return rows
    }

    /// The lines that say it to a person.
    var lines: [String] {
        var rows = eventRows
        rows += [
            ("links", "\(links)"), ("identifiers", "\(identifiers)"),
            ("customers", "\(customers)"), ("merges", "\(merges)"), ("splits", "\(splits)"),
        ]
        if checkpoints.stored > 0 { rows.append(("checkpoints", checkpoints.text)) }
        var lines = rows.map { $0.0.padding(to: 20) + $0.1 }
        if dryRun { lines.append("dry run: nothing was written") }
        return lines
    }
}
