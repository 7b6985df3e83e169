import GraphCore
import IdentityModel
import NodeRuntime
import TestSupport
import WireFormat

/// What the runtime's tests share: settings, records of random events, and the oracle's view.
enum RuntimeFixture {
    static let partition = PartitionID(2)
    static let head = MachineDriver.head

    static func settings(
        tailEvents: UInt64 = UInt64.max, tailBytes: UInt64 = UInt64.max,
        durability: Durability = .os, digest: UInt64 = head.configurationDigest,
        earlier: [UInt64] = [], slice: CheckpointSlice = .standard,
        memory: MemoryBudget = .unlimited
    ) -> NodeSettings {
        NodeSettings(
            namespaces: RandomEvents.namespaces, configurationDigest: digest,
            earlierDigests: earlier, durability: durability,
            checkpoints: CheckpointPolicy(tailEvents: tailEvents, tailBytes: tailBytes),
            slice: slice, memory: memory)
    }

    static func settings(checkpoints: CheckpointPolicy) -> NodeSettings {
        var settings = settings()
        settings.checkpoints = checkpoints
        return settings
    }

    static func open<Log: LogPort, State: StatePort>(
        _ log: Log, _ state: State, _ settings: NodeSettings = settings(),
        worker: any BackgroundWorker = InlineWorker(), time: MonotonicTime = .system
    ) throws(StoreFailure) -> PartitionRuntime<Log, State> {
        try PartitionRuntime(
            partition, log: log, state: state, settings: settings, worker: worker, time: time)
    }

    /// Random events in records of `size`.
    static func records(seed: UInt64, of size: Int = 5) -> (records: [[UInt8]], events: [TestEvent])
    {
        let events = RandomEvents(seed: seed, nodes: 3...20, count: 30...80).events
        return (EventRecords.records(events, of: size, head), events)
    }

    /// The digest of the first `records` of `size` events each, by the oracle.
    static func digest(_ events: [TestEvent], records: UInt64, of size: Int = 5) -> Digest {
        var oracle = GraphOracle(namespaces: RandomEvents.namespaces)
        for event in events.prefix(Int(records) * size) { oracle.fold(event) }
        return oracle.solve().digest
    }

    /// What opening says; nil if it opens.
    static func failure<Log: LogPort, State: StatePort>(
        _ log: Log, _ state: State, _ settings: NodeSettings = settings()
    ) -> StoreFailure? {
        failure { () throws(StoreFailure) in _ = try open(log, state, settings) }
    }

    /// What `body` throws; nil if nothing.
    static func failure(_ body: () throws(StoreFailure) -> Void) -> StoreFailure? {
        do throws(StoreFailure) {
            try body()
            return nil
        } catch { return error }
    }
}
