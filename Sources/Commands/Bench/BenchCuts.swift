internal import GraphCore
internal import IdentityModel
internal import NodeRuntime

/// The large customer's links taken back one by one while the store serves, and how long questions
/// at another partition take meanwhile.
struct BenchCuts {
    let plan: BenchPlan
    private let customer: BenchLargeCustomer

    /// Customers beside it, to ask for.
    private static let bystanders = 2_000
    /// Milliseconds of the worst cut.
    private static let cutGoal = 50.0

    init(_ plan: BenchPlan) {
        self.plan = plan
        customer = BenchLargeCustomer(members: min(BenchPlan.largestCustomer, plan.links))
    }

    /// Makes a store in a folder and measures there.
    func measure(in folder: String, _ figures: inout BenchFigures) throws(CommandEnd) {
        let file = folder + "/large.jsonl"
        let output = try FileOutput(path: file)
        for link in customer.links { try output.write(BenchLargeCustomer.line("link", link)) }
        let bystanders = (0..<Self.bystanders).map(BenchLargeCustomer.bystander)
        for line in bystanders { try output.write(line) }
        try output.flush()
        try BenchStore.with(plan, in: folder + "/store") { (opened) throws(CommandEnd) in
            let summary = try opened.replay(file)
            guard summary.customers == UInt64(1 + Self.bystanders) else {
                throw .wrong("the large customer came in parts")
            }
            try cut(opened, opened.keys(of: bystanders), &figures)
        }
    }

    private func cut(
        _ opened: BenchStore, _ bystanders: [NodeKey], _ figures: inout BenchFigures
    ) throws(CommandEnd) {
        let inside = opened.records(of: lines(customer.cycleCuts))
        let bridges = opened.records(of: lines(customer.bridgeCuts))
        let asked = try elsewhere(opened, bystanders)
        let serving = BenchServing(opened.store)
        let asker = asked.isEmpty ? nil : BenchAsker(asked, serving.crew)
        var (cycleTimes, bridgeTimes) = (LatencySample(), LatencySample())
        var failure: CommandEnd?
        do throws(CommandEnd) {
            for record in inside { cycleTimes.record(nanoseconds: try write(record, serving)) }
            for record in bridges { bridgeTimes.record(nanoseconds: try write(record, serving)) }
        } catch {
            failure = error
        }
        let answers = asker?.end()
        serving.end()
        if let failure { throw failure }
        let customers = opened.store.group.counters.customers
        guard customers == UInt64(Self.bystanders + 1 + bridges.count) else {
            throw .wrong("\(bridges.count) bridges were cut, and there are \(customers) customers")
        }
        tell(cycleTimes, bridgeTimes, &figures)
        try tell(answers, &figures)
    }

    private func lines(_ links: [BenchLargeCustomer.Link]) -> [[UInt8]] {
        links.map { BenchLargeCustomer.line("unlink", $0) }
    }

    /// Writes one event, and waits until all partitions have had their part of it.
    private func write(
        _ record: (partition: PartitionID, record: [UInt8]), _ serving: BenchServing
    ) throws(CommandEnd) -> UInt64 {
        if let status = Interruption.status { throw CommandEnd(status) }
        let crew = serving.crew
        let start = MonotonicTime.system.nanoseconds()
        let result = BenchServing.wait {
            let deadline = BenchServing.deadline
            let host = crew.hosts[Int(record.partition.rawValue)]
            let result = await host.append([record.record], by: deadline)
            await crew.settle(by: deadline, within: .max / 2)
            return result
        }
        if case .failure(let error) = result { throw .unserved(error) }
        return MonotonicTime.system.nanoseconds() - start
    }

    // MARK: Meanwhile

    /// Of the small customers those in partitions that the large one is not hosted by: their nodes
    /// and components, both there. None where there is one partition.
    private func elsewhere(
        _ opened: BenchStore, _ bystanders: [NodeKey]
    ) throws(CommandEnd) -> [BenchAsker.Place] {
        guard plan.partitions > 1 else { return [] }
        let member = BenchLargeCustomer.line("link", customer.links[0])
        let member0 = opened.keys(of: [member])[0]
        return try opened.store.failing { (group) throws(StoreFailure) in
            guard let large = try Self.component(of: member0, group) else { return [] }
            var places: [BenchAsker.Place] = []
            for key in bystanders {
                guard let component = try Self.component(of: key, group),
                    component.host != large.host
                else { continue }
                places.append(BenchAsker.Place(key: key, component: component))
            }
            return places
        }
    }

    private static func component(
        of key: NodeKey, _ group: PartitionGroup<RocksLog, RocksState>
    ) throws(StoreFailure) -> ComponentID? {
        try group.home(of: key).ask { (graph, reader) throws(StateError) in
            try graph.place(of: key, reader: reader)?.component
        }
    }

    // MARK: Telling

    private func tell(
        _ inside: LatencySample, _ bridges: LatencySample, _ figures: inout BenchFigures
    ) {
        var all = inside
        all.append(bridges)
        let size = "\(BenchText.number(Double(customer.members))) members"
        let goal = plan.goal(.atMost, Self.cutGoal)
        let parts = [
            ("in a cycle", inside, nil as BenchGoal?), ("of a bridge", bridges, nil),
            ("of any link", all, goal),
        ]
        for (what, times, goal) in parts {
            guard let found = times.quantiles(perMille: [500, 990, 1_000]) else { continue }
            let milliseconds = found.map { Double($0) / 1e6 }
            figures.add(milliseconds[0], .unlink, "\(size): \(what), p50", "ms")
            if goal != nil { figures.add(milliseconds[1], .unlink, "\(size): \(what), p99", "ms") }
            figures.add(milliseconds[2], .unlink, "\(size): \(what), worst", "ms", goal: goal)
        }
    }

    private func tell(
        _ answers: Result<LatencySample, ServingError>?, _ figures: inout BenchFigures
    ) throws(CommandEnd) {
        switch answers {
        case nil:
            figures.lack(
                .unlink, "answers elsewhere meanwhile", "ms",
                because: "there is one partition; try --partitions 2")
        case .failure(let error)?: throw .unserved(error)
        case .success(let times)?:
            guard let found = times.quantiles(perMille: [500, 990, 1_000]) else {
                figures.lack(
                    .unlink, "answers elsewhere meanwhile", "ms",
                    because: "the cuts took no time in which to ask")
                return
            }
            for (place, name) in ["p50", "p99", "longest"].enumerated() {
                figures.add(
                    Double(found[place]) / 1e6, .unlink,
                    "answers elsewhere meanwhile, \(name)", "ms")
            }
        }
    }
}

/// Asks one question after the other on a task of its own, until it is told to end.
final class BenchAsker {
    /// A node, and the component that it is in.
    struct Place: Sendable {
        let key: NodeKey
        let component: ComponentID
    }

    private let task: Task<Result<LatencySample, ServingError>, Never>

    /// Begins to ask the partitions that host the components.
    init(_ places: [Place], _ crew: BenchServing.Crew) {
        task = Task {
            var times = LatencySample()
            var next = 0
            while !Task.isCancelled {
                let place = places[next % places.count]
                next += 1
                let start = MonotonicTime.system.nanoseconds()
                switch await BenchServing.look(for: place.key, in: place.component, crew) {
                case .failure(let error): return .failure(error)
                case .success(false):
                    return .failure(.refused(word: "lost", message: "a customer is not found"))
                case .success(true):
                    times.record(nanoseconds: MonotonicTime.system.nanoseconds() - start)
                }
            }
            return .success(times)
        }
    }

    /// Ends it, and gives what it has measured.
    func end() -> Result<LatencySample, ServingError> {
        task.cancel()
        let task = task
        return BenchServing.wait { await task.value }
    }
}
