internal import GraphCore
internal import PartitionCore

/// What was taken away of a seed's scenario. Its text form is part of the command that replays a
/// shrunk run: `events=0,4,7;without=drops,lag;schedule=12;partitions=2;frame=1;bias=0;faults=5;`
/// `limits=standard`, each part where it is needed.
package struct Reduction: Equatable, Sendable, LosslessStringConvertible {
    /// The numbers of the events that stay; nil: all.
    package var events: [Int]?
    /// What the schedule may not do.
    package var without: Faults = []
    /// Another seed of the schedule.
    package var schedule: UInt64?
    /// Fewer partitions.
    package var partitions: Int?
    /// Events in a record.
    package var frame: Int?
    /// Which queue goes first.
    package var bias: Int?
    /// Faults at most.
    package var faults: Int?
    /// Limits that are those of stores again.
    package var limits: Limits?

    /// Limits that are those of stores again.
    package enum Limits: String, Sendable {
        /// How much goes in a page.
        case pages
        /// How many pairs a home has as one value.
        case pairs
        /// All.
        case standard
    }

    /// Nothing is taken away.
    package init() {}

    /// Reads the text form; nil for what is none.
    package init?(_ description: String) {
        for part in description.split(separator: ";") {
            let words = part.split(separator: "=", maxSplits: 1)
            guard words.count == 2, take(words[0], words[1]) else { return nil }
        }
    }

    private mutating func take(_ name: Substring, _ value: Substring) -> Bool {
        let items = value.split(separator: ",")
        switch name {
        case "events":
            let numbers = items.compactMap { Int($0) }
            guard numbers.count == items.count, numbers == numbers.sorted(),
                numbers.first.map({ $0 >= 0 }) ?? false
            else { return false }
            events = numbers
        case "without":
            for item in items {
                guard let found = Faults.named.first(where: { $0.name == item }) else {
                    return false
                }
                without.insert(found.fault)
            }
        case "schedule":
            schedule = UInt64(value)
            return schedule != nil
        case "partitions": return take(value, 1...16, &partitions)
        case "frame": return take(value, 1...1_000, &frame)
        case "bias": return take(value, -100...100, &bias)
        case "faults": return take(value, 0...1_000_000, &faults)
        case "limits":
            limits = Limits(rawValue: String(value))
            return limits != nil
        default: return false
        }
        return true
    }

    private func take(
        _ value: Substring, _ range: ClosedRange<Int>, _ number: inout Int?
    ) -> Bool {
        number = Int(value).flatMap { range.contains($0) ? $0 : nil }
        return number != nil
    }

    /// The text form.
    package var description: String {
        var parts: [String] = []
        if let events {
            parts.append("events=" + events.map(String.init).joined(separator: ","))
        }
        let left = Faults.named.filter { without.contains($0.fault) }.map(\.name)
        if !left.isEmpty { parts.append("without=" + left.joined(separator: ",")) }
        if let schedule { parts.append("schedule=\(schedule)") }
        if let partitions { parts.append("partitions=\(partitions)") }
        if let frame { parts.append("frame=\(frame)") }
        if let bias { parts.append("bias=\(bias)") }
        if let faults { parts.append("faults=\(faults)") }
        if let limits { parts.append("limits=\(limits.rawValue)") }
        return parts.joined(separator: ";")
    }
}

extension Scenario {
    /// The scenario without what was taken away. Events that it does not have are no part of it.
    package func reduced(by reduction: Reduction) -> Scenario {
        var scenario = self
        if let kept = reduction.events {
            scenario.events = kept.filter { $0 < events.count }.map { events[$0] }
        }
        scenario.faults.subtract(reduction.without)
        if let schedule = reduction.schedule { scenario.scheduleSeed = schedule }
        if let partitions = reduction.partitions { scenario.partitions = partitions }
        if let frame = reduction.frame { scenario.habits.frame = frame }
        if let bias = reduction.bias { scenario.habits.bias = bias }
        if let faults = reduction.faults { scenario.habits.faultBudget = faults }
        let standard = GraphLimits.standard
        switch reduction.limits {
        case .standard:
            scenario.limits = standard
            scenario.deliveries = .standard
        case .pages:
            scenario.limits.pageEntries = standard.pageEntries
        case .pairs:
            scenario.limits.pageEntries = standard.pageEntries
            scenario.limits.inlinePairs = standard.inlinePairs
        case nil: break
        }
        return scenario
    }
}
