import Commands
import TestSupport
import Testing

/// Medians and quantiles, whose every digit is a figure that somebody quotes.
@Suite("Arithmetic of benchmarks")
struct BenchArithmeticTests {
    @Test func shouldKnowNothingOfNothing() {
        let none = BenchSeries()
        #expect(none.median == nil && none.least == nil && none.greatest == nil)
        #expect(LatencySample().quantiles(perMille: [500]) == nil)
    }

    @Test func shouldTakeTheMiddleOrTheMeanOfTwo() {
        #expect(BenchSeries([7]).median == 7)
        #expect(BenchSeries([9, 1]).median == 5)
        #expect(BenchSeries([3, 1, 2]).median == 2)
        #expect(BenchSeries([4, 1, 3, 2]).median == 2.5)
        var series = BenchSeries([5, 5])
        series.append(-1)
        #expect(series.median == 5 && series.least == -1 && series.greatest == 5)
        #expect(series.values == [5, 5, -1])
    }

    @Test func shouldJudgeAGoalOnItsSideAndOnlyWhereItApplies() {
        let least = BenchGoal(bound: .atLeast, value: 5, applies: true)
        #expect(least.isMet(by: 5) == true && least.isMet(by: 4.9) == false)
        let most = BenchGoal(bound: .atMost, value: 5, applies: true)
        #expect(most.isMet(by: 5) == true && most.isMet(by: 5.1) == false)
        #expect(most.isMet(by: nil) == nil)
        #expect(BenchGoal(bound: .atMost, value: 5, applies: false).isMet(by: 9) == nil)
    }

    @Test func shouldTakeQuantilesByNearestRank() {
        var one = LatencySample()
        one.record(nanoseconds: 8)
        #expect(one.quantiles(perMille: [0, 1, 500, 1_000]) == [8, 8, 8, 8])
        var thousand = LatencySample(capacity: 1_000)
        for time in (1...1_000).reversed() { thousand.record(nanoseconds: UInt64(time)) }
        #expect(thousand.count == 1_000)
        // A fraction computed in floating point would give the 1,000th for 99.9%.
        let found = thousand.quantiles(perMille: [0, 1, 500, 990, 999, 1_000])
        #expect(found == [1, 1, 500, 990, 999, 1_000])
        var three = LatencySample()
        for time: UInt64 in [30, 10, 20] { three.record(nanoseconds: time) }
        #expect(three.quantiles(perMille: [333, 334, 666, 667]) == [10, 20, 20, 30])
    }

    /// The definition, counted out: the least time that so many of a thousand do not exceed.
    @Test func differentialAgainstCounting() throws {
        for seed in 0..<UInt64(TestBudget.rounds(50)) {
            var chance = SeededGenerator(seed: seed)
            var (sample, other) = (LatencySample(), LatencySample())
            let times = (0..<1 + chance.below(200)).map { _ in UInt64(chance.below(50)) }
            for (place, time) in times.enumerated() {
                if place % 3 == 0 {
                    other.record(nanoseconds: time)
                } else {
                    sample.record(nanoseconds: time)
                }
            }
            sample.append(other)
            let parts = [1, 250, 500, 900, 990, 999, 1_000]
            let found = try #require(sample.quantiles(perMille: parts))
            for (part, value) in zip(parts, found) {
                let least = times.filter { time in
                    times.count { $0 <= time } * 1_000 >= part * times.count
                }.min()
                #expect(value == least, "seed \(seed), \(part) of a thousand")
            }
        }
    }
}
