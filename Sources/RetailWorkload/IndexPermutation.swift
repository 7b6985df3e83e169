/// A seeded permutation of `0..<count` that is computed, not stored: any element in constant time
/// and memory, so that a stream of any length can be shuffled.
///
/// A Feistel network over two mixed radices (J. Black, P. Rogaway, "Ciphers with Arbitrary Finite
/// Domains", 2002): an index is split into two digits and each round shifts one digit by a hash of
/// the other. The radices' product is at most a few indices over `count`; an index that lands there
/// is sent on until it is inside.
struct IndexPermutation: Sendable {
    /// The number of indices.
    let count: Int

    private let left: UInt64
    private let right: UInt64
    private let seed: UInt64

    private static let rounds: UInt64 = 4

    /// The permutation of `0..<count` that `seed` picks.
    init(count: Int, seed: UInt64) {
        precondition(count >= 0 && count <= RetailWorkloadGenerator.maximumLines)
        self.count = count
        self.seed = seed
        var root = UInt64(Double(count).squareRoot())
        while root * root < UInt64(count) { root += 1 }
        left = max(root, 1)
        right = max((UInt64(count) + left - 1) / left, 1)
    }

    /// Where `index` goes.
    subscript(index: Int) -> Int {
        precondition(index >= 0 && index < count, "the index is not of this permutation")
        var word = UInt64(index)
        repeat { word = permuted(word) } while word >= UInt64(count)
        return Int(word)
    }

    /// One pass over the whole rectangle of `left` times `right`.
    @inline(__always)
    private func permuted(_ word: UInt64) -> UInt64 {
        var (high, low) = word.quotientAndRemainder(dividingBy: right)
        for round in 0..<Self.rounds {
            let key = seed &+ round << 60
            if round & 1 == 0 {
                high += SplitMix64.mix(low &+ key).multipliedFullWidth(by: left).high
                if high >= left { high -= left }
            } else {
                low += SplitMix64.mix(high &+ key).multipliedFullWidth(by: right).high
                if low >= right { low -= right }
            }
        }
        return high * right + low
    }
}
