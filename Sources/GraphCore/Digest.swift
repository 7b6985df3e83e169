internal import IdentityModel

/// A sum of 128-bit hashes: the same for any order of its parts, and parts come out again.
///
/// It compares graphs and replicas. It is not a signature: whoever can choose node keys could
/// choose parts that cancel, but node keys are keyed hashes.
package struct Digest: Hashable, Sendable, BitwiseCopyable {
    /// The first lane.
    package var first: UInt64
    /// The second lane.
    package var second: UInt64

    /// The sum of nothing.
    package static let zero = Digest(first: 0, second: 0)

    /// A digest as stored.
    @inline(__always)
    package init(first: UInt64, second: UInt64) {
        self.first = first
        self.second = second
    }

    /// Adds a part, lane by lane, modulo 2^64.
    @inline(__always)
    package static func += (sum: inout Digest, part: Digest) {
        sum.first &+= part.first
        sum.second &+= part.second
    }

    /// Takes a part out again.
    @inline(__always)
    package static func -= (sum: inout Digest, part: Digest) {
        sum.first &-= part.first
        sum.second &-= part.second
    }

    /// 32 lower-case hexadecimal digits.
    package var hexadecimal: String {
        HexadecimalText.print(first) + HexadecimalText.print(second)
    }
}

/// The hash that digests, checksums and memory's indexes use: the 64 x 64 -> 128 bit product
/// folded to 64 bits, after Wang Yi's wyhash. Written once; its results are in stored digests.
package enum Mixing {
    /// Odd constants with balanced bits: the fractional digits of pi, as in Blowfish's tables.
    static let pi0: UInt64 = 0x243f_6a88_85a3_08d3
    static let pi1: UInt64 = 0x1319_8a2e_0370_7345
    static let pi2: UInt64 = 0xa409_3822_299f_31d1
    static let pi3: UInt64 = 0x082e_fa98_ec4e_6c89

    /// Both halves of the product, folded.
    @inline(__always)
    package static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }

    /// A 64-bit hash of two words.
    @inline(__always)
    package static func hash(_ first: UInt64, _ second: UInt64) -> UInt64 {
        fold(fold(first ^ pi0, second ^ pi1) ^ pi2, first ^ second ^ pi3)
    }

    /// A 128-bit hash of four words.
    @inline(__always)
    package static func digest(
        _ first: UInt64, _ second: UInt64, _ third: UInt64, _ fourth: UInt64
    ) -> Digest {
        let left = hash(first, second)
        let right = hash(third ^ left, fourth)
        return Digest(first: fold(left ^ pi3, right ^ pi1), second: hash(right, left ^ fourth))
    }

    /// A 64-bit hash of bytes: eight at a time, the rest padded with zeros, the length last.
    package static func hash(_ bytes: Span<UInt8>, seed: UInt64 = 0) -> UInt64 {
        // unsafe: the same bytes without a type; every load below is in bounds.
        let raw = unsafe bytes.bytes
        var state = seed ^ pi2
        var index = 0
        while index + 8 <= bytes.count {
            // unsafe: in bounds by the line above (and checked again), and any bits are a word.
            let word = unsafe raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
            state = fold(state ^ UInt64(littleEndian: word), pi1 ^ state)
            index += 8
        }
        var rest: UInt64 = 0
        for offset in 0..<bytes.count - index {
            rest |= UInt64(bytes[index + offset]) << UInt64(offset * 8)
        }
        state = fold(state ^ rest, pi3 ^ state)
        return hash(state, UInt64(bytes.count))
    }
}
