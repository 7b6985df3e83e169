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
        case .component(let id, let page): StateKey.component(id, page: page)
        }
    }

    /// Family, then numbers from the most significant on: what the order of keys should be.
    private static func order(_ key: StateKey.Parsed) -> [UInt64] {
        switch key {
        case .header: [1]
        case .namespace(let number): [2, UInt64(number)]
        case .source(let number): [3, UInt64(number)]
        case .home(let node): [16, node.high, node.low]
        case .component(let id, let page):
            [32, UInt64(id.host.rawValue), id.sequence, UInt64(page)]
        }
    }

    private static func random(_ chance: inout SeededGenerator) -> StateKey.Parsed {
        let word = RandomImages.word(&chance)
        let number = UInt32(truncatingIfNeeded: RandomImages.word(&chance))
        return switch chance.below(5) {
        case 0: .header
        case 1: .namespace(number)
        case 2: .source(number)
        case 3: .home(NodeKey(high: word, low: RandomImages.word(&chance)))
        default: .component(ComponentID(rawValue: word), page: number)
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
        for family: UInt8 in [0, 4, 0x11, 0x30, 0xff] {
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
}
