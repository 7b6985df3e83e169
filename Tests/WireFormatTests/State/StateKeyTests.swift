import GraphCore
import IdentityModel
import TestSupport
import Testing
import WireFormat

@Suite("State keys")
struct StateKeyTests {
    private static func encode(_ key: StateKey.Parsed) -> [UInt8] {
        switch key {
        case .header: StateKey.header
        case .namespace(let number): StateKey.namespace(number)
        case .source(let number): StateKey.source(number)
        case .home(let node): StateKey.home(node)
        case .pair(let a, let b): StateKey.pair(a, b)
        case .component(let id): StateKey.component(id)
        case .member(let key, let id): StateKey.member(key, of: id)
        case .edge(let a, let b, let id): StateKey.edge(a, b, of: id)
        case .backEdge(let a, let b, let id): StateKey.backEdge(a, b, of: id)
        case .rank(let rank, let id): StateKey.rank(rank, of: id)
        case .pointer(let id): StateKey.pointer(id)
        case .parked(let node): StateKey.parked(node)
        case .staged(let transfer, let index): StateKey.staged(transfer, index: index)
        case .outgoing(let transfer, let index): StateKey.outgoing(transfer, index: index)
        case .touched(let id): StateKey.touched(id)
        }
    }

    /// Family, then numbers from the most significant on: what the order of keys should be.
    private static func order(_ key: StateKey.Parsed) -> [UInt64] {
        switch key {
        case .header: [1]
        case .namespace(let number): [2, UInt64(number)]
        case .source(let number): [3, UInt64(number)]
        case .home(let node): [16, node.high, node.low]
        case .pair(let a, let b): [16, a.high, a.low, b.high, b.low]
        case .component(let id): component(id)
        case .member(let key, let id): component(id) + [1, key.high, key.low]
        case .edge(let a, let b, let id): component(id) + [2, a.high, a.low, b.high, b.low]
        case .backEdge(let a, let b, let id): component(id) + [3, b.high, b.low, a.high, a.low]
        case .rank(let rank, let id):
            component(id) + [
                4, UInt64(rank.priority),
                UInt64(bitPattern: rank.firstSeen.milliseconds) &+ (1 << 63), rank.key.high,
                rank.key.low,
            ]
        case .pointer(let id): [48, id.sequence, UInt64(id.host.rawValue)]
        case .parked(let node): [49, node.high, node.low]
        case .staged(let id, let index):
            [50, id.sequence, UInt64(id.host.rawValue), UInt64(index)]
        case .outgoing(let id, let index):
            [51, id.sequence, UInt64(id.host.rawValue), UInt64(index)]
        case .touched(let id): [52, id.sequence, UInt64(id.host.rawValue)]
        }
    }

    private static func component(_ id: ComponentID) -> [UInt64] {
        [32, UInt64(id.host.rawValue), id.sequence]
    }

    private static func random(_ chance: inout SeededGenerator) -> StateKey.Parsed {
        let word = RandomImages.word(&chance)
        let number = UInt32(truncatingIfNeeded: RandomImages.word(&chance))
        let id = ComponentID(rawValue: chance.pick([word, 7, 8, UInt64.max]))
        let a = NodeKey(high: word, low: RandomImages.word(&chance))
        let b = NodeKey(high: RandomImages.word(&chance), low: word)
        return switch chance.below(15) {
        case 0: .header
        case 1: .namespace(number)
        case 2: .source(number)
        case 3: .home(NodeKey(high: word, low: RandomImages.word(&chance)))
        case 4: .pair(a, b)
        case 5: .component(id)
        case 6: .member(a, of: id)
        case 7: .edge(a, b, of: id)
        case 8: .backEdge(a, b, of: id)
        case 9: .pointer(id)
        case 10: .parked(a)
        case 11: .staged(id, index: number)
        case 12: .outgoing(id, index: number)
        case 13: .touched(id)
        default:
            .rank(
                AnchorRank(
                    priority: number,
                    firstSeen: EventTime(milliseconds: Int64(bitPattern: word)), key: b),
                of: id)
        }
    }

    @Test func shouldReadBackAndSortAsTheyMean() {
        var chance = SeededGenerator(seed: 1)
        for _ in 0..<TestBudget.rounds(10_000) {
            let (one, other) = (Self.random(&chance), Self.random(&chance))
            let (left, right) = (Self.encode(one), Self.encode(other))
            #expect(StateKey.parse(left.span) == one)
            #expect((left == right) == (one == other))
            #expect(
                left.lexicographicallyPrecedes(right)
                    == Self.order(one).lexicographicallyPrecedes(Self.order(other)))
        }
    }

    @Test func shouldKeepFamiliesApart() {
        var chance = SeededGenerator(seed: 2)
        for _ in 0..<1_000 {
            let key = Self.encode(Self.random(&chance))
            let inside = StateKey.Family.allCases.filter {
                !key.lexicographicallyPrecedes(StateKey.first(of: $0))
                    && key.lexicographicallyPrecedes(StateKey.end(of: $0))
            }
            #expect(inside.map(\.rawValue) == [key[0]])
        }
    }

    @Test func shouldRefuseWhatNoReleaseWrites() {
        var chance = SeededGenerator(seed: 3)
        #expect(StateKey.parse([UInt8]().span) == nil)
        for family: UInt8 in [0, 4, 0x11, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0xff] {
            #expect(StateKey.parse([family].span) == nil)
        }
        for _ in 0..<1_000 {
            let key = Self.encode(Self.random(&chance))
            let longer = key + [0]
            #expect(StateKey.parse(longer.span) == nil)
            guard key.count > 1 else { continue }
            let shorter = Array(key.dropLast())
            #expect(StateKey.parse(shorter.span) == nil)
        }
    }

    /// A range holds exactly the keys behind the one that it starts after.
    @Test func shouldGiveRangesOfWhatFollows() {
        var chance = SeededGenerator(seed: 4)
        let ids = [6, 7, 255, 256, UInt64.max].map { ComponentID(rawValue: $0) }
        let keys = (0..<6).map { _ in
            NodeKey(
                high: chance.pick([0, 255, 256, UInt64.max]),
                low: chance.pick([0, 255, UInt64.max]))
        }
        var all: [StateKey.Parsed] = []
        for id in ids {
            all.append(.component(id))
            for a in keys {
                all += [.home(a), .member(a, of: id)]
                let rank = AnchorRank(priority: 3, firstSeen: .minimum, key: a)
                all.append(.rank(rank, of: id))
                for b in keys {
                    all += [.pair(a, b), .edge(a, b, of: id), .backEdge(a, b, of: id)]
                }
            }
        }
        func isInside(_ range: StateKey.KeyRange, _ key: StateKey.Parsed) -> Bool {
            let bytes = Self.encode(key)
            return !bytes.lexicographicallyPrecedes(range.lower)
                && bytes.lexicographicallyPrecedes(range.upper)
        }
        for key in all {
            for id in ids {
                for last in [nil] + keys.map(Optional.some) {
                    var isMember = false
                    if case .member(let member, id) = key {
                        isMember = last.map { $0 < member } ?? true
                    }
                    #expect(isInside(StateKey.members(of: id, after: last), key) == isMember)
                }
                for end in keys {
                    var (isEdge, isBack) = (false, false)
                    if case .edge(end, let b, id) = key { isEdge = b > keys[0] }
                    if case .backEdge(let a, end, id) = key { isBack = a > keys[0] }
                    let position = LinkPosition(a: end, b: keys[0])
                    #expect(
                        isInside(StateKey.edges(of: id, from: end, after: position), key) == isEdge)
                    #expect(
                        isInside(StateKey.backEdges(of: id, to: end, after: keys[0]), key)
                            == isBack)
                }
                var isEdge = false
                if case .edge(_, _, id) = key { isEdge = true }
                #expect(isInside(StateKey.edges(of: id, from: nil, after: nil), key) == isEdge)
                var isRank = false
                if case .rank(_, id) = key { isRank = true }
                #expect(isInside(StateKey.ranks(of: id, after: nil), key) == isRank)
            }
            for a in keys {
                var isPair = false
                if case .pair(a, _) = key { isPair = true }
                #expect(isInside(StateKey.pairs(of: a, after: nil), key) == isPair)
            }
        }
    }
}
