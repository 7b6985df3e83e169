import GraphCore
import IdentityModel
import NodeRuntime
import TestSupport
import Testing

/// What is in memory is not looked for in the store.
@Suite("Reads of large components")
struct LargeComponentReadsTests {
    /// A state store that counts what it is asked.
    private final class CountedState: StatePort {
        private let base = MemoryState()
        private(set) var reads = 0

        func read(_ key: [UInt8], into value: inout [UInt8]) -> Bool {
            reads += 1
            return base.read(key, into: &value)
        }

        func scan(
            from lower: [UInt8], to upper: [UInt8],
            _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> Bool
        ) {
            reads += 1
            base.scan(from: lower, to: upper, body)
        }

        func apply(_ batch: CheckpointBatch) { base.apply(batch) }
    }

    private static func end(_ number: Int) -> TestEnd { TestEnd("cookie", "c\(number)") }

    private static func record(
        _ kind: LinkOperation, _ one: Int, _ other: Int, at time: Int64, _ count: UInt16
    ) -> (partition: PartitionID, record: [UInt8]) {
        let event = TestEvent(kind, end(one), end(other), at: time)
        return (
            PartitionID.home(of: event.ends[0].key, among: count),
            EventRecords.record([event], RuntimeFixture.head)
        )
    }

    /// A cycle too large for one value, most of whose members came from other partitions: to cut
    /// it in two places takes a search through many members, all of which are in memory.
    @Test(arguments: [1, 2, 3] as [UInt16])
    func shouldCutACycleInMemoryWithoutReads(_ count: UInt16) throws {
        let members = 2 * Int(GraphLimits.standard.inlineMembers)
        let states = (0..<count).map { _ in CountedState() }
        var settings = RuntimeFixture.settings()
        settings.partitionCount = count
        let group = try PartitionGroup(log: MemoryLog(), states: states, settings: settings)
        try group.append(
            (0..<members).map { Self.record(.link, $0, ($0 + 1) % members, at: 1, count) })
        try group.checkpoint()
        let before = states.reduce(0) { $0 + $1.reads }
        try group.append([Self.record(.unlink, 0, 1, at: 2, count)])
        #expect(group.counters.customers == 1)
        try group.append([Self.record(.unlink, members / 2, members / 2 + 1, at: 2, count)])
        #expect(group.counters.customers == 2)
        let reads = states.reduce(0) { $0 + $1.reads } - before
        #expect(reads == 0)
    }
}
