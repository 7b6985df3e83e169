internal import GraphCore
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

    private let mutant: ContractMutant?
    private var best: Scenario
    private var violation: Violation
    private var budget = Shrinker.budget

    /// A shrinker of a scenario that fails so.
    package init(_ scenario: Scenario, _ violation: Violation, mutant: ContractMutant? = nil) {
        best = scenario
        self.violation = violation
        self.mutant = mutant
    }

    /// The smallest scenario that was found to fail, and how it does.
    package consuming func shrunk() -> (scenario: Scenario, violation: Violation) {
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
    private mutating func attempt(_ candidate: Scenario) -> Bool {
        var candidate = candidate
        for schedule in 0..<Self.schedules {
            guard budget > 0 else { return false }
            budget -= candidate.events.count + Self.costOfPlay
            if schedule > 0 {
                candidate.scheduleSeed = SplitMix64.word(
                    UInt64(schedule), seed: best.scheduleSeed)
            }
            if let found = Simulation.play(candidate, mutant: mutant) {
                (best, violation) = (candidate, found)
                return true
            }
        }
        return false
    }

    private mutating func dropFaults() -> Bool {
        var isSmaller = false
        for (_, fault) in Faults.named where best.faults.contains(fault) {
            var candidate = best
            candidate.faults.remove(fault)
            if attempt(candidate) { isSmaller = true }
        }
        return isSmaller
    }

    /// Delta debugging (Zeller and Hildebrandt, 2002), from halves down to single events.
    private mutating func dropEvents() -> Bool {
        var isSmaller = false
        var size = max(1, best.events.count / 2)
        while true {
            var start = 0
            while start < best.events.count, best.events.count > 1 {
                var candidate = best
                candidate.events.removeSubrange(start..<min(start + size, best.events.count))
                if !candidate.events.isEmpty, attempt(candidate) {
                    isSmaller = true
                } else {
                    start += size
                }
            }
            if size == 1 { return isSmaller }
            size = max(1, size / 2)
        }
    }

    private mutating func simplify() -> Bool {
        var candidates: [Scenario] = []
        func add(_ change: (inout Scenario) -> Void) {
            var candidate = best
            change(&candidate)
            candidates.append(candidate)
        }
        if best.partitions > 2 { add { $0.partitions -= 1 } }
        if best.partitions > 2 { add { $0.partitions = 2 } }
        if best.habits.frame > 1 { add { $0.habits.frame = 1 } }
        if best.habits.bias != 0 { add { $0.habits.bias = 0 } }
        if best.habits.faultBudget > 1 { add { $0.habits.faultBudget /= 2 } }
        if best.limits != .standard { add { $0.limits = .standard } }
        let standard = GraphLimits.standard
        if best.limits.pageEntries != standard.pageEntries {
            add { $0.limits.pageEntries = standard.pageEntries }
        }
        if best.limits.inlinePairs != standard.inlinePairs {
            add { $0.limits.inlinePairs = standard.inlinePairs }
        }
        var isSmaller = false
        for candidate in candidates where attempt(candidate) { isSmaller = true }
        return isSmaller
    }
}
