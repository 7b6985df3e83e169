import IdentityModel
import NodeKeys
import Testing

@Suite struct NodeKeyHasherTests {
    @Test func oraclePublishedVectors() throws {
        let hasher = NodeKeyHasher(key: try StoreKey(hexadecimal: ReferenceVectors.key))
        #expect(ReferenceVectors.outputs.count == 64)
        for (count, output) in ReferenceVectors.outputs.enumerated() {
            let input = (0..<count).map { UInt8($0) }
            #expect(hasher.hash(input.span).hexadecimal == output, "input of \(count) bytes")
        }
    }

    @Test func differentialAgainstTheTestsOwnSipHash() throws {
        var generator = SplitMix64(state: 0x6b69_6e64_7265_6401)
        for count in 0...300 {
            let key = StoreKey.random()
            let words = try #require(HexadecimalText.words(key.hexadecimal))
            let input = (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
            let expected = SipHash128.hash(
                input.span, key0: words.high.byteSwapped, key1: words.low.byteSwapped)
            let actual = NodeKeyHasher(key: key).hash(input.span)
            #expect(actual.high == expected.first.byteSwapped, "\(count) bytes, \(key.hexadecimal)")
            #expect(actual.low == expected.second.byteSwapped, "\(count) bytes, \(key.hexadecimal)")
        }
    }

    @Test func shouldHashPartOfALargerBuffer() throws {
        let hasher = NodeKeyHasher(key: try StoreKey(hexadecimal: ReferenceVectors.key))
        let line = Array("{\"a\":\"cookie:c-123\"}".utf8)
        let alone = Array("cookie:c-123".utf8)
        let part = hasher.hash(line.span.extracting(6..<18))
        #expect(part == hasher.hash(alone.span))
    }

    @Test func shouldNameTheSameTextDifferentlyUnderAnotherKey() {
        let text = Array("email:ana@example.com".utf8)
        let one = NodeKeyHasher(key: .random()).hash(text.span)
        let other = NodeKeyHasher(key: .random()).hash(text.span)
        #expect(one != other)
    }
}

/// A small seeded generator, so that a failure comes again.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
