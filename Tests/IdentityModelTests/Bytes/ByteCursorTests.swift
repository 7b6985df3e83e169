import IdentityModel
import TestSupport
import Testing

@Suite("Primitive forms")
struct ByteCursorTests {
    private static let words: [UInt64] =
        [0, 1, 0x7f, 0x80, 0x3fff, 0x4000, UInt64(UInt32.max), 1 << 32, 1 << 62, UInt64.max]
        + (0..<64).map { 1 << UInt64($0) } + (1..<64).map { 1 << UInt64($0) - 1 }

    @Test func shouldReadBackWhatWasWritten() throws {
        var chance = SeededGenerator(seed: 1)
        for word in Self.words + (0..<2_000).map({ _ in chance.next() >> UInt64(chance.below(64)) })
        {
            var bytes: [UInt8] = []
            bytes.appendVarint(word)
            #expect(bytes.count == max(1, (64 - word.leadingZeroBitCount + 6) / 7))
            bytes.appendSignedVarint(Int64(bitPattern: word))
            bytes.appendWord(word)
            bytes.appendSortableWord(word)
            bytes.appendKey(NodeKey(high: word, low: ~word))
            bytes.appendCounted([1, 2, 3].span)
            bytes.append(0xee)
            var cursor = ByteCursor(0..<bytes.count)
            #expect(try cursor.varint(bytes.span) == word)
            #expect(try cursor.signedVarint(bytes.span) == Int64(bitPattern: word))
            #expect(try cursor.word(bytes.span) == word)
            #expect(try cursor.sortableWord(bytes.span) == word)
            #expect(try cursor.key(bytes.span) == NodeKey(high: word, low: ~word))
            let counted = try cursor.counted(bytes.span)
            #expect(bytes[counted] == [1, 2, 3])
            #expect(throws: WireError.self) { try cursor.finish() }
            #expect(try cursor.byte(bytes.span) == 0xee)
            #expect(cursor.remaining == 0)
            try cursor.finish()
        }
    }

    @Test func shouldKeepSmallMagnitudesShort() {
        for value: Int64 in -64...63 {
            var bytes: [UInt8] = []
            bytes.appendSignedVarint(value)
            #expect(bytes.count == 1)
        }
        var least: [UInt8] = []
        least.appendSignedVarint(Int64.min)
        #expect(least.count == 10)
    }

    @Test func shouldRefuseEveryFormThatEndsEarly() {
        var bytes: [UInt8] = []
        bytes.appendVarint(UInt64.max)
        for end in 0..<bytes.count {
            #expect(throws: WireError.self) {
                var cursor = ByteCursor(0..<end)
                _ = try cursor.varint(bytes.span)
            }
        }
        let zeros = [UInt8](repeating: 0, count: 16)
        for end in 0..<8 {
            #expect(throws: WireError.self) {
                var cursor = ByteCursor(0..<end)
                _ = try cursor.word(zeros.span)
            }
            #expect(throws: WireError.self) {
                var cursor = ByteCursor(0..<8 + end)
                _ = try cursor.key(zeros.span)
            }
        }
    }

    /// Whether eight bytes are left to look at or fewer, a number is the same, and so is its fault.
    @Test func shouldReadNumbersAlikeBeforeTheEndAndAtIt() throws {
        for word in Self.words {
            var bytes: [UInt8] = []
            bytes.appendVarint(word)
            let count = bytes.count
            for surplus in 0...9 {
                let longer = bytes + [UInt8](repeating: 0xff, count: surplus)
                for end in count...count + surplus {
                    var cursor = ByteCursor(0..<end)
                    #expect(try cursor.varint(longer.span) == word)
                    #expect(cursor.offset == count)
                }
                // The same with a zero more.
                var overlong = longer
                overlong[count - 1] |= 0x80
                overlong.insert(0, at: count)
                #expect(throws: WireError.self) {
                    var cursor = ByteCursor(0..<overlong.count)
                    _ = try cursor.varint(overlong.span)
                }
            }
        }
    }

    @Test func shouldRefuseNumbersThatAreTooLarge() {
        let tooLong = [UInt8](repeating: 0xff, count: 9)
        for last: UInt8 in [0x02, 0x7f, 0x80, 0xff] {
            #expect(throws: WireError.self) {
                let bytes = tooLong + [last, 0]
                var cursor = ByteCursor(0..<bytes.count)
                _ = try cursor.varint(bytes.span)
            }
        }
        #expect(throws: WireError.self) {
            var bytes: [UInt8] = []
            bytes.appendVarint(1 << 32)
            var cursor = ByteCursor(0..<bytes.count)
            _ = try cursor.number(bytes.span)
        }
    }

    /// A count may not ask for more than its bytes can hold.
    @Test func shouldRefuseCountsThatTheirBytesCannotHold() throws {
        var bytes: [UInt8] = []
        bytes.appendVarint(4)
        bytes += [UInt8](repeating: 0, count: 12)
        var cursor = ByteCursor(0..<bytes.count)
        #expect(try cursor.count(bytes.span, leastBytes: 3) == 4)
        #expect(throws: WireError.self) {
            var cursor = ByteCursor(0..<bytes.count - 1)
            _ = try cursor.count(bytes.span, leastBytes: 3)
        }
        #expect(throws: WireError.self) {
            var huge: [UInt8] = []
            huge.appendVarint(UInt64.max)
            var cursor = ByteCursor(0..<huge.count)
            _ = try cursor.counted(huge.span)
        }
    }

    @Test func shouldSortFixedFormsAsTheySortThemselves() {
        var chance = SeededGenerator(seed: 2)
        for _ in 0..<2_000 {
            let (one, other) = (
                NodeKey(high: chance.next() >> UInt64(chance.pick([0, 63])), low: chance.next()),
                NodeKey(high: chance.next() >> UInt64(chance.pick([0, 63])), low: chance.next())
            )
            var (left, right): ([UInt8], [UInt8]) = ([], [])
            left.appendKey(one)
            right.appendKey(other)
            #expect(left.lexicographicallyPrecedes(right) == (one < other))
        }
    }
}
