internal import ArgumentParser
internal import GraphCore
internal import IdentityModel
internal import NodeKeys
internal import NodeRuntime

/// `kindred stats`: counts, sizes, memory, positions.
struct StatsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats", abstract: "Counts, sizes, memory, positions.")

    @OptionGroup var data: DataOptions
    @OptionGroup var format: FormatOptions

    struct Answer: Encodable {
        let customers: UInt64
        let identifiers: UInt64
        let links: UInt64
        let pairs: UInt64
        let events: UInt64
        let merges: UInt64
        let splits: UInt64
        let memoryBytes: Int
        let diskBytes: UInt64
        let tailRecords: UInt64
        let openingSeconds: Double
        let keyFingerprint: String
        let positions: [String: UInt64]
    }

    func run() throws {
        let start = MonotonicTime.system.nanoseconds()
        let store = try data.open()
        let opening = MonotonicTime.system.nanoseconds() - start
        let runtime = store.runtime
        let counters = runtime.counters
        let answer = Answer(
            customers: counters.customers, identifiers: counters.identifiers,
            links: counters.liveLinks, pairs: counters.pairs, events: runtime.eventCount,
            merges: counters.merges, splits: counters.splits, memoryBytes: runtime.memoryBytes,
            diskBytes: try store.bytesOnDisk(), tailRecords: runtime.tailRecords,
            openingSeconds: Double(opening / 1_000_000) / 1_000,
            keyFingerprint: store.folder.key.fingerprintText,
            positions: ["\(runtime.partition.rawValue)": runtime.position])
        if format.json {
            Output.line(JSONText.encode(answer))
        } else {
            for line in Self.lines(answer) { Output.line(line) }
        }
        try store.close()
    }

    private static func lines(_ answer: Answer) -> [String] {
        let rows: [(String, String)] = [
            ("customers", "\(answer.customers)"),
            ("identifiers", "\(answer.identifiers)"),
            ("links", "\(answer.links) live, of \(answer.pairs) pairs with evidence"),
            ("events", "\(answer.events) folded, repeats included"),
            ("merges", "\(answer.merges)"),
            ("splits", "\(answer.splits)"),
            ("memory", "\(ByteText.print(UInt64(answer.memoryBytes))) of graph in memory"),
            ("disk", ByteText.print(answer.diskBytes)),
            ("tail", "\(answer.tailRecords) log records behind the last checkpoint"),
            ("opening", "took \(answer.openingSeconds) s, the tail's folding included"),
            ("key", "fingerprint \(answer.keyFingerprint)"),
            ("position", "\(answer.positions["0"] ?? 0) in partition 0"),
        ]
        return rows.map { $0.0.padding(to: 13) + $0.1 }
    }
}
