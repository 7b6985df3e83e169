/// How far the partitions of a run have come with its rules.
struct RulesProgress {
    private let plan: RulesPlan
    /// Partitions that were not told of the second rules yet.
    private var untold: [Int]
    /// Whether all events are to come again.
    private(set) var comesAgain: Bool

    /// Nobody was told of anything but the first rules.
    init(_ scenario: Scenario) {
        plan = scenario.rules
        comesAgain = plan.second != nil
        untold = comesAgain ? Array(0..<scenario.partitions) : []
    }

    /// The partitions that are to be told of the second rules now that so many of all events were
    /// said; each once.
    mutating func due(said: Int, of count: Int) -> [Int] {
        guard !untold.isEmpty else { return [] }
        let due = untold.filter { plan.places[$0] * count <= said * 100 }
        untold.removeAll { due.contains($0) }
        return due
    }

    /// Once the rules have changed everywhere all events come again: what was forgotten under the
    /// first rules may matter under the second.
    ///
    /// - Returns: whether they are to come now.
    mutating func takeRepeat() -> Bool {
        defer { comesAgain = false }
        return comesAgain
    }
}
