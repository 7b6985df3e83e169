import GraphCore
import IdentityModel
import TestSupport

/// Homes, components and headers of chance, extremes included.
enum RandomImages {
    private static let words: [UInt64] = [
        0, 1, 0x7f, 0x80, UInt64(UInt32.max), 1 << 48 - 1, UInt64.max,
    ]

    static func word(_ chance: inout SeededGenerator) -> UInt64 {
        chance.chance(50) ? chance.pick(words) : chance.next() >> UInt64(chance.below(64))
    }

    private static func number(_ chance: inout SeededGenerator) -> UInt32 {
        UInt32(truncatingIfNeeded: word(&chance))
    }

    private static func time(_ chance: inout SeededGenerator) -> EventTime {
        chance.pick([
            .minimum, .maximum, EventTime(milliseconds: 0), EventTime(milliseconds: -1),
            EventTime(milliseconds: Int64(chance.below(1 << 41))),
        ])
    }

    /// So many keys above `least`, in order.
    private static func keys(
        _ count: Int, above least: NodeKey, _ chance: inout SeededGenerator
    ) -> [NodeKey] {
        var keys: Set<NodeKey> = []
        while keys.count < count {
            let key = NodeKey(
                high: chance.chance(50) ? least.high : chance.next(), low: chance.next())
            if key > least { keys.insert(key) }
        }
        return keys.sorted()
    }

    static func home(_ chance: inout SeededGenerator) -> HomeImage {
        var image = HomeImage()
        image.reset(NodeKey(high: chance.next() >> 1, low: chance.next() >> 1))
        if chance.chance(80) {
            image.component = ComponentID(rawValue: word(&chance) | 1)
            image.version = max(1, number(&chance))
        }
        for other in keys(chance.below(6), above: image.key, &chance) {
            let count = chance.below(5)
            image.pairs.append(
                PairImage(
                    other: other, leastLinkTime: chance.chance(20) ? .never : time(&chance),
                    version: number(&chance), isLive: chance.chance(50), registerCount: count))
            for _ in 0..<count {
                let reason = chance.bytes(
                    chance.pick([0, 0, 1, 20, EventLimits.reasonBytes]))
                image.registers.append(
                    RegisterImage(
                        source: max(1, number(&chance)),
                        operation: chance.pick([.link, .unlink, .ban, .unban]),
                        time: time(&chance), reasonCount: reason.count))
                image.reasons += reason
            }
        }
        return image
    }

    static func homeHead(_ chance: inout SeededGenerator) -> HomeImage {
        var image = home(&chance)
        image.isInRows = true
        image.pairCount = Int(number(&chance))
        image.pairs = []
        image.registers = []
        image.reasons = []
        return image
    }

    static func componentHead(_ chance: inout SeededGenerator) -> ComponentImage {
        var image = ComponentImage()
        image.reset(ComponentID(rawValue: word(&chance)))
        image.rank = word(&chance)
        image.anchor = NodeKey(high: chance.next(), low: chance.next())
        image.isInRows = true
        image.memberCount = Int(number(&chance))
        image.edgeCount = Int(number(&chance))
        image.memberSum = Digest(first: chance.next(), second: chance.next())
        return image
    }

    static func component(members count: Int, _ chance: inout SeededGenerator) -> ComponentImage {
        var image = ComponentImage()
        image.reset(ComponentID(rawValue: word(&chance)))
        image.rank = word(&chance)
        let keys = keys(count, above: NodeKey(high: 0, low: 0), &chance)
        image.anchor = chance.pick(keys)
        for key in keys {
            let value = chance.bytes(
                chance.chance(2) ? EventLimits.valueBytes : chance.below(30))
            var member = MemberImage(
                key: key, version: number(&chance),
                firstSeen: chance.chance(5) ? .never : time(&chance), namespace: number(&chance),
                valueCount: value.count, edgeCount: chance.below(4))
            image.values += value
            if chance.chance(30) {
                member.customerVersion = word(&chance)
                member.namesCustomer = member.customerVersion > 0 && chance.chance(50)
                let fragment = chance.bytes(chance.below(9))
                member.fragmentCount = fragment.count
                image.fragments += fragment
            }
            member.isUntold = chance.chance(20)
            for other in self.keys(member.edgeCount, above: key, &chance) {
                image.edges.append(
                    EdgeImage(other: other, version: number(&chance), isLive: chance.chance(70)))
            }
            image.members.append(member)
        }
        return image
    }
}
