import GraphCore
import IdentityModel
import NodeRuntime
import TestSupport
import Testing
import WireFormat

/// Whatever happens on the way, those who follow the logs come to what the oracle says.
@Suite("Partitions that follow logs, in a world of chance")
struct FollowingWorldTests {
    @Test(arguments: 1...4)
    func oracleOfSeededWorlds(partitions: Int) throws {
        var losses = 0
        for seed in 0..<UInt64(TestBudget.rounds(12)) {
            let events = RandomEvents(seed: seed, nodes: 5...25, count: 40...90).events
            var chance = SeededGenerator(seed: seed)
            // Each comes once at least, some twice, in any order.
            let said = chance.shuffled(events + events.filter { _ in chance.chance(20) })
            let world = try FollowingWorld(seed: seed, partitions: partitions)
            for event in said {
                let home = PartitionID.home(of: event.ends[0].key, among: UInt16(partitions))
                world.say([event], to: Int(home.rawValue))
                for _ in 0..<chance.below(30) { try world.step() }
            }
            try world.rest()
            var oracle = GraphOracle(namespaces: RandomEvents.namespaces)
            for event in said { oracle.fold(event) }
            let answer = oracle.solve()
            let digest = try world.digest()
            #expect(digest == answer.digest, "seed \(seed)")
            #expect(try Self.customers(world.changes) == Self.customers(answer), "seed \(seed)")
            losses += world.losses
        }
        #expect(losses > 0, "nobody has died with anything under way")
    }

    /// Whoever keeps the greatest version of each customer, by anchor.
    private static func customers(_ changes: [FeedChange]) throws -> [NodeKey: Set<[UInt8]>] {
        var customers: [NodeKey: Set<[UInt8]>] = [:]
        var versions: [NodeKey: UInt64] = [:]
        for one in changes {
            let change = try ChangeForm.decode(one.bytes.span)
            guard change.version > versions[change.customer] ?? 0 else { continue }
            versions[change.customer] = change.version
            var held = change.isWhole ? [] : customers[change.customer] ?? []
            held.formUnion(change.added.map { name($0, one.bytes) })
            held.subtract(change.removed.map { name($0, one.bytes) })
            customers[change.customer] = change.kind == .retired ? nil : held
        }
        return customers
    }

    private static func name(_ one: StoredChange.Identifier, _ bytes: [UInt8]) -> [UInt8] {
        bytes[one.namespace.range] + [UInt8(ascii: ":")] + bytes[one.value.range]
    }

    private static func customers(_ answer: OracleAnswer) -> [NodeKey: Set<[UInt8]>] {
        var customers: [NodeKey: Set<[UInt8]>] = [:]
        for customer in answer.customers {
            customers[customer.anchor] = Set(
                customer.members.map { Array("\($0.end.namespace):\($0.end.value)".utf8) })
        }
        return customers
    }
}
