import NodeRuntime
import TestSupport
import Testing

@Suite("Checkpoint batches")
struct CheckpointBatchTests {
    private struct Change: Equatable {
        var key: [UInt8]
        var value: [UInt8]
        var isRemoval: Bool
    }

    private static func sorted(_ batch: consuming CheckpointBatch) -> [Change] {
        var changes: [Change] = []
        batch.forEachSorted { (key, value, isRemoval) in
            changes.append(Change(key: key.copied, value: value.copied, isRemoval: isRemoval))
        }
        return changes
    }

    @Test func shouldGiveTheLastWordOnEachKeyInStrictlyRisingOrder() {
        var chance = SeededGenerator(seed: 1)
        for _ in 0..<TestBudget.rounds(50) {
            var twin: [[UInt8]: Change] = [:]
            var batch = CheckpointBatch()
            for _ in 0..<chance.below(200) {
                // Short keys, keys that are others' beginnings, zeros: what padding could confuse.
                let key = (0..<chance.below(12)).map { _ in chance.pick([0, 0, 1, 0xff] as [UInt8])
                }
                let isRemoval = chance.chance(30)
                let value = isRemoval ? [] : chance.bytes(chance.below(20))
                twin[key] = Change(key: key, value: value, isRemoval: isRemoval)
                if isRemoval { batch.remove(key) } else { batch.put(key, value) }
            }
            let wanted = twin.values.sorted { $0.key.lexicographicallyPrecedes($1.key) }
            let isSame = Self.sorted(batch) == wanted
            #expect(isSame)
        }
    }

    @Test func shouldPassAnErrorOnAndStop() {
        struct Full: Error {}
        var batch = CheckpointBatch()
        for key: UInt8 in 0..<10 { batch.put([key], []) }
        var given = 0
        #expect(throws: Full.self) {
            try batch.forEachSorted { (_, _, _) throws(Full) in
                given += 1
                if given == 4 { throw Full() }
            }
        }
        #expect(given == 4)
    }
}
