import IdentityModel
import ProfileCore
import TestSupport
import Testing

@Suite("Attributes as bytes")
struct AttributeBlockTests {
    private func name(_ text: String) -> [UInt8] { Array(text.utf8) }

    /// The block, or why there is none.
    private func build(_ attributes: [([UInt8], ModelValue)]) -> Result<[UInt8], Refusal> {
        var builder = AttributeBlockBuilder()
        var block: [UInt8] = []
        for (name, value) in attributes {
            if let rejected = ModelBlock.add(value, to: &builder, name: name) {
                return .failure(Refusal(rejected.reason))
            }
        }
        if let rejected = builder.finish(to: &block) { return .failure(Refusal(rejected.reason)) }
        return .success(block)
    }

    private struct Refusal: Error, Equatable {
        let reason: RejectReason
        init(_ reason: RejectReason) { self.reason = reason }
    }

    private func reason(_ attributes: [([UInt8], ModelValue)]) -> RejectReason? {
        guard case .failure(let refusal) = build(attributes) else { return nil }
        return refusal.reason
    }

    // MARK: The form

    @Test func shouldHaveTheseBytes() throws {
        let block = ModelBlock.encode([
            (name("b"), .text("é")), (name("a"), .array([.boolean(true), .whole(100)])),
            (name("c"), .number(-500_000_000_000_000)),
        ])
        #expect(
            block == [
                3, 1, 0x61, 5, 2, 2, 3, 17, 2, 1, 0x62, 4, 2, 0xc3, 0xa9, 1, 0x63, 3, 14, 9,
            ])
        var time: [UInt8] = []
        time.appendValue(EventTime(milliseconds: -1))
        #expect(time == [6, 1])
        #expect(ModelBlock.encode([]) == [0])
    }

    @Test func oracleOfBlocksOfChance() throws {
        var random = RandomProfiles(seed: 3)
        for _ in 0..<TestBudget.rounds(2_000) {
            var attributes: [[UInt8]: ModelValue] = [:]
            for _ in 0..<random.chance.below(12) {
                let name = random.chance.bytes(1 + random.chance.below(3)).map { 0x40 | $0 & 0x3e }
                attributes[name] = random.value()
            }
            let block = ModelBlock.encode(attributes, &random.chance)
            #expect(block == ModelBlock.encode(attributes, &random.chance))
            let read = try ModelBlock.decode(block)
            #expect(read.count == attributes.count)
            #expect(read.allSatisfy { attributes[$0.0] == $0.1 })
            #expect(read.map(\.0) == attributes.keys.sorted { $0.lexicographicallyPrecedes($1) })
        }
    }

    /// A builder that refused goes on as a new one, and keeps nothing of what it refused.
    @Test func shouldBeginAnew() {
        var builder = AttributeBlockBuilder()
        var block: [UInt8] = [9]
        #expect(ModelBlock.add(.text("x"), to: &builder, name: name("a")) == nil)
        #expect(ModelBlock.add(.text("y"), to: &builder, name: name("a"))?.reason == .duplicateKey)
        builder.removeAll()
        #expect(builder.count == 0)
        #expect(ModelBlock.add(.boolean(true), to: &builder, name: name("a")) == nil)
        #expect(builder.count == 1)
        #expect(builder.finish(to: &block) == nil)
        #expect(block == [9, 1, 1, 0x61, 2])
    }

    // MARK: Limits

    @Test func shouldKeepEachLimitAtItsEdge() {
        func many(_ count: Int) -> [([UInt8], ModelValue)] {
            (0..<count).map { (name("n\($0)"), .boolean(true)) }
        }
        #expect(reason(many(AttributeLimits.perEvent)) == nil)
        #expect(reason(many(AttributeLimits.perEvent + 1)) == .tooManyAttributes)

        func named(_ count: Int) -> [([UInt8], ModelValue)] {
            [([UInt8](repeating: 0x61, count: count), .boolean(true))]
        }
        #expect(reason(named(0)) == .emptyValue)
        #expect(reason(named(1)) == nil && reason(named(AttributeLimits.nameBytes)) == nil)
        #expect(reason(named(AttributeLimits.nameBytes + 1)) == .valueTooLong)

        func array(_ count: Int) -> [([UInt8], ModelValue)] {
            [(name("a"), .array([ModelValue](repeating: .boolean(true), count: count)))]
        }
        #expect(reason(array(0)) == nil && reason(array(AttributeLimits.arrayElements)) == nil)
        #expect(reason(array(AttributeLimits.arrayElements + 1)) == .valueTooLong)

        // A kind, two bytes of length.
        func string(_ count: Int) -> ModelValue { .string([UInt8](repeating: 0x78, count: count)) }
        let longest = AttributeLimits.valueBytes - 3
        #expect(string(longest).byteCount == AttributeLimits.valueBytes)
        #expect(reason([(name("a"), string(longest))]) == nil)
        #expect(reason([(name("a"), string(longest + 1))]) == .valueTooLong)
        let half = string(507)
        #expect(ModelValue.array([half, half, .boolean(true)]).byteCount == 1_023)
        #expect(reason([(name("a"), .array([half, half, .boolean(true), .boolean(true)]))]) == nil)
        #expect(
            reason([(name("a"), .array([half, half] + array(3)[0].1.elements))]) == .valueTooLong)
    }

    @Test func shouldKeepTheLimitOfAllTogether() throws {
        // Each takes 2 bytes of name, 3 of the value's head.
        func attributes(_ last: Int) -> [([UInt8], ModelValue)] {
            (0..<32).map { index in
                let count = index == 31 ? last : 1_019
                return ([0x41 + UInt8(index)], .string([UInt8](repeating: 0x78, count: count)))
            }
        }
        let room = AttributeLimits.eventBytes - 1 - 31 * 1_024 - 5
        #expect(try build(attributes(room)).get().count == AttributeLimits.eventBytes)
        #expect(reason(attributes(room + 1)) == .tooManyAttributes)
        var builder = AttributeBlockBuilder()
        for (name, value) in attributes(room + 1) {
            #expect(ModelBlock.add(value, to: &builder, name: name) == nil)
        }
        var block: [UInt8] = [7]
        #expect(builder.finish(to: &block) != nil)
        #expect(block == [7])
    }

    @Test(arguments: ["\u{0}", "a\u{1f}", "\u{7f}b", "a\u{80}", "\u{9f}", "x\ny"])
    func shouldRefuseControlCharactersInNames(_ text: String) {
        #expect(reason([(name(text), .boolean(true))]) == .badType)
    }

    @Test(arguments: [" ", "a b", "\u{a0}", "é", "\u{c0}", "日本", "\u{10ffff}"])
    func shouldTakeOtherNames(_ text: String) {
        #expect(reason([(name(text), .boolean(true))]) == nil)
    }

    @Test func shouldRefuseTheSameNameTwiceWhereverItStands() {
        for names in [["a", "a"], ["a", "b", "a"], ["c", "b", "a", "c"], ["b", "a", "b"]] {
            #expect(reason(names.map { (name($0), .boolean(true)) }) == .duplicateKey)
        }
        #expect(reason(["a", "aa", "A", "a "].map { (name($0), .boolean(true)) }) == nil)
    }

    // MARK: The order

    /// In their order; each with times, which only rules make.
    private static let ascending: [ModelValue] = [
        .boolean(false), .boolean(true), .number(-FixedNumber.eventBound + 1), .whole(-2),
        .number(-1), .number(0), .number(1), .whole(9), .whole(10), .whole(100),
        .string([]), .text("10"), .text("9"), .text("A"), .text("a"), .text("aa"), .text("é"),
        .string([0xff]), .time(-5), .time(0), .time(300), .array([]),
        .array([.boolean(false)]), .array([.boolean(false), .boolean(true)]),
        .array([.boolean(true)]), .array([.whole(9)]), .array([.whole(10)]), .array([.text("9")]),
        .array([.text("9"), .whole(1)]),
    ]

    private func bytes(_ value: ModelValue) -> [UInt8] {
        var bytes: [UInt8] = []
        switch value {
        case .time(let time): bytes.appendValue(EventTime(milliseconds: time))
        default: bytes = Array(ModelBlock.encode([([0x61], value)]).dropFirst(3))
        }
        return bytes
    }

    @Test func shouldOrderValues() throws {
        for (index, one) in Self.ascending.enumerated() {
            for (place, other) in Self.ascending.enumerated() {
                let (left, right) = (bytes(one), bytes(other))
                let order = try AttributeOrder.compare(
                    left.span, 0..<left.count, right.span, 0..<right.count)
                #expect(order.signum() == (index - place).signum(), "\(one) \(other)")
                #expect((one < other) == (index < place))
            }
        }
    }

    // MARK: Damage

    @Test func shouldRefuseEveryTruncation() {
        let block = ModelBlock.encode([
            (name("b"), .text("xyz")), (name("a"), .array([.boolean(true), .whole(5)])),
        ])
        for end in 0..<block.count {
            #expect(throws: WireError.self) {
                _ = try ModelBlock.decode(Array(block[..<end]))
            }
        }
        #expect(throws: WireError.self) { _ = try ModelBlock.decode(block + [0]) }
    }

    @Test(
        arguments: [
            // Names that do not ascend, or are empty.
            [2, 1, 0x62, 1, 1, 0x61, 1], [2, 1, 0x61, 1, 1, 0x61, 1], [1, 0, 1],
            // Kinds that are none; an array in an array; too many elements.
            [1, 1, 0x61, 0], [1, 1, 0x61, 7], [1, 1, 0x61, 5, 1, 5, 0],
            [1, 1, 0x61, 5, 65] + [UInt8](repeating: 1, count: 65),
            // Times outside of the years 0001 to 9999.
            [1, 1, 0x61, 6, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
            // A count that the bytes cannot hold.
            [0xff, 0xff, 0xff, 0xff, 0x0f, 1, 0x61, 1],
        ] as [[UInt8]])
    func shouldRefuseWhatIsNoBlock(_ bytes: [UInt8]) {
        #expect(throws: WireError.self) { _ = try ModelBlock.decode(bytes) }
    }

    @Test func shouldNeverTrapOnDamage() {
        var random = RandomProfiles(seed: 4)
        for _ in 0..<TestBudget.rounds(5_000) {
            let attributes = random.events(1)[0].attributes
            let block = ModelBlock.encode(attributes, &random.chance)
            let damaged = Mutation.damaged(block, &random.chance)
            // Whatever it gives, it gives it in the one form.
            guard let read = try? ModelBlock.decode(damaged) else { continue }
            let hasTimes = read.contains { attribute in
                attribute.1.elements.contains { if case .time = $0 { true } else { false } }
            }
            let isTaken = read.allSatisfy { AttributeNames.rejected($0.0.span) == nil }
            guard !hasTimes, isTaken, case .success(let again) = build(read) else { continue }
            #expect(again == damaged)
        }
    }
}
