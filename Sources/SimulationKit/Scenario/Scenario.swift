package import GraphCore
internal import IdentityModel
package import NodeRuntime
package import PartitionCore
internal import RetailWorkload

/// All that a run is made of. A seed draws it; a reduction takes some of it away.
package struct Scenario: Sendable {
    /// Which seeds there are: each size has its own.
    package enum Size: String, Sendable, CaseIterable {
        /// At most 20 identifiers, 80 events and as many that say attributes, and 5 partitions.
        case small
        /// Up to thousands of identifiers, and 16 partitions.
        case large
    }

    /// What is driven.
    package enum Level: String, Sendable, CaseIterable {
        /// The machines, in a world that performs their contract: replicas, takeovers, zombies.
        case machine
        /// The turn of a node's partitions, in one process that dies.
        case runtime
    }

    /// What is driven.
    package var level: Level
    /// The seed that drew it.
    package var seed: UInt64
    /// The size that it was drawn in.
    package var size: Size
    /// How many partitions there are.
    package var partitions: Int
    /// What the machines are configured with.
    package var limits: GraphLimits
    /// Where the machines cut their deliveries.
    package var deliveries: DeliveryLimits
    /// What each partition of a node may use; the machines' replicas let go by habit.
    package var memory: MemoryBudget
    /// One process with local logs, whose tails a power loss takes; else a broker's logs, which are
    /// durable at once, with standbys that take over and owners that do not know they are dead.
    package var isEmbedded: Bool
    /// What the events were drawn as.
    package var workload: Workload
    /// What is said, in the order in which clients say it.
    package var events: [SimulatedEvent]
    /// By which rules profiles are made.
    package var rules = RulesPlan.standing
    /// When the machine's logic is raised, where machines are driven.
    package var logic = LogicPlan.none
    /// How things go on.
    package var habits: Habits
    /// What the schedule may do.
    package var faults: Faults
    /// The schedule draws from a stream of its own, so that it stays what it is where an event is
    /// taken away.
    package var scheduleSeed: UInt64

    /// The scenario of a seed.
    package init(seed: UInt64, size: Size = .small, level: Level = .machine) {
        let isLarge = size == .large
        var chance = SplitMix64(seed: SplitMix64.mix(seed ^ (isLarge ? 0x1a59e : 0)))
        self.level = level
        self.seed = seed
        self.size = size
        partitions = chance.pick(isLarge ? [2, 3, 4, 5, 7, 8, 12, 16] : [1, 2, 2, 2, 3, 3, 4, 5])
        isEmbedded = chance.chance(40)
        limits = Self.limits(&chance, isLarge: isLarge)
        // Of small runs, three of sixteen.
        let isPressed = !isLarge && SplitMix64.mix(seed) % 16 < 3
        workload = isPressed ? .pressed(&chance) : .drawn(&chance, isLarge: isLarge)
        events = []
        events.reserveCapacity(workload.events)
        for index in 0..<workload.events { events.append(workload.event(index, &chance)) }
        habits = Habits(&chance, partitions: partitions, isLarge: isLarge)
        faults = .all
        scheduleSeed = chance.next()
        deliveries = Self.deliveries(&chance)
        memory = Self.memory(&chance, isLarge: isLarge)
        if isPressed { press() }
        sayAttributes()
        if level == .machine { logic = .drawn(seed: seed) }
    }

    /// Has memory hold as little of large components as it can. What goes wrong between memory and
    /// store takes rows, members that were let go and moves, all at once: chance alone seldom has
    /// all of that in a small run.
    private mutating func press() {
        limits.inlineMembers = 1 + UInt32(scheduleSeed % 3)
        limits.inlineEdges = scheduleSeed / 3 % 2 == 0 ? 1 : 8
        limits.searchedMembers = 1
        limits.rowsAtOnce = 2
        limits.fewRows = 2
        habits.evictionPeriod = 1 + Int(scheduleSeed / 6 % 2)
        habits.cacheBytes = 0
        memory = MemoryBudget(exactly: Self.leastMemory)
        partitions = max(partitions, 2)
    }

    /// How often an owner stores all that has changed: behind so many times that it lets go.
    var storePeriod: Int { [1, 4, 16][Int(scheduleSeed / 32 % 3)] }

    /// A scenario of exactly these events, without any fault, for a test.
    package init(_ events: [SimulatedEvent], partitions: Int, scheduleSeed: UInt64 = 0) {
        self.init(seed: scheduleSeed, size: .small)
        self.partitions = partitions
        self.events = events
        rules = .standing
        logic = .none
        isEmbedded = false
        limits = .standard
        deliveries = .standard
        memory = .unlimited
        faults = []
        workload.nodes = (events.map(\.b).max() ?? 0) + 1
        habits = Habits.plain
    }

    private static func deliveries(_ chance: inout SplitMix64) -> DeliveryLimits {
        var limits = DeliveryLimits.standard
        switch chance.next(below: 8) {
        case 0: limits.messages = 1
        case 1: limits.messages = 2
        case 2: limits.bytes = chance.pick([200, 600])
        default: break
        }
        return limits
    }

    /// Half of a budget is the graph's. A node takes some 100 bytes there, and a pair as many.
    private static func memory(_ chance: inout SplitMix64, isLarge: Bool) -> MemoryBudget {
        guard chance.chance(60) else { return .unlimited }
        let sizes = isLarge ? [4_000, 40_000, 400_000] : [leastMemory, 1_000, 4_000]
        return MemoryBudget(exactly: chance.pick(sizes))
    }

    /// So little that nothing clean stays, in bytes.
    private static let leastMemory = 16

    private static func limits(_ chance: inout SplitMix64, isLarge: Bool) -> GraphLimits {
        var limits = GraphLimits.standard
        if chance.chance(30) {
            limits.inlineMembers = UInt32(chance.pick([1, 2, 4, 16]))
            limits.inlineEdges = UInt32(chance.pick([1, 3, 8, 64]))
        }
        if chance.chance(30) { limits.inlinePairs = UInt32(chance.pick([1, 2, 8])) }
        if chance.chance(20) { limits.searchedMembers = UInt32(chance.pick([1, 4])) }
        if chance.chance(20) {
            limits.rowsAtOnce = chance.pick([2, 3, 8])
            limits.fewRows = 2
        }
        limits.pageEntries = chance.pick(
            isLarge ? [3, 16, 100, limits.pageEntries] : [1, 2, 3, 8, limits.pageEntries])
        limits.changeIdentifiers = chance.pick([1, 2, 5, limits.changeIdentifiers])
        return limits
    }
}

/// How a run goes on, beside what is said: the pace of each thing, in hundredths.
package struct Habits: Equatable, Sendable {
    /// How often the next event is said while deliveries wait.
    package var burst: Int
    /// How often a record is not folded at once.
    package var lag: Int
    /// How many faults there are at most.
    package var faultBudget: Int
    /// How many events a record takes.
    package var frame: Int
    /// How often the queue that became ready last goes first; under 0, the one that did first.
    package var bias: Int
    /// By sender times partitions plus receiver: whether everything takes long there.
    package var slow: [Bool]
    /// How often a log is synced, where that is not at once.
    package var syncs: Int
    /// How often a pointer is collected.
    package var collects: Int
    /// How often a tick is appended.
    package var ticks: Int
    /// Behind how many records an owner lets go of what it can; 0: never.
    package var evictionPeriod: Int
    /// What it may keep then, in bytes.
    package var cacheBytes: Int

    init(_ chance: inout SplitMix64, partitions: Int, isLarge: Bool) {
        burst = chance.next(below: 100)
        lag = chance.pick([0, 20, 70])
        faultBudget = chance.pick([0, 3, 10, 20])
        frame = chance.pick(isLarge ? [1, 4, 20] : [1, 1, 4])
        bias = chance.pick([0, 70, 95, -90])
        let slowness = chance.pick([0, 10, 40])
        slow = (0..<partitions * partitions).map { _ in
            slowness > 0 && chance.chance(slowness)
        }
        syncs = chance.pick([3, 15])
        collects = chance.pick([0, 5, 20])
        evictionPeriod = chance.pick(isLarge ? [0, 20, 100] : [0, 0, 1, 5])
        cacheBytes = chance.pick([0, 0, 2_000])
        ticks = chance.pick([2, 8, 19])
    }

    private init() {
        (burst, lag, faultBudget, frame, bias, slow) = (50, 0, 0, 1, 0, [])
        (syncs, collects, ticks, evictionPeriod, cacheBytes) = (0, 0, 0, 0, 0)
    }

    /// Nothing but said, delivered and folded, one at a time.
    package static let plain = Habits()
}
