internal import RetailWorkload

/// Makes a failing scenario small: fewer kinds of fault, fewer events, plainer habits.
///
/// Where something was taken away the same schedule may miss the fault that is still there, so
/// each attempt is played under several schedules. What is kept always fails.
package struct Shrinker {
    /// Schedules that an attempt is played under.
    private static let schedules = 12
    /// What is spent at most: the sum of the events of all plays, and some for each play.
    private static let budget = 3_000_000
    private static let costOfPlay = 20

    private let scenario: Scenario
    private let mutant: ContractMutant?
    private var best = Reduction()
    private var violation: Violation
    private var budget = Shrinker.budget

    /// A shrinker of a seed's scenario that fails so.
    package init(_ scenario: Scenario, _ violation: Violation, mutant: ContractMutant? = nil) {
        self.scenario = scenario
        self.violation = violation
        self.mutant = mutant
    }

    /// The most that could be taken away so that it still fails, and how it does.
    package consuming func shrunk() -> (reduction: Reduction, violation: Violation) {
        var isSmaller = true
        while isSmaller && budget > 0 {
            isSmaller = false
            if dropFaults() { isSmaller = true }
            if dropEvents() { isSmaller = true }
            if simplify() { isSmaller = true }
        }
        return (best, violation)
    }

    /// Keeps the candidate if it fails under some schedule.
    private mutating func attempt(_ candidate: Reduction) -> Bool {
        var candidate = candidate
        let first = best.schedule ?? scenario.scheduleSeed
        for schedule in 0..<Self.schedules {
            if schedule > 0 {
                // Short numbers make short commands.
                candidate.schedule = SplitMix64.word(UInt64(schedule), seed: first) >> 44
            }
            let reduced = scenario.reduced(by: candidate)
            guard budget > 0 else { return false }
            budget -= reduced.events.count + Self.costOfPlay
            if let found = Simulation.play(reduced, mutant: mutant) {
                (best, violation) = (candidate, found)
                return true
            }
        }
        return false
    }

    private mutating func dropFaults() -> Bool {
        var isSmaller = false
        for (_, fault) in Faults.named where !best.without.contains(fault) {
            var candidate = best
            candidate.without.insert(fault)
            if attempt(candidate) { isSmaller = true }
        }
        return isSmaller
    }

    /// Delta debugging (Zeller and Hildebrandt, 2002), from halves down to single events.
    private mutating func dropEvents() -> Bool {
        var isSmaller = false
        var size = max(1, kept.count / 2)
        while true {
            var start = 0
            while start < kept.count, kept.count > 1 {
                var candidate = best
                var events = kept
                events.removeSubrange(start..<min(start + size, events.count))
                candidate.events = events
                if !events.isEmpty, attempt(candidate) {
                    isSmaller = true
                } else {
                    start += size
                }
            }
            if size == 1 { return isSmaller }
            size = max(1, size / 2)
        }
    }

    private var kept: [Int] { best.events ?? Array(scenario.events.indices) }

    private mutating func simplify() -> Bool {
        var isSmaller = false
        let reduced = scenario.reduced(by: best)
        if reduced.partitions > 2 {
            if attempting({ $0.partitions = 2 }) || attempting({ $0.partitions = 3 }) {
                isSmaller = true
            }
        }
        if reduced.habits.frame > 1, attempting({ $0.frame = 1 }) { isSmaller = true }
        if reduced.habits.bias != 0, attempting({ $0.bias = 0 }) { isSmaller = true }
        let faults = reduced.habits.faultBudget
        if faults > 0, attempting({ $0.faults = faults / 2 }) { isSmaller = true }
        let limits: [Reduction.Limits] = [.standard, .pairs, .pages]
        if best.limits == nil, limits.contains(where: { word in attempting { $0.limits = word } }) {
            isSmaller = true
        }
        return isSmaller
    }

    private mutating func attempting(_ change: (inout Reduction) -> Void) -> Bool {
        var candidate = best
        change(&candidate)
        return candidate != best && attempt(candidate)
    }
}
