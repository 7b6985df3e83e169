/// An entry of a batch while it is sorted: what its key begins with, and where it stands.
struct SortPlace {
    var prefix: UInt64
    var index: UInt32
    /// The key's ninth byte: with it the prefix is all of a component's key.
    var ninth: UInt8

    /// How many of a key's bytes are here; zeros beyond its end.
    static let keyBytes = 9

    /// Whether two keys begin alike.
    func beginsLike(_ other: SortPlace) -> Bool { prefix == other.prefix && ninth == other.ninth }

    /// Sorts by what the keys begin with; equal ones keep their order. Radix sort from the last
    /// byte to the first: a byte that all of them share costs nothing.
    static func sort(_ places: inout [SortPlace]) {
        guard places.count > 1 else { return }
        let first = places[0]
        var (differences, ninths): (UInt64, UInt8) = (0, 0)
        for place in places {
            differences |= place.prefix ^ first.prefix
            ninths |= place.ninth ^ first.ninth
        }
        var other = [SortPlace](repeating: first, count: places.count)
        var isInOther = false
        func pass(_ byte: (SortPlace) -> Int) {
            if isInOther {
                scatter(other, into: &places, by: byte)
            } else {
                scatter(places, into: &other, by: byte)
            }
            isInOther.toggle()
        }
        if ninths != 0 { pass { Int($0.ninth) } }
        for shift in stride(from: UInt64(0), to: 64, by: 8)
        where differences >> shift & 0xff != 0 {
            pass { Int($0.prefix >> shift & 0xff) }
        }
        if isInOther { swap(&places, &other) }
    }

    /// Copies `source` to `target`, ordered by one byte of each.
    @inline(__always)
    private static func scatter(
        _ source: [SortPlace], into target: inout [SortPlace], by byte: (SortPlace) -> Int
    ) {
        var next = [Int](repeating: 0, count: 257)
        for place in source { next[byte(place) + 1] += 1 }
        for value in 1..<257 { next[value] += next[value - 1] }
        for place in source {
            let value = byte(place)
            target[next[value]] = place
            next[value] += 1
        }
    }
}
