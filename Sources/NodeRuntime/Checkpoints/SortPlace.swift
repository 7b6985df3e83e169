/// An entry of a batch while it is sorted: what its key begins with, and where it stands.
struct SortPlace {
    var prefix: UInt64
    var index: UInt32

    /// Sorts by prefix; equal ones keep their order. Radix sort from the last byte to the first: a
    /// byte that all prefixes share costs nothing.
    static func sort(_ places: inout [SortPlace]) {
        guard places.count > 1 else { return }
        var (differences, first): (UInt64, UInt64) = (0, places[0].prefix)
        for place in places { differences |= place.prefix ^ first }
        first = 0
        var other = [SortPlace](repeating: SortPlace(prefix: 0, index: 0), count: places.count)
        var isInOther = false
        for shift in stride(from: UInt64(0), to: 64, by: 8)
        where differences >> shift & 0xff != 0 {
            if isInOther {
                scatter(other, into: &places, by: shift)
            } else {
                scatter(places, into: &other, by: shift)
            }
            isInOther.toggle()
        }
        if isInOther { swap(&places, &other) }
    }

    /// Copies `source` to `target`, ordered by the byte at `shift`.
    private static func scatter(
        _ source: [SortPlace], into target: inout [SortPlace], by shift: UInt64
    ) {
        var next = [Int](repeating: 0, count: 257)
        for place in source { next[Int(place.prefix >> shift & 0xff) + 1] += 1 }
        for byte in 1..<257 { next[byte] += next[byte - 1] }
        for place in source {
            let byte = Int(place.prefix >> shift & 0xff)
            target[next[byte]] = place
            next[byte] += 1
        }
    }
}
