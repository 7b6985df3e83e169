internal import IdentityModel
internal import RetailWorkload

/// How many identifiers and events, how they hang together, and how much is taken back.
package struct Workload: Equatable, Sendable {
    /// Which pairs are named.
    package enum Shape: Sendable {
        /// Any two.
        case any
        /// Most have one end in common.
        case hub
        /// Neighbours by number.
        case chain
        /// Most lie within groups of four.
        case groups
        /// A hub of many, and chains that hang together through it.
        case star
        /// Two hubs, and two that hang on the one, then on the other, and on none in between.
        case commuters
    }

    /// How many identifiers there are.
    package var nodes: Int
    /// How many events there are.
    package var events: Int
    /// How many different times events have: few make ties. 0: each event's is later than the one
    /// before it, so that it has the last word and pairs turn often.
    package var times: Int
    /// Which pairs are named.
    package var shape: Shape
    /// Out of a hundred events, how many are unlinks.
    package var unlinks: Int
    /// Out of a hundred of the rest, how many ban or unban.
    package var bans: Int
    /// Out of a hundred events, how many observe.
    package var observes: Int

    /// Draws one. Most small ones are very small: they find most, and there can be many of them.
    static func drawn(_ chance: inout SplitMix64, isLarge: Bool) -> Workload {
        let small = [
            (3, 6), (3, 6), (3, 6), (3, 6), (3, 8), (3, 8), (4, 8), (4, 12), (4, 12), (4, 12),
            (4, 12), (6, 12), (6, 20), (6, 20), (4, 30), (4, 30), (8, 40), (20, 30), (8, 80),
            (20, 80),
        ]
        let large = [
            (60, 120), (60, 400), (200, 600), (500, 1_500), (1_000, 2_000), (3_000, 6_000),
        ]
        let (nodes, events) = chance.pick(isLarge ? large : small)
        return Workload(
            nodes: nodes, events: events, times: chance.pick([0, 0, 3, events]),
            shape: chance.pick([.any, .any, .any, .hub, .chain, .groups, .star]),
            unlinks: chance.pick([0, 10, 30, 50]), bans: chance.pick([0, 0, 10]),
            observes: chance.pick([0, 10]))
    }

    /// Draws one of few identifiers that come together and part again and again.
    static func pressed(_ chance: inout SplitMix64) -> Workload {
        Workload(
            nodes: chance.pick([4, 6, 8]), events: chance.pick([20, 40, 60]), times: 0,
            shape: chance.pick([.any, .hub, .groups, .star, .commuters]),
            unlinks: chance.pick([30, 45]), bans: 0, observes: chance.pick([0, 10]))
    }

    /// Draws the event that is said as that one.
    func event(_ index: Int, _ chance: inout SplitMix64) -> SimulatedEvent {
        if shape == .commuters, !chance.chance(observes) { return commute(index) }
        let (a, b) = ends(&chance)
        var operation = LinkOperation.link
        let luck = chance.next(below: 100)
        if luck < unlinks {
            operation = .unlink
        } else if luck >= 100 - observes {
            operation = .observe
        } else if chance.chance(bans) {
            operation = chance.pick([.ban, .unban])
        }
        return SimulatedEvent(
            operation, a, b, source: chance.next(below: Identifiers.sourceCount),
            reason: max(0, chance.next(below: Identifiers.reasonCount + 3) - 3),
            time: Int64(times > 0 ? chance.next(below: times) : index))
    }

    /// What one of the commuters does next, once both hubs have what hangs on them for good. One
    /// source says all of it, so that each unlink cuts: nothing else holds the pair.
    private func commute(_ index: Int) -> SimulatedEvent {
        let settled = nodes - 2 - Self.hubs
        guard index >= settled else {
            return SimulatedEvent(.link, index % Self.hubs, index + Self.hubs, time: Int64(index))
        }
        let (commuter, step) = ((index - settled) % 2, (index - settled) / 2)
        return SimulatedEvent(
            step % 2 == 0 ? .link : .unlink, (step / 2 + commuter) % Self.hubs,
            nodes - 1 - commuter, time: Int64(index))
    }

    /// How many hubs commuters go to.
    private static let hubs = 2

    /// Draws two different identifiers.
    private func ends(_ chance: inout SplitMix64) -> (Int, Int) {
        func other(than node: Int) -> Int {
            let drawn = chance.next(below: nodes - 1)
            return drawn >= node ? drawn + 1 : drawn
        }
        switch shape {
        case .hub where chance.chance(80): return (nodes / 2, other(than: nodes / 2))
        case .chain:
            let first = chance.next(below: nodes - 1)
            return (first, first + 1)
        case .groups where nodes >= 8 && chance.chance(90):
            let first = chance.next(below: nodes / 4) * 4
            let place = chance.next(below: 4)
            return (first + place, first + (place + 1 + chance.next(below: 3)) % 4)
        case .star where chance.chance(90):
            // Node n hangs on n modulo its spoke: long spokes that meet in node 0.
            let node = 1 + chance.next(below: nodes - 1)
            return (node, max(0, node - max(1, nodes / 8)))
        default:
            let node = chance.next(below: nodes)
            return (node, other(than: node))
        }
    }
}
