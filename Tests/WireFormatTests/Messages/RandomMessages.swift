import GraphCore
import IdentityModel
import TestSupport

/// Messages of chance, extremes included, each within its limits.
enum RandomMessages {
    static func message(_ chance: inout SeededGenerator) -> GraphMessage {
        switch chance.below(10) {
        case 0, 1: .forMember(forMember(&chance))
        case 2, 3: .resolve(forMember(&chance), asked: number(&chance))
        case 4, 5: .via(forMember(&chance), version: number(&chance))
        case 6:
            .assign(
                Assignment(
                    component: id(&chance),
                    nodes: (0...chance.below(5)).map { _ in
                        AssignedNode(key: key(&chance), version: number(&chance))
                    }))
        case 7: .absorb(state(members: 1 + chance.below(5), &chance))
        case 8: .page(page(&chance))
        default: .next(transfer: id(&chance), index: number(&chance))
        }
    }

    /// So many messages, each kind among them from 100 on or so.
    static func messages(_ count: Int, _ chance: inout SeededGenerator) -> [GraphMessage] {
        (0..<count).map { _ in message(&chance) }
    }

    static func forMember(_ chance: inout SeededGenerator) -> MemberMessage {
        let (a, b) = pair(&chance)
        let isJoin = chance.chance(20)
        return MemberMessage(
            component: chance.chance(30) ? .none : id(&chance), node: isJoin ? b : a,
            content: isJoin
                ? .join(
                    from: a, version: number(&chance), asker: id(&chance),
                    rank: RandomImages.word(&chance))
                : content(to: b, &chance))
    }

    private static func content(
        to b: NodeKey, _ chance: inout SeededGenerator
    ) -> MemberMessage.Content {
        switch chance.below(4) {
        case 0:
            .seen(
                at: chance.pick([.minimum, .maximum, EventTime(milliseconds: 0)]),
                namespace: namespace(&chance),
                value: chance.bytes(
                    chance.chance(5) ? EventLimits.valueBytes : 1 + chance.below(20)))
        case 1: .edge(to: b, version: number(&chance), isLive: chance.chance(50))
        case 2:
            .joinBack(
                to: b, version: number(&chance), asked: id(&chance),
                rank: RandomImages.word(&chance))
        default: .retry(to: b)
        }
    }

    static func page(_ chance: inout SeededGenerator) -> StatePage {
        StatePage(
            transfer: id(&chance), index: number(&chance), isLast: chance.chance(50),
            back: PartitionID(chance.pick([0, 1, 127, 128, UInt16.max])),
            state: state(members: chance.below(5), &chance))
    }

    static func state(members count: Int, _ chance: inout SeededGenerator) -> ComponentState {
        let (a, b) = pair(&chance)
        var state = ComponentState(target: id(&chance), via: LinkPosition(a: a, b: b))
        for key in Set((0..<count).map { _ in key(&chance) }).sorted() {
            let isNamed = chance.chance(80)
            let value = isNamed ? chance.bytes(1 + chance.below(20)) : []
            var member = MemberImage(
                key: key, version: number(&chance),
                firstSeen: isNamed ? chance.pick([.minimum, .maximum]) : .never,
                namespace: isNamed ? namespace(&chance) : 0, valueCount: value.count,
                edgeCount: 0)
            state.values += value
            if chance.chance(40) {
                member.customerVersion = chance.chance(80) ? RandomImages.word(&chance) : 0
                member.namesCustomer = member.customerVersion > 0 && chance.chance(50)
                let fragment = chance.bytes(chance.below(9))
                member.fragmentCount = fragment.count
                state.fragments += fragment
            }
            state.members.append(member)
        }
        let ends = Set((0..<chance.below(5)).map { _ in LinkEnds(pair(&chance)) })
        state.edges = ends.map { ends in
            StoredEdge(
                a: ends.a,
                image: EdgeImage(
                    other: ends.b, version: number(&chance), isLive: chance.chance(50)))
        }.sorted { LinkEnds(($0.a, $0.image.other)) < LinkEnds(($1.a, $1.image.other)) }
        return state
    }

    static func number(_ chance: inout SeededGenerator) -> UInt32 {
        UInt32(truncatingIfNeeded: RandomImages.word(&chance))
    }

    static func id(_ chance: inout SeededGenerator) -> ComponentID {
        ComponentID(rawValue: RandomImages.word(&chance))
    }

    /// A few numbers, so that a record names one more than once.
    private static func namespace(_ chance: inout SeededGenerator) -> UInt32 {
        chance.pick([1, 2, 3, 300, UInt32.max])
    }

    static func key(_ chance: inout SeededGenerator) -> NodeKey {
        NodeKey(
            high: chance.pick([0, 1, UInt64.max, chance.next()]),
            low: chance.pick([0, UInt64.max, chance.next()]))
    }

    static func pair(_ chance: inout SeededGenerator) -> (NodeKey, NodeKey) {
        while true {
            let (one, other) = (key(&chance), key(&chance))
            if one != other { return (min(one, other), max(one, other)) }
        }
    }
}

/// The ends of a link, to be kept once and in order.
private struct LinkEnds: Hashable, Comparable {
    let a: NodeKey
    let b: NodeKey

    init(_ ends: (NodeKey, NodeKey)) { (a, b) = ends }

    static func < (left: LinkEnds, right: LinkEnds) -> Bool {
        LinkPosition(a: left.a, b: left.b) < LinkPosition(a: right.a, b: right.b)
    }
}
