internal import Answers
internal import ArgumentParser

/// `kindred stats`: counts, sizes, memory, positions.
struct StatsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats", abstract: "Counts, sizes, memory, positions.")

    @OptionGroup var source: SourceOptions
    @OptionGroup var format: FormatOptions

    func run() throws {
        let source = try source.open()
        let answer = try source.stats()
        if format.json {
            Output.line(JSONText.encode(answer))
        } else {
            for line in Self.lines(answer) { Output.line(line) }
        }
        try source.close()
    }

    private static func lines(_ answer: StatsAnswer) -> [String] {
        var rows: [(String, String)] = [
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
        ]
        for partition in answer.positions.keys.compactMap({ UInt16($0) }).sorted() {
            let offset = answer.positions["\(partition)"] ?? 0
            rows.append(("position", "\(offset) in partition \(partition)"))
        }
        return rows.map { $0.0.padding(to: 13) + $0.1 }
    }
}
