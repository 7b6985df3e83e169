package import IdentityModel

/// Makes event sets of chance that are rich in what is hard: equal times, several sources, words
/// taken back, bans, pairs named before they are linked.
package struct RandomEvents {
    /// The namespaces that the sets name; two of equal priority, and two that are not named.
    package static let namespaces = NamespaceTable(
        namespaces: [
            Namespace(name: "loyalty", priority: 10), Namespace(name: "email", priority: 20),
            Namespace(name: "phone", priority: 20),
        ], isStrict: false)
    private static let names = ["loyalty", "email", "phone", "cookie", "device"]
    private static let reasons = ["", "", "", "wrong person", "wrong", "kiosk"]

    /// The identifiers that the events name.
    package let ends: [TestEnd]
    /// The events in order of arrival.
    package let events: [TestEvent]

    /// The set of that seed.
    ///
    /// - Parameters:
    ///   - nodes: how many identifiers it has; drawn from this range.
    ///   - count: how many events; drawn from this range.
    package init(seed: UInt64, nodes: ClosedRange<Int> = 3...60, count: ClosedRange<Int> = 5...300)
    {
        var chance = SeededGenerator(seed: seed)
        let nodeCount = nodes.lowerBound + chance.below(nodes.count)
        let ends = (0..<nodeCount).map { TestEnd(chance.pick(Self.names), "v\($0)") }
        let unlinkPercent = chance.below(51)
        let banPercent = chance.pick([0, 4, 15])
        let times = chance.pick([1, 3, 20, 100_000])
        let sources = 1 + chance.below(4)
        var pairs: [(TestEnd, TestEnd)] = []
        var events: [TestEvent] = []
        for _ in 0..<count.lowerBound + chance.below(count.count) {
            let time = Int64(chance.below(times)) - Int64(times / 2)
            let source = "s\(chance.below(sources))"
            let reason = chance.pick(Self.reasons)
            if chance.chance(8) {
                events.append(
                    TestEvent(.observe, chance.pick(ends), at: time, source: source))
                continue
            }
            var operation = LinkOperation.link
            if chance.chance(unlinkPercent) { operation = .unlink }
            if chance.chance(banPercent) { operation = chance.pick([.ban, .ban, .unban]) }
            var pair = Self.pair(of: ends, &chance)
            if operation != .link, !pairs.isEmpty, chance.chance(80) { pair = chance.pick(pairs) }
            if operation == .link, !pairs.isEmpty, chance.chance(15) { pair = chance.pick(pairs) }
            if operation == .link { pairs.append(pair) }
            events.append(
                TestEvent(operation, pair.0, pair.1, at: time, source: source, reason: reason))
        }
        self.ends = ends
        self.events = events
    }

    private static func pair(
        of ends: [TestEnd], _ chance: inout SeededGenerator
    ) -> (TestEnd, TestEnd) {
        let one = chance.below(ends.count)
        let other = (one + 1 + chance.below(ends.count - 1)) % ends.count
        return (ends[one], ends[other])
    }
}
