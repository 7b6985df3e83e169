import IdentityModel
import NodeRuntime
import TestSupport
import Testing

/// The memory ports keep the contracts of the ports. The same cases run on the RocksDB adapters.
@Suite("Port contracts in memory")
struct PortConformanceTests {
    @Test(arguments: LogPortCase.allCases)
    func shouldKeepTheContractOfALog(contract: LogPortCase) throws {
        let log = MemoryLog()
        try contract.check { log }
    }

    @Test(arguments: LogPortCase.allCases)
    func shouldKeepTheContractOfALogThatMayFail(contract: LogPortCase) throws {
        let log = FaultyLog(MemoryLog(), FaultPlan())
        try contract.check { log }
    }

    /// The tests' own log holds one partition.
    @Test(arguments: LogPortCase.allCases.filter { $0 != .keepsPartitionsApart })
    func shouldKeepTheContractOfALogInTheTestsOwn(contract: LogPortCase) throws {
        let log = ScratchLog()
        try contract.check { log }
    }

    @Test(arguments: StatePortCase.allCases)
    func shouldKeepTheContractOfAStateStore(contract: StatePortCase) throws {
        let state = MemoryState()
        try contract.check { state }
    }

    @Test(arguments: StatePortCase.allCases)
    func shouldKeepTheContractOfAStateStoreThatMayFail(contract: StatePortCase) throws {
        let state = FaultyState(MemoryState(), FaultPlan())
        try contract.check { state }
    }

    @Test(arguments: FeedPortCase.allCases)
    func shouldKeepTheContractOfAFeed(contract: FeedPortCase) throws {
        let feed = MemoryFeed()
        try contract.check { feed }
    }

    @Test func shouldSeeABrokenFeed() {
        for contract in FeedPortCase.allCases where contract != .startsEmpty {
            let feed = ForgetfulFeed()
            #expect(throws: (any Error).self) { try contract.check { feed } }
        }
    }

    /// The suite must see a port that breaks its contract.
    @Test func shouldSeeABrokenLog() {
        for contract in LogPortCase.allCases where contract != .startsEmpty {
            let log = ForgetfulLog()
            #expect(throws: (any Error).self) { try contract.check { log } }
        }
    }

    @Test func shouldSeeABrokenStateStore() {
        for contract in StatePortCase.allCases where contract != .startsEmpty {
            let state = ForgetfulState()
            #expect(throws: (any Error).self) { try contract.check { state } }
        }
    }
}

/// Counts what it is given and keeps only the first byte of it.
private final class ForgetfulLog: LogPort {
    private let base = MemoryLog()

    func bounds(of partition: PartitionID) -> Range<UInt64> { base.bounds(of: partition) }

    func append(
        _ record: Span<UInt8>, at offset: UInt64, of partition: PartitionID
    ) throws(StoreFailure) {
        try base.append(record.extracting(0..<1), at: offset, of: partition)
    }

    func sync() {}

    func read(
        from offset: UInt64, of partition: PartitionID,
        _ body: (_ offset: UInt64, _ record: Span<UInt8>) -> Bool
    ) { base.read(from: offset, of: partition, body) }

    func trim(before offset: UInt64, of partition: PartitionID) {
        base.trim(before: offset, of: partition)
    }
}

/// Takes every change and keeps only the first byte of it; lets nothing go.
private final class ForgetfulFeed: FeedPort {
    private let base = MemoryFeed()

    func bounds(of partition: PartitionID) -> Range<UInt64> { base.bounds(of: partition) }

    func append(_ changes: [[UInt8]], from offset: UInt64, of partition: PartitionID) {
        base.append(changes.map { Array($0.prefix(1)) }, from: offset, of: partition)
    }

    func sync() {}

    func read(
        from offset: UInt64, of partition: PartitionID,
        _ body: (_ offset: UInt64, _ change: Span<UInt8>) -> Bool
    ) { base.read(from: offset, of: partition, body) }

    func trim(before offset: UInt64, of partition: PartitionID) {}
    func cut(from offset: UInt64, of partition: PartitionID) {}
}

/// Takes every checkpoint and keeps none.
private final class ForgetfulState: StatePort {
    func read(_ key: [UInt8], into value: inout [UInt8]) -> Bool { false }
    func scan(
        from lower: [UInt8], to upper: [UInt8],
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> Bool
    ) {}
    func apply(_ batch: CheckpointBatch) {}
}
