/// What the project wants of a figure.
package struct BenchGoal: Equatable, Sendable {
    /// On which side of it a figure should be.
    package enum Bound: String, Encodable, Sendable {
        /// There or above.
        case atLeast = "at_least"
        /// There or below.
        case atMost = "at_most"
    }

    /// On which side of it a figure should be.
    package let bound: Bound
    /// In the figure's unit.
    package let value: Double
    /// Whether it was stated for a measurement such as this one.
    package let applies: Bool

    /// A goal, for measurements that it applies to or not.
    package init(bound: Bound, value: Double, applies: Bool) {
        (self.bound, self.value, self.applies) = (bound, value, applies)
    }

    /// Whether a value meets it; nil where it does not apply.
    package func isMet(by value: Double?) -> Bool? {
        guard applies, let value else { return nil }
        return bound == .atLeast ? value >= self.value : value <= self.value
    }
}

/// One figure of a phase, over all rounds.
struct BenchFigure: Encodable {
    /// What it is, unique in its phase.
    let name: String
    /// The unit of its values.
    let unit: String
    /// By round; empty where it could not be measured.
    var series = BenchSeries()
    /// What the project wants of it.
    var goal: BenchGoal?
    /// Why it was not measured; nil where it was.
    var reason: String?

    /// Whether its median meets its goal; nil without one that applies.
    var isMet: Bool? { goal?.isMet(by: series.median) }

    private enum CodingKeys: String, CodingKey {
        case name, unit, median, least, greatest, values, goal, met, reason
        case goalIs = "goal_is"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(unit, forKey: .unit)
        try container.encode(series.median.map(BenchText.rounded), forKey: .median)
        try container.encode(series.least.map(BenchText.rounded), forKey: .least)
        try container.encode(series.greatest.map(BenchText.rounded), forKey: .greatest)
        try container.encode(series.values.map(BenchText.rounded), forKey: .values)
        try container.encode(goal?.value, forKey: .goal)
        try container.encode(goal?.bound, forKey: .goalIs)
        try container.encode(isMet, forKey: .met)
        try container.encodeIfPresent(reason, forKey: .reason)
    }
}

/// The figures of all phases, as rounds come.
struct BenchFigures {
    /// A phase and its figures, in the order in which they came.
    struct Part: Encodable {
        let name: BenchPhase
        let explanation: String
        var figures: [BenchFigure] = []
    }

    /// The phases that are measured.
    private(set) var parts: [Part]

    /// None yet, of so many phases.
    init(_ phases: [BenchPhase]) {
        parts = phases.map { Part(name: $0, explanation: $0.explanation) }
    }

    /// Takes a round's value; of a phase that nobody asked for, none.
    mutating func add(
        _ value: Double, _ phase: BenchPhase, _ name: String, _ unit: String,
        goal: BenchGoal? = nil
    ) {
        update(phase, name, unit) { figure in
            figure.series.append(value)
            figure.goal = goal
        }
    }

    /// Takes note that a figure cannot be measured here, and why.
    mutating func lack(_ phase: BenchPhase, _ name: String, _ unit: String, because reason: String)
    {
        update(phase, name, unit) { $0.reason = reason }
    }

    private mutating func update(
        _ phase: BenchPhase, _ name: String, _ unit: String, _ body: (inout BenchFigure) -> Void
    ) {
        guard let part = parts.firstIndex(where: { $0.name == phase }) else { return }
        var place = parts[part].figures.firstIndex { $0.name == name }
        if place == nil {
            parts[part].figures.append(BenchFigure(name: name, unit: unit))
            place = parts[part].figures.count - 1
        }
        if let place { body(&parts[part].figures[place]) }
    }
}
