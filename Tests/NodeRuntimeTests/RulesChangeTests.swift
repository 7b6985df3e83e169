import IdentityModel
import NodeRuntime
import ProfileCore
import TestSupport
import Testing

/// Survivorship rules come into force in all partitions of a store, also where that was cut short.
@Suite("Rules of a store")
struct RulesChangeTests {
    private typealias Group = PartitionGroup<MemoryLog, MemoryState>

    private static func rules(
        _ version: UInt64, strict: Bool = false, _ rule: SurvivorshipRule? = nil
    ) throws -> SurvivorshipRules {
        let attributes = rule.map { [AttributeRule(name: [97], rule: $0)] } ?? []
        return try SurvivorshipRules(version: version, isStrict: strict, attributes: attributes)
    }

    // MARK: What it takes

    @Test func shouldChangeNothingForTheSameRules() throws {
        let present = try Self.rules(4, .first)
        for given in [nil, try Self.rules(0, .first), try Self.rules(4, .first)] {
            let change = RulesChange(from: [present, present], to: given)
            #expect(!change.isNew && change.lacking.isEmpty && change.rules == present)
        }
        let none = RulesChange(from: [.standing], to: try Self.rules(0))
        #expect(!none.isNew && none.lacking.isEmpty && none.rules == .standing)
    }

    @Test func shouldGiveOtherRulesTheNextVersion() throws {
        let present = try Self.rules(4, .first)
        for given in [
            try Self.rules(0, .max), try Self.rules(0, strict: true, .first), try Self.rules(0),
            try Self.rules(3, .max),
        ] {
            let change = RulesChange(from: [present, present, present], to: given)
            #expect(change.isNew && change.lacking == (0..<3).map { PartitionID($0) })
            #expect(change.rules == given.numbered(5))
        }
    }

    /// What fragments are stamped with rises for ever: rules that come with a version keep it.
    @Test func shouldKeepAGreaterVersion() throws {
        for given in [try Self.rules(9, .max), try Self.rules(9, .first)] {
            let change = RulesChange(from: [try Self.rules(4, .first)], to: given)
            #expect(change.isNew && change.rules == given && change.lacking == [PartitionID(0)])
        }
    }

    @Test func shouldEndWhatWasBegun() throws {
        let (old, new) = (try Self.rules(4, .first), try Self.rules(5, .max))
        for given in [nil, try Self.rules(0, .max)] {
            let change = RulesChange(from: [old, new, old], to: given)
            #expect(!change.isNew && change.rules == new)
            #expect(change.lacking == [PartitionID(0), PartitionID(2)])
        }
        // The rules of before, said again, are others by now.
        let back = RulesChange(from: [old, new, old], to: old)
        #expect(back.isNew && back.rules == old.numbered(6) && back.lacking.count == 3)
    }

    // MARK: In a store

    private struct Stores {
        let log = MemoryLog()
        let states: [MemoryState]
        let settings: NodeSettings

        init(_ count: UInt16, _ durability: Durability = .os) {
            states = (0..<count).map { _ in MemoryState() }
            var settings = RuntimeFixture.settings(durability: durability)
            settings.partitionCount = count
            self.settings = settings
        }

        func open() throws -> Group { try Group(log: log, states: states, settings: settings) }
    }

    @Test(arguments: [1, 3] as [UInt16], Durability.allCases)
    func shouldBeInForceInEveryPartition(_ count: UInt16, _ durability: Durability) throws {
        let stores = Stores(count, durability)
        let group = try stores.open()
        #expect(group.rules == .standing)
        #expect(try !group.put(rules: nil))
        #expect(try group.put(rules: Self.rules(0, .max)))
        #expect(try group.runtimes.allSatisfy { try $0.rules == Self.rules(1, .max) })
        let positions = group.runtimes.map(\.position)
        #expect(try !group.put(rules: Self.rules(0, .max)))
        #expect(group.runtimes.map(\.position) == positions, "the same rules leave no record")
        // From the log, and from a checkpoint.
        #expect(try stores.open().rules == Self.rules(1, .max))
        let again = try stores.open()
        try again.checkpoint()
        #expect(try again.put(rules: Self.rules(0, strict: true)))
        #expect(try stores.open().rules == Self.rules(2, strict: true))
    }

    @Test func shouldBringPartitionsForwardThatWereLeftBehind() throws {
        let stores = Stores(3)
        let group = try stores.open()
        _ = try group.put(rules: Self.rules(0, .first))
        let new = try Self.rules(2, .max)
        try group.append([(PartitionID(1), group.runtimes[1].rulesRecord(new))])
        let opened = try stores.open()
        #expect(opened.rules == new)
        #expect(opened.runtimes.map(\.rules.version) == [1, 2, 1])
        #expect(try !opened.put(rules: nil), "they are the store's already")
        #expect(opened.runtimes.allSatisfy { $0.rules == new })
        #expect(try stores.open().runtimes.allSatisfy { $0.rules == new })
    }
}
