#if Mutants
internal import GraphCore
#endif

/// A seed that failed: what does not hold, the least that still fails, and how to see it again.
package struct FailureReport: Sendable {
    /// Lines of a trace that are shown at most: its end, where it fails.
    private static let shownLines = 120

    /// The seed's own scenario.
    package let scenario: Scenario
    /// What does not hold in it.
    package let violation: Violation
    /// What can be taken away so that it still fails.
    package let reduction: Reduction
    /// What does not hold then.
    package let reducedViolation: Violation
    private let mutant: ContractMutant?

    /// Shrinks a seed that failed.
    package init(_ scenario: Scenario, _ violation: Violation, mutant: ContractMutant? = nil) {
        self.scenario = scenario
        self.violation = violation
        self.mutant = mutant
        (reduction, reducedViolation) = Shrinker(scenario, violation, mutant: mutant).shrunk()
    }

    /// The command that plays the seed again and tells all of it.
    package var command: String { command("") }

    /// The command that tells the shrunk run.
    package var reducedCommand: String { command(" --only '\(reduction)'") }

    private func command(_ more: String) -> String {
        "kindred simulate --trace \(scenario.seed)"
            + (scenario.size == .large ? " --large" : "")
            + (scenario.level == .runtime ? " --runtime" : "")
            + (mutantNumber.map { " --mutant \($0)" } ?? "") + more
    }

    private var mutantNumber: Int? {
        #if Mutants
        return mutant?.rawValue ?? Mutant.current?.rawValue
        #else
        return mutant?.rawValue
        #endif
    }

    /// For a person: the shrunk run's trace, what does not hold, and the commands.
    package var text: String {
        let small = scenario.reduced(by: reduction)
        let (lines, _) = Simulation.trace(small, mutant: mutant)
        var told: [String] = []
        if let first = lines.first { told.append(first) }
        let rest = lines.dropFirst()
        if rest.count > Self.shownLines {
            told.append("... the last \(Self.shownLines) of \(rest.count) lines:")
        }
        told += rest.suffix(Self.shownLines)
        told += [
            "seed \(scenario.seed) fails: \(violation.reason)",
            "shrunk to \(small.events.count) of \(scenario.events.count) events: "
                + reducedViolation.reason,
            "replay it: \(command)",
            "replay what it was shrunk to: \(reducedCommand)",
        ]
        return told.joined(separator: "\n")
    }
}
