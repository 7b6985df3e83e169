import GraphCore
import TestSupport
import Testing

@Suite("Slab")
struct SlabTests {
    @Test func shouldKeepRecordsWhereTheyAreWhileItGrows() {
        var slab = Slab(blank: UInt64(0))
        // Over sixteen chunks of 4,096, so that the table of chunks grows too.
        let count = 4_096 * 17 + 5
        for number in 0..<UInt64(count) {
            let ordinal = slab.allocate()
            #expect(UInt64(ordinal) == number + 1, "0 is never handed out")
            slab[ordinal] = number * 3
        }
        #expect(slab.count == count)
        #expect(slab.ordinals == 1..<UInt32(count) + 1)
        let wrong = slab.ordinals.first { slab[$0] != UInt64($0 - 1) * 3 }
        #expect(wrong == nil)
        #expect(slab.byteCount >= count * 8)
    }

    /// Chunks out of more than one block of huge pages, which they do not divide evenly.
    @Test func shouldKeepWideRecordsApartInBlocks() {
        struct Wide: BitwiseCopyable {
            var words: InlineArray<11, UInt64>
        }
        var slab = Slab(blank: Wide(words: InlineArray(repeating: 0)))
        // 16 small chunks, then 46 of 4,096 times 88 bytes in each block of 16 MiB.
        let count: UInt64 = 4_096 * (16 + 2 * 46 + 1)
        for number in 0..<count {
            let ordinal = slab.allocate()
            slab[ordinal].words[0] = number
            slab[ordinal].words[10] = ~number
            slab.prefetch(ordinal)
        }
        let wrong = slab.ordinals.first {
            slab[$0].words[0] != UInt64($0 - 1) || slab[$0].words[10] != ~UInt64($0 - 1)
                || slab[$0].words[5] != 0
        }
        #expect(wrong == nil)
    }

    @Test func shouldBlankWhatIsReleasedAndHandItOutAgain() {
        var slab = Slab(blank: Int32(-7))
        let ordinals = (0..<10).map { _ in slab.allocate() }
        for ordinal in ordinals { slab[ordinal] = Int32(ordinal) }
        slab.release(ordinals[3])
        slab.release(ordinals[8])
        #expect(slab.count == 8)
        #expect(slab[ordinals[3]] == -7)
        let again = [slab.allocate(), slab.allocate()]
        #expect(again.sorted() == [ordinals[3], ordinals[8]])
        #expect(again.allSatisfy { slab[$0] == -7 })
        #expect(slab.allocate() == 11)
        slab.prefetch(noOrdinal)
        slab.prefetch(4_000_000)
    }

    @Test func differentialSlabAgainstDictionary() {
        var chance = SeededGenerator(seed: 11)
        var slab = Slab(blank: UInt64(0))
        var twin: [UInt32: UInt64] = [:]
        for _ in 0..<TestBudget.rounds(50_000) {
            if chance.chance(60) || twin.isEmpty {
                let ordinal = slab.allocate()
                #expect(twin[ordinal] == nil, "handed out while in use")
                #expect(slab[ordinal] == 0)
                slab[ordinal] = chance.next() | 1
                twin[ordinal] = slab[ordinal]
            } else {
                let ordinal = 1 + UInt32(chance.below(slab.ordinals.count))
                guard let value = twin.removeValue(forKey: ordinal) else { continue }
                #expect(slab[ordinal] == value)
                slab.release(ordinal)
            }
        }
        #expect(slab.count == twin.count)
        #expect(twin.allSatisfy { slab[$0.key] == $0.value })
    }

    @Test func shouldRefuseAnOrdinalThatWasNeverHandedOut() async {
        await #expect(processExitsWith: .failure) {
            var slab = Slab(blank: UInt64(0))
            _ = slab.allocate()
            _ = slab[2]
        }
        await #expect(processExitsWith: .failure) {
            let slab = Slab(blank: UInt64(0))
            _ = slab[noOrdinal]
        }
    }
}
