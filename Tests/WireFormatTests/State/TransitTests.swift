import GraphCore
import IdentityModel
import TestSupport
import Testing
import WireFormat

/// Stored pointers, waiting messages and pages.
@Suite("Values under way")
struct TransitTests {
    static func encode(_ pointer: ForwardingPointer) -> [UInt8] {
        var bytes: [UInt8] = []
        TransitCodec.encode(pointer, into: &bytes)
        return bytes
    }

    static func encode(_ parked: ParkedMessages) -> [UInt8] {
        var bytes: [UInt8] = []
        TransitCodec.encode(parked, into: &bytes)
        return bytes
    }

    static func encode(_ component: TouchedComponent) -> [UInt8] {
        var bytes: [UInt8] = []
        TransitCodec.encode(component, into: &bytes)
        return bytes
    }

    static func encode(_ page: StatePage) -> [UInt8] {
        var bytes: [UInt8] = []
        TransitCodec.encode(page, into: &bytes)
        return bytes
    }

    static func pointer(
        _ bytes: [UInt8], from id: ComponentID
    ) throws(WireError) -> ForwardingPointer {
        try TransitCodec.decodePointer(bytes.span, from: id)
    }

    static func parked(
        _ bytes: [UInt8], for node: NodeKey
    ) throws(WireError) -> ParkedMessages {
        try TransitCodec.decodeParked(bytes.span, node: node)
    }

    static func page(
        _ bytes: [UInt8], _ transfer: ComponentID, index: UInt32
    ) throws(WireError) -> StatePage {
        try TransitCodec.decodePage(bytes.span, transfer: transfer, index: index)
    }

    static func touched(
        _ bytes: [UInt8], _ id: ComponentID
    ) throws(WireError) -> TouchedComponent {
        try TransitCodec.decodeTouched(bytes.span, id: id)
    }

    private static func touched(_ chance: inout SeededGenerator) -> TouchedComponent {
        let told = NodeKey(high: RandomImages.word(&chance), low: 1)
        var component = TouchedComponent(
            id: RandomMessages.id(&chance), told: chance.chance(70) ? told : nil)
        let count = component.told == nil ? 0 : chance.below(4)
        for place in 0..<count {
            let value = chance.bytes(chance.below(5))
            component.departed.append(
                ChangedIdentifier(
                    key: NodeKey(high: UInt64(place), low: RandomImages.word(&chance)),
                    namespace: 1 + UInt32(chance.below(300)), valueCount: value.count))
            component.values += value
            component.parts.append(
                ComponentID(partition: PartitionID(3), sequence: UInt64(place) * 100))
        }
        if chance.chance(20) { component.parts.append(ComponentID(rawValue: UInt64.max)) }
        return component
    }

    private static func parked(_ chance: inout SeededGenerator) -> ParkedMessages {
        var parked = ParkedMessages(node: NodeKey(high: 1 << 63, low: 0), messages: [])
        for _ in 0...chance.below(5) {
            var message = RandomMessages.forMember(&chance)
            if message.node < parked.node {
                let rank = RandomImages.word(&chance)
                message.content = .join(
                    from: message.node, version: RandomMessages.number(&chance),
                    asker: RandomMessages.id(&chance), rank: rank)
            } else {
                message.content =
                    if case .seen = message.content { message.content } else {
                        .edge(
                            to: NodeKey(high: UInt64.max, low: UInt64.max),
                            version: RandomMessages.number(&chance), isLive: chance.chance(50))
                    }
            }
            message.component = .none
            message.node = parked.node
            parked.messages.append(message)
        }
        return parked
    }

    @Test func shouldReadBackWhatIsUnderWay() throws {
        var chance = SeededGenerator(seed: 1)
        for _ in 0..<TestBudget.rounds(2_000) {
            let pointer = ForwardingPointer(
                from: RandomMessages.id(&chance), to: RandomMessages.id(&chance))
            #expect(try Self.pointer(Self.encode(pointer), from: pointer.from) == pointer)
            let parked = Self.parked(&chance)
            #expect(try Self.parked(Self.encode(parked), for: parked.node) == parked)
            let page = RandomMessages.page(&chance)
            let bytes = Self.encode(page)
            #expect(try Self.page(bytes, page.transfer, index: page.index) == page)
            let touched = Self.touched(&chance)
            #expect(try Self.touched(Self.encode(touched), touched.id) == touched)
        }
    }

    /// Every prefix is refused; each changed byte gives an error, or what has this form alone.
    private func damage<Value: Equatable>(
        _ value: Value, encode: (Value) -> [UInt8],
        decode: ([UInt8]) throws(WireError) -> Value
    ) throws {
        let bytes = encode(value)
        for place in bytes.indices {
            #expect(throws: WireError.self) { try decode(Array(bytes[..<place])) }
            var damaged = bytes
            for change in 1...UInt8.max {
                damaged[place] = bytes[place] ^ change
                let read: Value
                do throws(WireError) {
                    read = try decode(damaged)
                } catch {
                    #expect(place > 0 || error.code == (damaged[0] == 0 ? .damaged : .newerFormat))
                    continue
                }
                #expect(read != value && encode(read) == damaged)
            }
        }
        #expect(throws: WireError.self) { try decode(bytes + [0]) }
        var chance = SeededGenerator(seed: 9)
        for _ in 0..<TestBudget.rounds(500) {
            let damaged = Mutation.damaged(bytes, &chance)
            guard let read = try? decode(damaged) else { continue }
            #expect(encode(read) == damaged)
        }
    }

    @Test func shouldSurviveEveryChangedByte() throws {
        var chance = SeededGenerator(seed: 2)
        try damage(
            ForwardingPointer(from: MessageTests.id, to: MessageTests.other),
            encode: Self.encode
        ) { bytes throws(WireError) in
            try Self.pointer(bytes, from: MessageTests.id)
        }
        for _ in 0..<10 {
            let parked = Self.parked(&chance)
            try damage(parked, encode: Self.encode) { bytes throws(WireError) in
                try Self.parked(bytes, for: parked.node)
            }
            let page = RandomMessages.page(&chance)
            try damage(page, encode: Self.encode) { bytes throws(WireError) in
                try Self.page(bytes, page.transfer, index: page.index)
            }
            let touched = Self.touched(&chance)
            try damage(touched, encode: Self.encode) { bytes throws(WireError) in
                try Self.touched(bytes, touched.id)
            }
        }
    }

    @Test func shouldRefuseWhatIsNeverStored() async {
        let node = MessageTests.lesser
        #expect(throws: WireError.self) {
            try Self.parked([StateFormat.current, 0], for: node)
        }
        await #expect(processExitsWith: .failure) {
            _ = Self.encode(ParkedMessages(node: MessageTests.lesser, messages: []))
        }
        await #expect(processExitsWith: .failure) {
            let astray = MessageTests.member(
                MessageTests.greater, .retry(to: NodeKey(high: UInt64.max, low: 0)))
            _ = Self.encode(ParkedMessages(node: MessageTests.lesser, messages: [astray]))
        }
    }

    /// Pointers and pages come from a scan in the order in which a graph keeps them.
    @Test func shouldSortAsIdsDo() {
        var chance = SeededGenerator(seed: 3)
        for _ in 0..<1_000 {
            let (one, other) = (RandomMessages.id(&chance), RandomMessages.id(&chance))
            #expect(
                StateKey.pointer(one).lexicographicallyPrecedes(StateKey.pointer(other))
                    == (one < other))
            #expect(
                StateKey.staged(one, index: UInt32.max)
                    .lexicographicallyPrecedes(StateKey.staged(other, index: 0)) == (one < other))
        }
    }
}
