internal import NodeRuntime

/// The stream in stores of another shape than the plan's: of several partitions beside one, and
/// with little memory.
struct BenchShapes {
    let plan: BenchPlan
    let files: BenchFiles

    /// Seconds that folding the stream took.
    typealias Seconds = (wall: Double, processor: Double)

    /// How much faster two partitions should be than one, on two cores.
    private static let speedupGoal = 1.6
    /// Links a second, with a tenth of the memory.
    private static let tightGoal = 60_000.0
    /// A tenth of what a link adds to a graph in memory, in bytes: 1.07 identifiers of 200 bytes.
    private static let tightBytesPerLink = 21
    /// The least memory with which a store is of use in a trial: 4 MiB.
    private static let leastBytes = 4 << 20

    /// One partition, and several: two, or what the plan asks for.
    var partitionCounts: [UInt16] { [1, max(2, plan.partitions)] }

    /// Folds the stream into a new store of so many partitions.
    func fold(into partitions: UInt16, in folder: String) throws(CommandEnd) -> Seconds {
        var shape = plan
        shape.partitions = partitions
        return try fold(shape, in: folder) { _ in }
    }

    private func fold(
        _ shape: BenchPlan, in folder: String, _ look: (BenchStore) -> Void
    ) throws(CommandEnd) -> Seconds {
        var seconds: Seconds = (0, 0)
        try BenchStore.with(shape, in: folder) { (opened) throws(CommandEnd) in
            let start = BenchUsage()
            let summary = try opened.replay(files.retail)
            let used = BenchUsage.since(start)
            guard summary.accepted == plan.links else {
                throw .wrong("of \(plan.links) links \(summary.accepted) were folded")
            }
            seconds = (used.wall, used.processor)
            look(opened)
        }
        return seconds
    }

    /// Tells how one partition and several compare.
    func tell(one: Seconds, several: Seconds, _ figures: inout BenchFigures) {
        let count = Int(partitionCounts[1])
        let goal = BenchGoal(
            bound: .atLeast, value: Self.speedupGoal,
            applies: plan.links >= BenchPlan.judgedLinks && count == 2 && BenchMachine().cores == 2)
        figures.add(
            one.wall / several.wall, .partitions, "\(count) partitions against one", "times",
            goal: goal)
        for (name, seconds) in [("1 partition", one), ("\(count) partitions", several)] {
            figures.add(seconds.wall, .partitions, "\(name), wall", "s")
            figures.add(seconds.processor, .partitions, "\(name), processor", "CPU-s")
        }
    }

    /// Folds the stream into a store that has memory for a tenth of the graph.
    func foldTightly(in folder: String, _ figures: inout BenchFigures) throws(CommandEnd) {
        let (name, unit) = ("links per second", "links/s")
        let bytes = plan.links * Self.tightBytesPerLink
        guard bytes >= Self.leastBytes else {
            let links = Self.leastBytes / Self.tightBytesPerLink + 1
            figures.lack(
                .tight, name, unit,
                because: "so few links fit into the least memory: give --links \(links)")
            return
        }
        var shape = plan
        shape.memory = MemoryBudget(exactly: bytes)
        var graphBytes = 0
        let seconds = try fold(shape, in: folder) { graphBytes = $0.store.group.memoryBytes }
        let links = Double(plan.links)
        figures.add(
            links / seconds.wall, .tight, name, unit,
            goal: plan.goal(.atLeast, Self.tightGoal, when: plan.partitions == 1))
        figures.add(links / seconds.processor, .tight, "links per CPU-second", "links/CPU-s")
        figures.add(Double(bytes) / 1e6, .tight, "memory", "MB")
        figures.add(Double(graphBytes) / 1e6, .tight, "the graph in it at the end", "MB")
    }
}
