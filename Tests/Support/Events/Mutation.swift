/// Damages bytes at random: flips, other bytes, cuts, insertions, repeats.
package enum Mutation {
    /// `bytes` with one to four changes.
    package static func damaged(_ bytes: [UInt8], _ chance: inout SeededGenerator) -> [UInt8] {
        var result = bytes
        for _ in 0..<1 + chance.below(4) {
            guard !result.isEmpty else { return chance.bytes(1 + chance.below(8)) }
            let place = chance.below(result.count)
            switch chance.below(7) {
            case 0: result[place] ^= 1 << UInt8(chance.below(8))
            case 1: result[place] = UInt8(truncatingIfNeeded: chance.next())
            case 2: result[place] = chance.pick([0, 1, 0x7f, 0x80, 0xff])
            case 3: result.removeSubrange(place...)
            case 4: result.remove(at: place)
            case 5: result.insert(chance.pick([0, 0x80, 0xff]), at: place)
            default:
                let end = min(result.count, place + 1 + chance.below(20))
                result.insert(contentsOf: result[place..<end], at: chance.below(result.count))
            }
        }
        return result
    }
}
