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

    /// A key that is put, removed and put again, as often as chance has it: the last word counts.
    @Test func shouldKeepTheLastChangeOfEachKey() {
        var chance = SeededGenerator(seed: 2)
        for _ in 0..<TestBudget.rounds(50) {
            var twin: [[UInt8]: Change] = [:]
            var batch = CheckpointBatch()
            let count = chance.below(400)
            for _ in 0..<count {
                let key = [7, 7, 7, 7, 7, 7, 7] + chance.bytes(chance.below(3)).map { $0 & 3 }
                let isRemoval = chance.chance(40)
                let value = isRemoval ? [] : chance.bytes(chance.below(20))
                twin[key] = Change(key: key, value: value, isRemoval: isRemoval)
                if isRemoval { batch.remove(key) } else { batch.put(key, value) }
            }
            #expect(batch.count == count)
            batch.sort()
            let wanted = twin.values.sorted { $0.key.lexicographicallyPrecedes($1.key) }
            let isSame = Self.sorted(batch) == wanted
            #expect(isSame)
        }
    }

    /// Rows of a few large components: keys that differ late, far beyond where radix gives up too,
    /// and some that are others' beginnings.
    @Test func shouldOrderManyKeysThatBeginAlike() {
        var chance = SeededGenerator(seed: 3)
        for _ in 0..<TestBudget.rounds(3) {
            var twin: [[UInt8]: Change] = [:]
            var batch = CheckpointBatch()
            let beginnings = [9, 10, 17, 18, 44, 45, 60].map { chance.bytes($0) }
            for number in 0..<6_000 {
                let rest = chance.chance(90) ? chance.bytes(2) : [UInt8](repeating: 0, count: 12)
                let key = chance.pick(beginnings) + rest.prefix(chance.below(rest.count + 1))
                let value = [UInt8(truncatingIfNeeded: number)]
                twin[key] = Change(key: key, value: value, isRemoval: false)
                batch.put(key, value)
            }
            let wanted = twin.values.sorted { $0.key.lexicographicallyPrecedes($1.key) }
            let isSame = Self.sorted(batch) == wanted
            #expect(isSame)
        }
    }

    /// Values around the size of a chunk, and more of them than one chunk has entries.
    @Test func shouldHoldMoreThanOneChunk() {
        let sizes = [0, 1, 5_000, 1 << 19, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 << 20]
        var batch = CheckpointBatch()
        for round in 0..<2 {
            for (index, size) in sizes.enumerated() {
                batch.put([1, UInt8(index)], [UInt8](repeating: UInt8(round), count: size))
            }
        }
        for number in 0..<70_000 {
            let bytes = [number >> 16, number >> 8 & 0xff, number & 0xff]
            batch.put([0] + bytes.map { UInt8($0) }, [])
        }
        var (small, large): (Int, [Int]) = (0, [])
        batch.forEachSorted { (key, value, _) in
            if key[0] == 0 {
                #expect(Int(key[1]) << 16 + Int(key[2]) << 8 + Int(key[3]) == small)
                small += 1
            } else {
                large.append(value.count)
                #expect(value.indices.allSatisfy { value[$0] == 1 })
            }
        }
        #expect(small == 70_000)
        #expect(large == sizes)
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
