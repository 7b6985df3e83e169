internal import Answers
internal import Foundation
internal import NodeRuntime

/// How long a store takes to open after its process was killed with a full tail in the log: what
/// the last checkpoint holds is read as it is asked for, and the tail is folded again.
struct BenchRestart {
    let plan: BenchPlan
    let files: BenchFiles

    /// Seconds.
    private static let goal = 5.0
    /// More events than any tail has: no checkpoint is begun for them.
    private static let noCheckpoint = "1000000000"

    /// Makes a store in a folder and measures there.
    func measure(in folder: String, _ figures: inout BenchFigures) throws(CommandEnd) {
        let store = folder + "/store"
        // A killed process has a batch of each partition that it never acknowledged.
        guard files.tailLines >= 2 * BenchFiles.tailStep * Int(plan.partitions) else {
            figures.lack(
                .restart, "ready", "s",
                because: "so few links make no tail: give more --links, or fewer --partitions")
            return
        }
        let replay = ["replay"] + plan.storeWords(store)
        let first = try BenchChild(replay + ["-"], in: folder)
        try first.write(files.retail, 0..<files.probeStart)
        try require(try first.finish(), 0)

        let probe = try BenchChild(replay + ["--json", "-"], in: folder)
        try probe.write(files.retail, files.probeStart..<files.tailStart)
        let tail = try tailSteps(after: try probe.finish())

        let killed = try BenchChild(
            replay + ["--checkpoint-events", Self.noCheckpoint, "-"], in: folder)
        try killed.write(files.retail, files.tailStart..<files.tailEnds[tail - 1])
        try killed.waitUntilItRests()
        killed.crash()
        try require(try killed.finish(), 128 + SIGKILL)

        let opened = try BenchChild(
            ["stats", "--json", "--data", store],
            settings: [.memory: "\(plan.memory.totalBytes)"], in: folder)
        let end = try opened.finish()
        try require(end, 0)
        try tell(end, &figures)
    }

    /// How much of the stream's last lines fills the tail: as much as lies behind a checkpoint of
    /// the lines before, as often as the limits allow it, where that many lines are there.
    private func tailSteps(after probe: BenchChild.End) throws(CommandEnd) -> Int {
        try require(probe, 0)
        guard let summary = JSONText.decode(ProbeSummary.self, from: probe.output) else {
            throw .wrong("kindred replay --json printed no summary")
        }
        // Behind the last lines a checkpoint of each partition ended early, in its middle on
        // average.
        let partitions = Int(plan.partitions)
        let halves = max(1, 2 * summary.checkpoints.stored - partitions)
        let factor = Int(CheckpointPolicy.longestTailFactor)
        let lines = 2 * factor * partitions * files.tailLines / halves
        return min(max(2 * partitions, lines / BenchFiles.tailStep), files.tailEnds.count)
    }

    private func tell(_ end: BenchChild.End, _ figures: inout BenchFigures) throws(CommandEnd) {
        guard let stats = JSONText.decode(StatsAnswer.self, from: end.output) else {
            throw .wrong("kindred stats --json printed no answer")
        }
        let checkpointed = UInt64(plan.links - files.tailLines)
        guard stats.events > checkpointed, stats.tailRecords > 0 else {
            throw .wrong("the killed process left no tail")
        }
        figures.add(
            stats.openingSeconds, .restart, "ready", "s",
            goal: BenchGoal(
                bound: .atMost, value: Self.goal, applies: plan.links >= BenchPlan.largeLinks))
        figures.add(
            Double(stats.events - checkpointed), .restart, "events in the tail", "events")
        figures.add(Double(stats.tailRecords), .restart, "log records in the tail", "records")
        figures.add(
            Double(stats.identifiers), .restart, "identifiers in the store", "identifiers")
        figures.add(end.wallSeconds, .restart, "kindred stats, whole process", "s")
        figures.add(end.processorSeconds, .restart, "the same", "CPU-s")
    }

    private func require(_ end: BenchChild.End, _ status: Int32) throws(CommandEnd) {
        guard end.status == status else {
            throw .failed(
                "a process that was measured ended with status \(end.status): \(end.errors)",
                remedy: "see to what it says, then run the same again")
        }
    }
}

/// What a replay tells of its checkpoints.
private struct ProbeSummary: Decodable {
    struct Checkpoints: Decodable { let stored: Int }
    let checkpoints: Checkpoints
}
