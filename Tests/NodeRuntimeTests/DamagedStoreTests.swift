import GraphCore
import IdentityModel
import NodeRuntime
import TestSupport
import Testing
import WireFormat

/// Any value of a store may be damaged, lost or swapped with another: questions are answered and
/// events folded, or refused with a remedy; nothing traps and nothing walks for ever.
@Suite("Damaged stores")
struct DamagedStoreTests {
    @Test func shouldAnswerOrRefuseOverRandomDamage() throws {
        var chance = SeededGenerator(seed: 1)
        var (answered, refused) = (0, 0)
        for round in 0..<TestBudget.rounds(60) {
            let set = RandomEvents(seed: 300 + UInt64(round), nodes: 3...12, count: 10...60)
            let (log, state) = (MemoryLog(), MemoryState())
            let runtime = try RuntimeFixture.open(log, state)
            _ = try runtime.append(EventRecords.record(set.events, RuntimeFixture.head))
            try runtime.checkpoint()
            let entries = StoredEntry.all(in: state)
            for _ in 0..<30 {
                let damaged = StoredEntry.state(Self.damaged(entries, &chance))
                // On every other one, first events that link and cut all that can be.
                let later = set.events.map { event in
                    var event = event
                    event.time += Int64(chance.below(1_000_000))
                    if chance.chance(40), event.operation != .observe { event.operation = .unlink }
                    return event
                }
                let records = EventRecords.records(later, of: 7, RuntimeFixture.head)
                let failure = try Self.askEverything(
                    log, damaged, set.ends, after: chance.chance(50) ? records : [])
                if let failure {
                    #expect([.damaged, .newerFormat].contains(failure.code), "\(failure)")
                    #expect([Remedy.rebuild, Remedy.upgrade].contains(failure.remedy))
                    refused += 1
                } else {
                    answered += 1
                }
            }
        }
        #expect(answered > 50 && refused > 50, "the damage should be of both kinds")
    }

    /// One entity or name with other bytes, another's bytes, or none.
    private static func damaged(
        _ entries: [StoredEntry], _ chance: inout SeededGenerator
    ) -> [StoredEntry] {
        var entries = entries
        let places = entries.indices.filter { entries[$0].key != StateKey.header }
        let place = chance.pick(places)
        switch chance.below(5) {
        case 0: entries.remove(at: place)
        case 1: entries[place].value = entries[chance.pick(places)].value
        default: entries[place].value = Mutation.damaged(entries[place].value, &chance)
        }
        return entries
    }

    private static func askEverything(
        _ log: MemoryLog, _ state: MemoryState, _ ends: [TestEnd], after more: [[UInt8]]
    ) throws -> StoreFailure? {
        RuntimeFixture.failure { () throws(StoreFailure) in
            let runtime = try RuntimeFixture.open(log, state)
            for record in more { try runtime.rehearse(record) }
            try runtime.ask { graph, reader throws(StateError) in
                for end in ends {
                    _ = try graph.customer(of: end.key, reader: reader)
                    _ = try graph.members(withMember: end.key, reader: reader)
                    _ = try graph.links(withMember: end.key, reader: reader)
                    for other in ends {
                        _ = try graph.link(end.key, other.key, reader: reader)
                        _ = try graph.path(from: end.key, to: other.key, reader: reader)
                    }
                }
            }
        }
    }
}
