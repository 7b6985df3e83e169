internal import GraphCore
internal import IdentityModel
internal import NodeRuntime
internal import PartitionCore
internal import ProfileCore
internal import RetailWorkload
internal import WireFormat

/// One run of the node's own turn, until nothing is left to do.
final class RuntimeRun {
    /// A run that takes more turns, for each event, does not settle.
    private static let turnsPerEvent = 4_000
    private static let turnsAtLeast = 40_000

    private let scenario: Scenario
    private let world: RuntimeWorld
    private var pending: [Int]
    private var rules: RulesProgress
    /// Whether ticks come by chance, too: where they always came at the end alone they still do.
    private let ticks: Bool
    private var faultsLeft: Int
    private var chance = SplitMix64(seed: 0)
    /// What is told of the run; nil where nobody asked.
    var trace: TraceWriter?

    /// The run of a scenario.
    init(
        _ scenario: Scenario, mutant: ContractMutant? = nil, isTraced: Bool = false
    ) throws(Violation) {
        self.scenario = scenario
        world = try RuntimeWorld(scenario, mutant: mutant)
        pending = Array(scenario.events.indices)
        rules = RulesProgress(scenario)
        ticks = scenario.events.contains { $0.attributes != nil }
        faultsLeft = scenario.habits.faultBudget
        if isTraced { trace = TraceWriter() }
    }

    /// Runs until nothing is left to do, and checks what must hold then.
    func finish() throws(Violation) {
        let limit = UInt64(Self.turnsAtLeast + scenario.events.count * Self.turnsPerEvent)
        var turn: UInt64 = 0
        repeat {
            turn += 1
            try require(turn < limit, "the run does not settle")
            chance = SplitMix64(seed: SplitMix64.word(turn, seed: scenario.scheduleSeed))
        } while try takeTurn()
        try world.restAndOpen()
        try check()
    }

    /// Tells the logs as they are, where the run is traced.
    func tellLogs() throws(Violation) {
        guard trace != nil else { return }
        for witness in try world.witnesses() {
            for record in world.log.archive(of: witness.partition) {
                let position = witness.position
                trace?.folded(witness.partition, position, record, try witness.fold(record))
            }
        }
    }

    // MARK: Turns

    /// - Returns: false if there was nothing to do.
    private func takeTurn() throws(Violation) -> Bool {
        let partition = chance.next(below: scenario.partitions)
        var luck = chance.next(below: 100)
        func falls(_ weight: Int) -> Bool {
            luck -= weight
            return luck < 0
        }
        let waiting = world.letters.indices.filter { !world.letters[$0].isEmpty }
        if pending.isEmpty, waiting.isEmpty, chance.chance(50) { return try settle() }
        if falls(15) {
            try say()
        } else if falls(20) {
            try deliver(waiting)
        } else if falls(20) {
            _ = try world.fold(partition)
        } else if falls(10) {
            _ = try collect(partition)
        } else if falls(10) {
            try world.sync()
        } else if falls(8) {
            if scenario.faults.contains(.checkpoints) { world.work(partition) }
        } else if falls(6) {
            try world.tend(partition)
        } else if falls(6) {
            _ = world.tellReceipt(&chance)
        } else if falls(2) {
            world.requestCheckpoint(partition)
        } else if falls(2) {
            try die()
        } else if ticks {
            try world.tick(partition)
        }
        return true
    }

    /// What may leave does, together or one by one.
    private func collect(_ partition: Int) throws(Violation) -> Bool {
        let isTogether = scenario.faults.contains(.bundles) && chance.chance(70)
        return try world.collect(
            partition, bundleBytes: isTogether ? RecordLimits.bundleBytes : 0)
    }

    private func deliver(_ channels: [Int]) throws(Violation) {
        guard !channels.isEmpty else { return }
        let again = scenario.faults.contains(.repeats) && chance.chance(20)
        try world.deliver(chance.pick(channels), again: again)
    }

    private func say() throws(Violation) {
        guard let first = pending.first else { return }
        let home = scenario.events[first].a % scenario.partitions
        var frame: [Int] = []
        while frame.count < scenario.habits.frame, let next = pending.first,
            scenario.events[next].a % scenario.partitions == home
        {
            frame.append(next)
            pending.removeFirst()
        }
        if scenario.faults.contains(.echoes), chance.chance(10) { pending.append(first) }
        try world.say(frame, to: home)
        let count = scenario.events.count
        for partition in rules.due(said: count - pending.count, of: count) {
            try putRules(partition)
        }
    }

    private func putRules(_ partition: Int) throws(Violation) {
        try world.stage(Identifiers.record(of: scenario.rules.last), to: partition)
    }

    private func die() throws(Violation) {
        guard faultsLeft > 0, scenario.faults.contains(.crashes) else { return }
        faultsLeft -= 1
        let withPower = chance.chance(50)
        trace?.tell(withPower ? "power loss" : "the process dies")
        pending += try world.die(withPower: withPower, &chance)
    }

    /// Nothing is said or on its way: does what chance has not done.
    ///
    /// - Returns: false if that is nothing.
    private func settle() throws(Violation) -> Bool {
        var isAny = false
        try world.sync()
        for partition in 0..<scenario.partitions {
            world.work(partition)
            try world.tend(partition)
            while try world.fold(partition) { isAny = true }
            if try collect(partition) { isAny = true }
        }
        while world.tellReceipt(&chance) { isAny = true }
        if isAny || world.hasStaged { return true }
        if try putLostRules() { return true }
        if scenario.rules.repeatsEarly, sayAllAgain() { return true }
        if try tickWhereTheyWait() { return true }
        return sayAllAgain()
    }

    /// Tells partitions of the rules whose logs have lost word of them, or had none.
    private func putLostRules() throws(Violation) -> Bool {
        var isAny = false
        for partition in 0..<scenario.partitions
        where world.runtimes[partition].rules.version < scenario.rules.last.version {
            try putRules(partition)
            isAny = true
        }
        return isAny
    }

    private func tickWhereTheyWait() throws(Violation) -> Bool {
        var isAny = false
        for partition in 0..<scenario.partitions where world.runtimes[partition].awaitsTick {
            try world.tick(partition)
            isAny = true
        }
        return isAny
    }

    private func sayAllAgain() -> Bool {
        guard rules.takeRepeat() else { return false }
        pending = Array(scenario.events.indices)
        return true
    }

    // MARK: At rest

    /// What the runtimes have stored is what the logs mean, and that is what the events mean.
    private func check() throws(Violation) {
        let witnesses = try world.witnesses()
        var accepted: [Int] = []
        var told = SimulatedFeed(partitions: scenario.partitions)
        for witness in witnesses {
            let partition = witness.partition
            accepted += world.log.events(of: partition)
            for record in world.log.archive(of: partition) {
                let first = witness.changeOffset
                let changes = try witness.fold(record).changes
                try told.take(changes, from: first, of: partition)
                try check(changes, from: first, of: witness)
            }
            let end = world.feed.bounds(of: PartitionID(UInt16(partition))).upperBound
            try require(end <= witness.changeOffset, "the feed keeps what was never told")
            if witness.position > 0 { witness.store() }
        }
        let check = RestCheck(witnesses, scenario: scenario, accepted: accepted)
        try check.check()
        try FeedCheck.check(told, witnesses, check.oracle)
        try require(
            Set(accepted).count == scenario.events.count, "an event that was accepted is lost")
        for (partition, witness) in witnesses.enumerated() {
            let runtime = world.runtimes[partition]
            try require(
                Int(runtime.position) == witness.position, "a runtime stands elsewhere")
            let digest = try witness.ask { graph, _ throws(StateError) in graph.logicalDigest }
            try require(runtime.digest == digest, "a runtime has another digest")
            try ReplicaCheck.checkAlike(
                world.states[partition].table, witness.state.table, "a node and a witness")
        }
    }

    /// The feed keeps what a record told. Only where a power loss may take what was told as well
    /// as what told it may the feed have had to begin anew.
    private func check(
        _ changes: [CustomerChange], from first: UInt64, of witness: Replica
    ) throws(Violation) {
        for (offset, change) in zip(first..., changes) {
            let bytes = try witness.stored(change)
            let kept = world.feed.change(offset, of: witness.partition)
            try require(
                kept == bytes || kept == nil && !scenario.isEmbedded,
                "the feed has lost change \(offset) of \(witness.partition), or keeps another")
        }
    }
}
