import GraphCore
import TestSupport
import Testing

@Suite("Ordinal index")
struct OrdinalIndexTests {
    /// How keys become hashes, from well spread to all alike.
    enum Spread: CaseIterable {
        case even
        case lowBitsOnly
        case sixteenValues
        case lastSlots
        case constant

        func hash(_ key: UInt64) -> UInt64 {
            switch self {
            case .even: key &* 0x9e37_79b9_7f4a_7c15
            // The index looks at the upper half: all of these are alike to it.
            case .lowBitsOnly: key
            case .sixteenValues: (key & 15) << 60
            // Runs that wrap around the table's end.
            case .lastSlots: UInt64.max << 40 | (key & 1) << 39
            case .constant: 0xdead_beef_0000_0000
            }
        }
    }

    /// Slots of more than a huge page, before and behind the growth that asks for it.
    @Test func shouldFindAllOfALargeIndex() {
        var index = OrdinalIndex()
        let count: Ordinal = 500_000
        for key in 1...count { index.insert(Spread.even.hash(UInt64(key)), key) }
        #expect(index.byteCount >= 4 << 20)
        for key in stride(from: 1, through: count, by: 2) {
            index.remove(Spread.even.hash(UInt64(key)), key)
        }
        let wrong = (1...count).first { key in
            let found = index.find(Spread.even.hash(UInt64(key))) { $0 == key }
            return found != (key % 2 == 0 ? key : noOrdinal)
        }
        #expect(wrong == nil)
    }

    @Test(arguments: Spread.allCases)
    func differentialIndexAgainstDictionary(spread: Spread) {
        let keyCount = spread == .even ? 3_000 : 300
        for seed in 0..<UInt64(TestBudget.rounds(4)) {
            var chance = SeededGenerator(seed: seed)
            var index = OrdinalIndex()
            var twin: [UInt64: Ordinal] = [:]
            var keys: [UInt64] = [0]
            let insertPercent = chance.pick([40, 60, 90])
            for _ in 0..<6_000 {
                let key = UInt64(chance.below(keyCount))
                let hash = spread.hash(key)
                let found = index.find(hash) { keys[Int($0)] == key }
                guard found == twin[key] ?? noOrdinal else {
                    Issue.record("seed \(seed): key \(key) has \(found)")
                    return
                }
                if found == noOrdinal, chance.chance(insertPercent) {
                    keys.append(key)
                    twin[key] = Ordinal(keys.count - 1)
                    index.insert(hash, Ordinal(keys.count - 1))
                } else if found != noOrdinal, !chance.chance(insertPercent) {
                    index.remove(hash, found)
                    twin[key] = nil
                }
                index.prefetch(hash)
            }
            #expect(index.count == twin.count)
            for key in 0..<UInt64(keyCount) {
                let found = index.find(spread.hash(key)) { keys[Int($0)] == key }
                #expect(found == twin[key] ?? noOrdinal)
            }
        }
    }

    @Test func shouldGrowWithoutLosingAnyEntry() {
        var index = OrdinalIndex()
        let empty = index.byteCount
        for ordinal in 1...Ordinal(100_000) {
            index.insert(OrdinalIndexTests.Spread.even.hash(UInt64(ordinal)), ordinal)
        }
        #expect(index.count == 100_000)
        #expect(index.byteCount > empty)
        let lost = (1...Ordinal(100_000)).first { ordinal in
            index.find(OrdinalIndexTests.Spread.even.hash(UInt64(ordinal))) { $0 == ordinal }
                != ordinal
        }
        #expect(lost == nil)
        #expect(index.find(1 << 63) { _ in false } == noOrdinal)
    }

    @Test func shouldRefuseToRemoveWhatIsAbsent() async {
        await #expect(processExitsWith: .failure) {
            var index = OrdinalIndex()
            index.insert(1 << 40, 1)
            index.remove(1 << 40, 2)
        }
    }
}
