internal import NodeRuntime

/// What a benchmark found.
struct BenchReport: Encodable {
    let version = Release.version
    let machine: BenchMachine
    let plan: BenchPlan
    let seconds: Double
    let phases: [BenchFigures.Part]

    private enum CodingKeys: String, CodingKey {
        case version, machine, links, partitions, durability, rounds, seed, seconds, phases
        case memoryBudget = "memory_budget_bytes"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(version, forKey: .version)
        try container.encode(machine, forKey: .machine)
        try container.encode(plan.links, forKey: .links)
        try container.encode(plan.partitions, forKey: .partitions)
        try container.encode(plan.durability.rawValue, forKey: .durability)
        try container.encode(plan.memory.totalBytes, forKey: .memoryBudget)
        try container.encode(plan.rounds, forKey: .rounds)
        try container.encode(plan.seed, forKey: .seed)
        try container.encode(BenchText.rounded(seconds), forKey: .seconds)
        try container.encode(phases, forKey: .phases)
    }

    /// Whether a figure misses a goal that applies to it.
    var missesGoal: Bool {
        phases.contains { phase in phase.figures.contains { $0.isMet == false } }
    }

    // MARK: For people

    /// The table.
    var lines: [String] {
        let rows = phases.map { $0.figures.map(Row.init) }
        let head = Row("figure", "median", "least to greatest", "goal")
        let widths = Row.widths(of: rows.flatMap { $0 } + [head])
        var lines = facts + ["", head.text(widths)]
        for (phase, rows) in zip(phases, rows) {
            lines += ["", "\(phase.name.rawValue): \(phase.explanation)"]
            for row in rows {
                lines.append(row.text(widths))
                if let reason = row.reason { lines.append("    \(reason)") }
            }
        }
        let figures = phases.flatMap(\.figures)
        if figures.contains(where: { $0.goal?.applies == false }) {
            lines += [
                "",
                "goals without a word do not apply: they are for 10 M links on one core, judged "
                    + "from 1 M",
            ]
        }
        return lines
    }

    /// What was measured, and on what.
    private var facts: [String] {
        [
            "kindred \(version): \(BenchText.number(Double(plan.links))) links, "
                + "\(plan.partitions) partition\(plan.partitions == 1 ? "" : "s"), "
                + "durability \(plan.durability.rawValue), seed \(plan.seed), "
                + "\(plan.rounds) round\(plan.rounds == 1 ? "" : "s")",
            "\(machine.processor), \(machine.cores) cores, "
                + "\(ByteText.print(machine.memoryBytes)) of memory",
            "Linux \(machine.kernel)" + (machine.rocksDB.map { ", RocksDB \($0)" } ?? ""),
            "load average \(machine.loadBefore) before"
                + (machine.isBusy ? " (busy: times are longer than they need be)" : "")
                + ", \(machine.loadAfter ?? 0) after; \(BenchText.number(seconds)) s in all",
        ]
    }

    /// A line of the table.
    private struct Row {
        let cells: [String]
        /// Why there is no figure.
        let reason: String?

        init(_ cells: String...) { (self.cells, reason) = (cells, nil) }

        init(_ figure: BenchFigure) {
            guard let median = figure.series.median else {
                cells = [figure.name, "not measured", "", ""]
                reason = figure.reason
                return
            }
            var (spread, goal) = ("", "")
            if figure.series.values.count > 1, let least = figure.series.least,
                let greatest = figure.series.greatest
            {
                spread = "\(BenchText.number(least)) to \(BenchText.number(greatest))"
            }
            if let wanted = figure.goal {
                let met = figure.isMet.map { $0 ? " met" : " MISSED" }
                let sign = wanted.bound == .atLeast ? ">=" : "<="
                goal = "\(sign) \(BenchText.number(wanted.value))\(met ?? "")"
            }
            cells = [
                figure.name, "\(BenchText.number(median)) \(figure.unit)", spread, goal,
            ]
            reason = nil
        }

        /// How wide each column must be, the space behind it included.
        static func widths(of rows: [Row]) -> [Int] {
            (0..<4).map { column in (rows.map { $0.cells[column].count }.max() ?? 0) + 2 }
        }

        func text(_ widths: [Int]) -> String {
            let row = zip(cells, widths).map { $0.padding(to: $1) }.joined()
            return "  " + String(row.reversed().drop { $0 == " " }.reversed())
        }
    }
}
