import GraphCore
import IdentityModel
import NodeRuntime
import TestSupport
import Testing
import WireFormat

/// What a tick costs, and what memory keeps until it comes.
@Suite("Ticks")
struct TickTests {
    private typealias Runtime = PartitionRuntime<MemoryLog, FaultyState<MemoryState>>

    private static let leaves = 20_000
    private static let hub = TestEnd("cookie", "hub")
    private static let tick = RecordCodec.encode(
        .tick(EventTime(milliseconds: 1)), RuntimeFixture.head)

    private static func record(
        _ operation: LinkOperation, _ leaves: Range<Int>, at time: Int64
    ) -> [UInt8] {
        EventRecords.record(
            leaves.map { TestEvent(operation, hub, TestEnd("cookie", "c\($0)"), at: time) },
            RuntimeFixture.head)
    }

    /// A partition that has told of a hub and has nothing of it in memory; counts what is read.
    private func reopened(_ plan: FaultPlan, memory: MemoryBudget) throws -> Runtime {
        let (log, state) = (MemoryLog(), FaultyState(MemoryState(), plan))
        let made = try RuntimeFixture.open(log, state)
        for start in stride(from: 0, to: Self.leaves, by: 1_000) {
            _ = try made.append(Self.record(.link, start..<start + 1_000, at: 1))
        }
        _ = try made.append(Self.tick)
        try made.checkpoint()
        return try RuntimeFixture.open(log, state, RuntimeFixture.settings(memory: memory))
    }

    /// One leaf that came, or went: the others are not read for it.
    @Test(arguments: [LinkOperation.link, .unlink])
    func shouldReadLittleForALittleChange(_ operation: LinkOperation) throws {
        let plan = FaultPlan()
        let runtime = try reopened(plan, memory: .unlimited)
        let leaf = operation == .link ? Self.leaves : 7
        _ = try runtime.append(Self.record(operation, leaf..<leaf + 1, at: 2))
        let before = plan.calls
        _ = try runtime.append(Self.tick)
        #expect(!runtime.awaitsTick && plan.calls - before < 10)
    }

    /// Memory lets nothing go that awaits a tick, and much of it makes a tick due.
    @Test func shouldKeepWhatAwaitsATickAndNoMoreThanItsLimit() throws {
        let plan = FaultPlan()
        let runtime = try reopened(plan, memory: MemoryBudget(exactly: 1))
        var last = 0
        for start in stride(from: Self.leaves, to: 2 * Self.leaves, by: 500) {
            _ = try runtime.append(Self.record(.link, start..<start + 500, at: 2))
            try runtime.checkpoint()
            #expect(runtime.untoldCount < TickPolicy.untoldLimit)
            last = max(last, runtime.untoldCount)
        }
        #expect(last >= TickPolicy.untoldLimit - 500)
        let before = plan.calls
        _ = try runtime.append(Self.tick)
        #expect(!runtime.awaitsTick && plan.calls - before < 10)
    }
}
