internal import NodeRuntime

/// The phases that a replay makes: replay, checkpoint, memory, disk, repeats.
struct BenchReplay {
    let plan: BenchPlan
    let files: BenchFiles

    /// Folds the whole stream into a new store.
    ///
    /// - Parameter residentBefore: the process's memory before the store was opened, where that
    ///   tells what a graph takes: in the first round.
    func first(
        _ opened: BenchStore, residentBefore: UInt64?, _ figures: inout BenchFigures
    ) throws(CommandEnd) {
        let start = BenchUsage()
        let summary = try opened.replay(files.retail)
        let used = BenchUsage.since(start)
        guard summary.accepted == plan.links, summary.identifiers > 0 else {
            throw .wrong("of \(plan.links) links \(summary.accepted) were folded")
        }
        rates(.replay, used.wall, used.processor, goal: Self.replayGoal, &figures)
        checkpoints(summary.checkpoints, &figures)
        memory(opened, summary, residentBefore, &figures)
        try disk(opened, used.written, &figures)
    }

    /// Folds it once more: every link is known.
    func again(_ opened: BenchStore, _ figures: inout BenchFigures) throws(CommandEnd) {
        let start = BenchUsage()
        let summary = try opened.replay(files.retail)
        let used = BenchUsage.since(start)
        guard summary.accepted == plan.links, summary.merges == 0, summary.splits == 0 else {
            throw .wrong("links that were known changed customers")
        }
        rates(.repeats, used.wall, used.processor, goal: Self.repeatsGoal, &figures)
    }

    /// Links per CPU-second.
    private static let replayGoal = 1_000_000.0
    /// Known links per CPU-second.
    private static let repeatsGoal = 2_000_000.0
    /// Milliseconds that checkpoints may stop the writer for, but for one time of a hundred.
    private static let pauseGoal = 5.0
    /// Bytes for an identifier, in one partition and in several.
    private static let memoryGoals = (one: 200.0, several: 300.0)

    private func rates(
        _ phase: BenchPhase, _ wall: Double, _ processor: Double, goal: Double,
        _ figures: inout BenchFigures
    ) {
        let links = Double(plan.links)
        figures.add(
            links / processor, phase, "links per CPU-second", "links/CPU-s",
            goal: plan.rateGoal(goal))
        figures.add(links / wall, phase, "links per second", "links/s")
        figures.add(processor, phase, "processor", "CPU-s")
        figures.add(wall, phase, "wall", "s")
    }

    private func checkpoints(_ told: ReplayCheckpoints, _ figures: inout BenchFigures) {
        figures.add(Double(told.stored), .checkpoint, "checkpoints stored", "checkpoints")
        let pauses = told.pauses
        let names = ["pause p50", "pause p99", "pause longest"]
        guard pauses.count > 0 else {
            for name in names {
                figures.lack(
                    .checkpoint, name, "ms",
                    because: "no checkpoint was due before the end of so few links")
            }
            return
        }
        let values = [pauses.p50Us, pauses.p99Us, pauses.maximumUs].map { Double($0) / 1_000 }
        for (name, value) in zip(names, values) {
            let goal = name == names[1] ? plan.goal(.atMost, Self.pauseGoal) : nil
            figures.add(value, .checkpoint, name, "ms", goal: goal)
        }
        figures.add(
            Double(told.waits.totalUs) / 1e6, .checkpoint, "waited for a checkpoint", "s")
    }

    private func memory(
        _ opened: BenchStore, _ summary: ReplaySummary, _ residentBefore: UInt64?,
        _ figures: inout BenchFigures
    ) {
        let (identifiers, bytes) = (Double(summary.identifiers), opened.store.group.memoryBytes)
        let (name, unit) = ("the graph's own count", "B/identifier")
        guard opened.holdsEverything(plan) else {
            figures.lack(.memory, name, unit, because: BenchStore.isTooLarge)
            return
        }
        let goal = plan.partitions == 1 ? Self.memoryGoals.one : Self.memoryGoals.several
        figures.add(
            Double(bytes) / identifiers, .memory, name, unit, goal: plan.goal(.atMost, goal))
        figures.add(identifiers, .memory, "identifiers", "identifiers")
        guard let residentBefore else { return }
        let resident = BenchUsage.residentBytes
        let growth = "growth of the process, with RocksDB"
        guard resident > residentBefore, residentBefore > 0 else {
            figures.lack(.memory, growth, unit, because: "the system does not tell it")
            return
        }
        figures.add(Double(resident - residentBefore) / identifiers, .memory, growth, unit)
    }

    private func disk(
        _ opened: BenchStore, _ written: UInt64?, _ figures: inout BenchFigures
    ) throws(CommandEnd) {
        let links = Double(plan.links)
        figures.add(
            Double(try opened.store.bytesOnDisk()) / links, .disk, "on disk", "B/link")
        guard let written, written > 0 else {
            figures.lack(
                .disk, "written", "B/link",
                because: "the system counts no bytes written to this folder's disk; try --data")
            return
        }
        figures.add(Double(written) / links, .disk, "written", "B/link")
    }
}
