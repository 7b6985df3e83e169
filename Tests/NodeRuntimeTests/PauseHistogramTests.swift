import NodeRuntime
import TestSupport
import Testing

@Suite("Pause histograms")
struct PauseHistogramTests {
    @Test func shouldKnowNothingOfNothing() {
        let empty = PauseHistogram()
        #expect(empty.count == 0 && empty.maximumMicroseconds == 0)
        #expect(empty.percentileMicroseconds(50) == 0 && empty.percentileMicroseconds(99) == 0)
    }

    /// Against the sorted values: never below what it should be, and above by an eighth at most.
    @Test func differentialAgainstSortedValues() {
        for seed in 0..<UInt64(TestBudget.rounds(50)) {
            var chance = SeededGenerator(seed: seed)
            var histogram = PauseHistogram()
            let values = (0..<1 + chance.below(300)).map { _ in
                UInt64(chance.below(1 << (1 + chance.below(40))))
            }
            for value in values { histogram.record(nanoseconds: value * 1_000 + 999) }
            let sorted = values.sorted()
            #expect(histogram.count == UInt64(values.count))
            #expect(histogram.maximumMicroseconds == sorted.last)
            #expect(histogram.totalMicroseconds == values.reduce(0, +))
            for percent: UInt64 in [1, 50, 90, 99, 100] {
                let exact = sorted[(values.count * Int(percent) + 99) / 100 - 1]
                let found = histogram.percentileMicroseconds(percent)
                #expect(found >= exact && found <= exact + exact / 8, "seed \(seed)")
            }
        }
    }
}
