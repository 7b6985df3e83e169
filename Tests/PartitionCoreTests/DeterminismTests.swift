import GraphCore
import IdentityModel
import PartitionCore
import TestSupport
import Testing
import WireFormat

/// The same log gives the same bytes on any replica, and the same events the same graph however
/// they were cut into records.
@Suite("Determinism")
struct DeterminismTests {
    private static func isHeader(_ entry: StoredEntry) -> Bool { entry.key == StateKey.header }

    @Test func differentialReplicasHoldTheSameBytes() throws {
        for seed in 0..<UInt64(TestBudget.rounds(60)) {
            var chance = SeededGenerator(seed: seed)
            let events = RandomEvents(seed: 6_000_000 + seed).events
            let size = chance.pick([1, 3, 20, 400])
            var records = EventRecords.records(events, of: size, MachineDriver.head)
            records.insert(
                RecordCodec.encode(.tick(.minimum), MachineDriver.head),
                at: chance.below(records.count))
            records.append(RecordCodec.encode(.done(offset: 1), MachineDriver.head))
            let (one, other) = (MachineDriver(), MachineDriver())
            for record in records {
                #expect(try one.step(record) == other.step(record))
                if chance.chance(20) { try other.reopen() }
                if chance.chance(20) { other.checkpoint() }
            }
            one.checkpoint()
            other.checkpoint()
            #expect(other.machine.graph.brokenInvariant() == nil)
            let isSame = one.stored == other.stored
            try #require(isSame, "seed \(6_000_000 + seed)")
        }
    }

    @Test func differentialRecordsOfAnySize() throws {
        for seed in 0..<UInt64(TestBudget.rounds(40)) {
            let events = RandomEvents(seed: 7_000_000 + seed).events
            let runs = try [1, 7, 4_096].map { size in
                let driver = MachineDriver()
                for record in EventRecords.records(events, of: size, MachineDriver.head) {
                    _ = try driver.step(record)
                }
                driver.checkpoint()
                return driver
            }
            let entities = runs.map { $0.stored.filter { !Self.isHeader($0) } }
            let isSame = entities.allSatisfy { $0 == entities[0] }
            try #require(isSame, "seed \(7_000_000 + seed)")
            let headers = runs.map { driver in
                var header = driver.machine.checkpointHeader
                header.position = 0
                header.lastRecordChecksum = 0
                return header
            }
            #expect(headers.allSatisfy { $0 == headers[0] })
            let digests = Set(runs.map { $0.machine.graph.logicalDigest })
            let answer = Self.answer(events)
            #expect(digests == [answer.digest], "seed \(7_000_000 + seed)")
        }
    }

    /// The digest in a checkpoint is that of the graph, wherever the log is cut.
    @Test func shouldKeepTheDigestExactBetweenSteps() throws {
        for seed in 0..<UInt64(TestBudget.rounds(10)) {
            let events = RandomEvents(seed: 8_000_000 + seed, nodes: 3...20, count: 5...60).events
            let driver = MachineDriver()
            for (index, record) in EventRecords.records(events, of: 1, MachineDriver.head)
                .enumerated()
            {
                _ = try driver.step(record)
                let answer = Self.answer(Array(events[...index]))
                let header = driver.machine.checkpointHeader
                var digest = header.evidenceDigest
                digest += header.componentDigest
                try #require(digest == answer.digest, "seed \(8_000_000 + seed), event \(index)")
            }
        }
    }

    private static func answer(_ events: [TestEvent]) -> OracleAnswer {
        var oracle = GraphOracle(namespaces: RandomEvents.namespaces)
        for event in events { oracle.fold(event) }
        return oracle.solve()
    }
}
