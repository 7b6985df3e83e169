internal import NodeRuntime

/// Links of retail customers taken back, which splits most of them.
struct BenchUnlink {
    let plan: BenchPlan
    let files: BenchFiles

    /// Links per second.
    private static let rateGoal = 100_000.0
    /// Microseconds of one link, but for one of a hundred.
    private static let latencyGoal = 50.0

    func measure(_ opened: BenchStore, _ figures: inout BenchFigures) throws(CommandEnd) {
        // A short stream may have no more than the one that is written by itself.
        if files.unlinkCount > 0 { try inAFile(opened, &figures) }
        try oneAtATime(opened, &figures)
    }

    private func inAFile(
        _ opened: BenchStore, _ figures: inout BenchFigures
    ) throws(CommandEnd) {
        let start = BenchUsage()
        let summary = try opened.replay(files.unlinks)
        let used = BenchUsage.since(start)
        guard summary.accepted == files.unlinkCount, summary.splits > 0 else {
            throw .wrong("links were taken back, and no customer was split")
        }
        let count = Double(summary.accepted)
        figures.add(
            count / used.wall, .unlink, "retail, a file of unlinks", "unlinks/s",
            goal: plan.goal(.atLeast, Self.rateGoal, when: plan.partitions == 1))
        figures.add(
            count / used.processor, .unlink, "retail, the same per CPU-second", "unlinks/CPU-s")
    }

    private func oneAtATime(
        _ opened: BenchStore, _ figures: inout BenchFigures
    ) throws(CommandEnd) {
        let records = opened.records(of: files.singleUnlinks)
        var times = LatencySample(capacity: records.count)
        let start = BenchUsage()
        for (place, record) in records.enumerated() {
            if place % 1_000 == 0, let status = Interruption.status { throw CommandEnd(status) }
            let start = MonotonicTime.system.nanoseconds()
            try opened.store.failing { (group) throws(StoreFailure) in try group.append([record]) }
            times.record(nanoseconds: MonotonicTime.system.nanoseconds() - start)
        }
        let used = BenchUsage.since(start)
        guard let all = times.quantiles(perMille: [500, 990]) else {
            throw .wrong("the stream has no link to take back")
        }
        figures.add(
            Double(times.count) / used.wall, .unlink, "retail, logged one by one, rate",
            "unlinks/s")
        figures.add(Double(all[0]) / 1_000, .unlink, "retail, logged one by one, p50", "us")
        figures.add(
            Double(all[1]) / 1_000, .unlink, "retail, logged one by one, p99", "us",
            goal: plan.goal(
                .atMost, Self.latencyGoal, when: plan.partitions == 1 && plan.durability == .os))
    }
}
