internal import GraphCore
internal import IdentityModel
internal import RetailWorkload

// What is said of identifiers beside that they hang together.
extension Scenario {
    /// Has some seeds say attributes: the observe events that there are, and further ones among the
    /// others. Drawn from a stream of its own, so that all else of a seed stays what it is.
    mutating func sayAttributes() {
        var chance = SplitMix64(seed: SplitMix64.mix(seed ^ Self.attributeStream))
        guard chance.chance(50) else { return }
        rules = .drawn(&chance)
        let further = chance.pick(size == .large ? [2, 10, 30] : [20, 50, 100])
        var all: [SimulatedEvent] = []
        all.reserveCapacity(events.count * 2)
        for event in events {
            all.append(event)
            if event.operation == .observe, chance.chance(80) {
                all[all.count - 1].attributes = .drawn(&chance)
            }
            guard chance.chance(further) else { continue }
            let node = chance.chance(50) ? event.a : event.b
            var observed = SimulatedEvent(
                .observe, node, node,
                source: chance.next(below: Identifiers.sourceCount),
                time: Int64(chance.next(below: Self.observedTimes)) * Self.observedStep)
            observed.attributes = .drawn(&chance)
            all.append(observed)
        }
        events = all
        let standard = GraphLimits.standard
        limits.inlineFragmentUnits = chance.pick([1, 4, 40, standard.inlineFragmentUnits])
        limits.pageBytes = chance.pick([1, 200, standard.pageBytes, standard.pageBytes])
        limits.sweptAtOnce =
            size == .large
            ? chance.pick([50, 300, standard.sweptAtOnce])
            : chance.pick([1, 2, 5, standard.sweptAtOnce])
    }

    private static let attributeStream: UInt64 = 0xa77_1b5
    /// How many different times such events have: so few that they tie.
    private static let observedTimes = 6
    /// Between two of these times, in milliseconds.
    private static let observedStep: Int64 = 700
}
