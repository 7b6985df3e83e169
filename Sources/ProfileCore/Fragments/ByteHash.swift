import IdentityModel

/// A fixed hash of names and event ids: the 64 x 64 -> 128 bit product folded to 64 bits, after
/// Wang Yi's wyhash. Its results are stored.
enum ByteHash {
    /// Odd constants with balanced bits: fractional digits of pi, as in Blowfish's tables.
    private static let pi0: UInt64 = 0x4528_21e6_38d0_1377
    private static let pi1: UInt64 = 0xbe54_66cf_34e9_0c6d
    private static let pi2: UInt64 = 0xc0ac_29b7_c97c_50dd
    /// What tells the second word of an id from the first.
    private static let second: UInt64 = 0x3f84_d5b5_b547_0917

    /// An event id's name in a tile: two words of 64 bits each.
    static func key(_ id: Span<UInt8>) -> NodeKey {
        NodeKey(high: word(id, seed: 0), low: word(id, seed: second))
    }

    /// 64 bits of some bytes: eight at a time, the rest padded with zeros, the length last.
    static func word(_ bytes: Span<UInt8>, seed: UInt64) -> UInt64 {
        var state = seed ^ pi0
        var index = 0
        while index < bytes.count {
            var part: UInt64 = 0
            for offset in 0..<min(8, bytes.count - index) {
                part |= UInt64(bytes[index + offset]) << UInt64(offset * 8)
            }
            state = fold(state ^ part, state ^ pi1)
            index += 8
        }
        return fold(state ^ pi2, UInt64(bytes.count) ^ pi1)
    }

    @inline(__always)
    private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }
}
