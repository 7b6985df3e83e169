internal import ProfileCore
internal import RetailWorkload

/// One run: the world, and the chances that move it, until nothing is left to do.
///
/// Each turn draws from a stream of its own, which the schedule's seed and the turn's number give:
/// what one turn draws moves no other, so that a run from which an event was taken stays alike.
final class Run {
    /// A run that takes more turns, for each event, does not settle.
    private static let turnsPerEvent = 2_000
    private static let turnsAtLeast = 20_000

    let world: World
    private let scenario: Scenario
    private var pending: [Int]
    private var rules: RulesProgress
    /// Partitions whose logs were not told of the next logic yet.
    private var untoldLogic: [Int]
    private var faultsLeft: Int
    private var turn: UInt64 = 0

    /// The run of a scenario.
    init(
        _ scenario: Scenario, mutant: ContractMutant? = nil, isTraced: Bool = false
    ) throws(Violation) {
        self.scenario = scenario
        pending = Array(scenario.events.indices)
        rules = RulesProgress(scenario)
        untoldLogic = Array(0..<scenario.partitions)
        faultsLeft = scenario.habits.faultBudget
        world = try World(scenario, mutant: mutant, isTraced: isTraced)
    }

    /// Runs until nothing is left to do, and checks what must hold then.
    func finish() throws(Violation) {
        let limit = UInt64(Self.turnsAtLeast + scenario.events.count * Self.turnsPerEvent)
        repeat {
            turn += 1
            try require(turn < limit, "the run does not settle")
            world.chance = SplitMix64(seed: SplitMix64.word(turn, seed: scenario.scheduleSeed))
        } while try takeTurn()
        try world.lookAtAll()
        let check = RestCheck(world.witnesses, scenario: scenario, accepted: world.accepted)
        try check.check()
        try FeedCheck.check(world.feed, world.witnesses, check.oracle)
        try ReplicaCheck(world).check()
    }

    /// - Returns: false if there was nothing to do.
    private func takeTurn() throws(Violation) -> Bool {
        let ready = world.network.ready.count
        if !pending.isEmpty, ready == 0 || world.chance.chance(scenario.habits.burst) {
            try say()
        } else if ready > 0 {
            try deliver(ready)
        } else {
            return try settle()
        }
        try act()
        return true
    }

    private func isLagging() -> Bool {
        world.allows(.lag) && world.chance.chance(scenario.habits.lag)
    }

    // MARK: What clients say

    /// A router takes some events with one home, and some of them twice.
    private func say() throws(Violation) {
        let partition = home(of: pending[0])
        var frame: [Int] = []
        var rest: [Int] = []
        for (place, event) in pending.enumerated() {
            if place < Self.routerEvents, frame.count < scenario.habits.frame,
                home(of: event) == partition
            {
                frame.append(event)
            } else {
                rest.append(event)
            }
        }
        pending = rest
        if world.allows(.echoes), world.chance.chance(10) { pending.append(frame[0]) }
        try world.say(frame, to: partition)
        try changeRules()
        try raiseLogic()
        if !isLagging() { _ = try world.advance(partition) }
    }

    /// Tells partitions of the second rules, each at its place.
    private func changeRules() throws(Violation) {
        let count = scenario.events.count
        for partition in rules.due(said: count - pending.count, of: count) {
            try putRules(partition)
        }
    }

    /// Tells logs of the next logic, each at its place.
    private func raiseLogic() throws(Violation) {
        let count = scenario.events.count
        let due = scenario.logic.due(untoldLogic, said: count - pending.count, of: count)
        untoldLogic.removeAll { due.contains($0) }
        for partition in due { try world.raiseLogic(partition) }
    }

    /// Tells partitions of the next logic whose logs have lost word of it, or had none.
    private func raiseLostLogic() throws(Violation) -> Bool {
        guard scenario.logic.places != nil else { return false }
        var isAny = false
        for partition in world.all
        where world.witnesses[partition].logicVersion < LogicPlan.new.upperBound {
            try world.raiseLogic(partition)
            isAny = true
        }
        return isAny
    }

    private func putRules(_ partition: Int) throws(Violation) {
        try world.append(Identifiers.record(of: scenario.rules.last), to: partition)
    }

    /// Tells partitions of the rules whose logs have lost word of them, or had none.
    private func putLostRules() throws(Violation) -> Bool {
        var isAny = false
        for partition in world.all
        where world.witnesses[partition].rulesVersion < scenario.rules.last.version {
            try putRules(partition)
            isAny = true
        }
        return isAny
    }

    private func sayAllAgain() -> Bool {
        guard rules.takeRepeat() else { return false }
        pending = Array(scenario.events.indices)
        return true
    }

    /// How many events a router looks at for one record.
    private static let routerEvents = 20

    private func home(of event: Int) -> Int { scenario.events[event].a % scenario.partitions }

    // MARK: What arrives

    private func deliver(_ ready: Int) throws(Violation) {
        let luck = world.chance.next(below: 1_000)
        var times = 1
        if luck < 10, faultsLeft > 0, world.allows(.drops) { times = 0 }
        if luck >= 980, world.allows(.repeats) { times = 2 }
        if times == 0 { faultsLeft -= 1 }
        let together = world.allows(.bundles) ? world.chance.next(below: Self.mostTogether) + 1 : 1
        let receiver = try world.deliver(choose(ready), times: times, together: together)
        guard let receiver, !isLagging() else { return }
        _ = try world.advance(receiver)
    }

    /// Deliveries that arrive together at most.
    private static let mostTogether = 4

    /// Which queue's oldest arrives now.
    private func choose(_ ready: Int) -> Int {
        let index = chooseAny(ready)
        let queue = world.network.ready[index]
        let channel = queue.sender * scenario.partitions + queue.receiver
        guard world.allows(.slowness), queue.receiver != Network.feed,
            channel < scenario.habits.slow.count, scenario.habits.slow[channel],
            world.chance.chance(95)
        else { return index }
        return chooseAny(ready)
    }

    private func chooseAny(_ ready: Int) -> Int {
        let bias = scenario.habits.bias
        if bias != 0, world.chance.chance(abs(bias)) { return bias > 0 ? ready - 1 : 0 }
        return world.chance.next(below: ready)
    }

    /// Nothing is on its way: does what chance has not done.
    ///
    /// - Returns: false if that is nothing.
    private func settle() throws(Violation) -> Bool {
        var isDone = true
        for partition in world.all where world.logs[partition].durable < world.logs[partition].end {
            try world.sync(partition)
            isDone = false
        }
        for partition in world.all where try world.advance(partition) { isDone = false }
        guard isDone else { return true }
        if !world.refused.isEmpty {
            pending += world.refused
            world.refused.removeAll()
            return true
        }
        if try restartBroken() { return true }
        if try world.upgrade() { return true }
        if try raiseLostLogic() { return true }
        if try putLostRules() { return true }
        if scenario.rules.repeatsEarly, sayAllAgain() { return true }
        if try tickWhereTheyWait() { return true }
        guard rules.comesAgain else { return false }
        try world.lookAtAll()
        try SweepCheck.check(world.witnesses, scenario.rules.last)
        return sayAllAgain()
    }

    private func tickWhereTheyWait() throws(Violation) -> Bool {
        var isAny = false
        for partition in world.all where world.witnesses[partition].awaitsTick {
            try world.tick(partition)
            isAny = true
        }
        return isAny
    }

    // MARK: What chance does

    /// After each turn one of a hundred things may happen; for the rest, nothing does.
    private func act() throws(Violation) {
        var luck = world.chance.next(below: 100)
        func falls(_ weight: Int) -> Bool {
            luck -= weight
            return luck < 0
        }
        let partition = world.chance.next(below: scenario.partitions)
        if scenario.isEmbedded, falls(scenario.habits.syncs) { return try world.sync(partition) }
        if falls(15) {
            _ = try world.advance(partition)
            return
        }
        if falls(5) {
            if world.allows(.checkpoints) { try world.beginCheckpoint(partition) }
            return
        }
        if falls(8) { return try world.finishCheckpoints(partition) }
        if falls(scenario.habits.collects) {
            if world.allows(.collects) { try world.collect(partition) }
            return
        }
        if falls(8) {
            if !world.standbys.isEmpty { try world.follow(world.standbys[partition]) }
            return
        }
        if falls(4) { return try haunt() }
        if falls(3) { return try fail() }
        if falls(3) {
            _ = try restartBroken()
            _ = try world.upgrade()
            return
        }
        if falls(scenario.habits.ticks) { try world.tick(partition) }
    }

    private func haunt() throws(Violation) {
        guard !world.zombies.isEmpty else { return }
        let index = world.chance.next(below: world.zombies.count)
        if world.chance.chance(10) {
            world.zombies.remove(at: index)
        } else {
            try world.haunt(index)
        }
    }

    /// Somebody dies, or several at once.
    private func fail() throws(Violation) {
        guard faultsLeft > 0 else { return }
        faultsLeft -= 1
        if scenario.isEmbedded {
            if world.allows(.crashes) { try world.losePower() }
            return
        }
        let takesOver = world.chance.chance(50)
        let oldLivesOn = world.chance.chance(50)
        for partition in world.all where world.chance.chance(40) {
            if takesOver {
                guard world.allows(.takeovers) else { continue }
                try world.takeOver(partition, oldLivesOn: oldLivesOn)
            } else if world.allows(.crashes) {
                try world.restart(partition)
            }
        }
    }

    private func restartBroken() throws(Violation) -> Bool {
        guard world.mutant != .lossIsIgnored else { return false }
        var isAny = false
        for partition in world.all where world.owners[partition].isBroken {
            try world.restart(partition)
            isAny = true
        }
        return isAny
    }
}
