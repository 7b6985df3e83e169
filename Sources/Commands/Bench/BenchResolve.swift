internal import Answers
internal import GraphCore
internal import IdentityModel
internal import NodeRuntime
internal import RetailWorkload

/// Customers of identifiers, all of them in memory, while nobody writes.
struct BenchResolve {
    let plan: BenchPlan
    let opened: BenchStore
    /// The nodes that are asked for, in an order that no cache knows.
    private let keys: [NodeKey]

    /// Nodes that are asked for at most.
    private static let asks = 100_000
    /// Of those, asked for through the mailbox one at a time.
    private static let mailboxAsks = 20_000
    /// Tasks that ask at once.
    private static let tasks = 16
    /// Identifiers of a batch, as a request has them.
    private static let batch = 1_000

    init(_ plan: BenchPlan, _ opened: BenchStore, _ files: BenchFiles) {
        self.plan = plan
        self.opened = opened
        var keys = opened.keys(of: files.questions)
        var random = SplitMix64(seed: plan.seed)
        for place in stride(from: keys.count - 1, to: 0, by: -1) {
            keys.swapAt(place, random.next(below: place + 1))
        }
        self.keys = Array(keys.prefix(Self.asks))
    }

    func measure(_ figures: inout BenchFigures) throws(CommandEnd) {
        guard opened.holdsEverything(plan) else {
            figures.lack(.resolve, "on the thread", "us", because: BenchStore.isTooLarge)
            figures.lack(.resolve, "by mailbox", "us", because: BenchStore.isTooLarge)
            return
        }
        try onThread(&figures)
        try inOneGo(&figures)
        let serving = BenchServing(opened.store)
        defer { serving.end() }
        try oneAtATime(serving.crew, &figures)
        try manyAtATime(serving.crew, &figures)
    }

    private static let lost = CommandEnd.wrong("an identifier of the stream is not found")

    // MARK: On the partitions' thread

    private func onThread(_ figures: inout BenchFigures) throws(CommandEnd) {
        var times = LatencySample(capacity: keys.count)
        var found = 0
        try opened.store.failing { (group) throws(StoreFailure) in
            for key in keys {
                let start = MonotonicTime.system.nanoseconds()
                if try Self.isFound(key, group) { found += 1 }
                times.record(nanoseconds: MonotonicTime.system.nanoseconds() - start)
            }
        }
        guard found == keys.count, let all = times.quantiles(perMille: [500, 990, 999]) else {
            throw Self.lost
        }
        let goals = [
            plan.goal(.atMost, 1, when: plan.partitions == 1),
            plan.goal(.atMost, 5, when: plan.partitions == 1), nil,
        ]
        for (place, name) in ["p50", "p99", "p99.9"].enumerated() {
            figures.add(
                Double(all[place]) / 1_000, .resolve, "on the thread, one at a time, \(name)", "us",
                goal: goals[place])
        }
    }

    private static func isFound(
        _ key: NodeKey, _ group: PartitionGroup<RocksLog, RocksState>
    ) throws(StoreFailure) -> Bool {
        let home = group.home(of: key)
        guard group.runtimes.count > 1 else {
            return try home.ask { (graph, reader) throws(StateError) in
                try graph.customer(of: key, reader: reader) != nil
            }
        }
        let place = try home.ask { (graph, reader) throws(StateError) in
            try graph.place(of: key, reader: reader)
        }
        guard let component = place?.component else { return false }
        return try group.runtimes[Int(component.host.rawValue)].ask {
            (graph, reader) throws(StateError) in
            try graph.customer(of: key, in: component, reader: reader) != nil
        }
    }

    private func inOneGo(_ figures: inout BenchFigures) throws(CommandEnd) {
        let batches = stride(from: 0, to: keys.count, by: Self.batch).map { start in
            Array(keys[start..<min(start + Self.batch, keys.count)])
        }
        let start = BenchUsage()
        var found = 0
        try opened.store.failing { (group) throws(StoreFailure) in
            let desk = PartitionDesk(group)
            for batch in batches {
                found += try desk.anchors(of: batch).count { $0 != nil }
            }
        }
        let used = BenchUsage.since(start)
        guard found == keys.count else { throw Self.lost }
        figures.add(
            Double(found) / used.wall, .resolve, "on the thread, batches of 1,000", "ids/s",
            goal: plan.goal(.atLeast, 1_000_000, when: plan.partitions == 1))
    }

    // MARK: Through the mailbox

    private func oneAtATime(
        _ crew: BenchServing.Crew, _ figures: inout BenchFigures
    ) throws(CommandEnd) {
        let keys = Array(keys.prefix(Self.mailboxAsks))
        let times = try Self.waited { await Self.ask(keys, crew) }
        guard let all = times.quantiles(perMille: [500, 990]) else { throw Self.lost }
        figures.add(Double(all[0]) / 1_000, .resolve, "by mailbox, one at a time, p50", "us")
        figures.add(
            Double(all[1]) / 1_000, .resolve, "by mailbox, one at a time, p99", "us",
            goal: plan.goal(.atMost, 200))
    }

    private func manyAtATime(
        _ crew: BenchServing.Crew, _ figures: inout BenchFigures
    ) throws(CommandEnd) {
        let parts = (0..<Self.tasks).map { task in
            stride(from: task, to: keys.count, by: Self.tasks).map { keys[$0] }
        }
        let start = BenchUsage()
        let times = try Self.waited {
            await withTaskGroup(of: Result<LatencySample, ServingError>.self) { group in
                for part in parts { group.addTask { await Self.ask(part, crew) } }
                var all = LatencySample()
                for await times in group {
                    guard case .success(let sample) = times else { return times }
                    all.append(sample)
                }
                return .success(all)
            }
        }
        let used = BenchUsage.since(start)
        guard let all = times.quantiles(perMille: [500, 990]) else { throw Self.lost }
        figures.add(Double(all[0]) / 1_000, .resolve, "by mailbox, 16 tasks, p50", "us")
        figures.add(Double(all[1]) / 1_000, .resolve, "by mailbox, 16 tasks, p99", "us")
        figures.add(
            Double(times.count) / used.wall, .resolve, "by mailbox, 16 tasks, rate", "ids/s")
    }

    private static func waited(
        _ body: @escaping @Sendable () async -> Result<LatencySample, ServingError>
    ) throws(CommandEnd) -> LatencySample {
        switch BenchServing.wait(body) {
        case .success(let times): return times
        case .failure(let error): throw .unserved(error)
        }
    }

    private static func ask(
        _ keys: [NodeKey], _ crew: BenchServing.Crew
    ) async -> Result<LatencySample, ServingError> {
        var times = LatencySample(capacity: keys.count)
        for key in keys {
            let start = MonotonicTime.system.nanoseconds()
            switch await BenchServing.resolve(key, crew) {
            case .success(true): break
            case .success(false): return .failure(.refused(word: "lost", message: "not found"))
            case .failure(let error): return .failure(error)
            }
            times.record(nanoseconds: MonotonicTime.system.nanoseconds() - start)
        }
        return .success(times)
    }
}
