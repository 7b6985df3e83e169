import GraphCore
import IdentityModel
import NodeRuntime
import TestSupport
import Testing

/// What a partition has told leaves when its tick is durable, and is waited for.
@Suite("Changes at the gate")
struct ChangeGateTests {
    /// So many changes as ticks tell them.
    private static func changes(_ count: Int) throws -> [CustomerChange] {
        let driver = GraphDriver()
        for number in 0..<count {
            try driver.fold(TestEvent(.observe, TestEnd("cookie", "c\(number)"), at: 1))
        }
        return try driver.tellChanges()
    }

    private static func gate(_ changes: [CustomerChange]) -> ChangeGate {
        var gate = ChangeGate(PartitionID(1), told: 10)
        gate.add(Array(changes.prefix(2)), from: 10, at: 4) { _ in Array("cookie".utf8) }
        gate.add(Array(changes.dropFirst(2)), from: 12, at: 7) { _ in Array("cookie".utf8) }
        return gate
    }

    @Test func shouldLetGoBehindDurableTicksAlone() throws {
        var gate = Self.gate(try Self.changes(3))
        #expect(gate.take(before: 4).isEmpty)
        #expect(gate.take(before: 7).map(\.offset) == [10, 11])
        let last = gate.take(before: 8)
        #expect(last.map(\.offset) == [12] && last[0].partition == PartitionID(1))
        #expect(gate.take(before: .max).isEmpty)
    }

    @Test func shouldWaitForAllBefore() throws {
        var gate = Self.gate(try Self.changes(3))
        #expect(gate.hasArrived(before: 10) && !gate.hasArrived(before: 11))
        gate.noteArrived(before: 12)
        gate.noteArrived(before: 11)
        #expect(gate.hasArrived(before: 12) && !gate.hasArrived(before: 13))
    }

    @Test func shouldTakeWhatIsDoneToHaveArrived() throws {
        var gate = Self.gate(try Self.changes(3))
        gate.noteDone(before: 7)
        #expect(gate.hasArrived(before: 12) && !gate.hasArrived(before: 13))
        #expect(gate.take(before: .max).map(\.offset) == [12])
    }
}
