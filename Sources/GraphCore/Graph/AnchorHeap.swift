/// The members of a large component, the least by rank first: a binary heap (Williams, 1964).
///
/// Members that left, or whose rank fell meanwhile, stay in it until they come to the top; whoever
/// asks tells which entries still count. So many members may leave, each the anchor of its time,
/// without a look at all others each time.
struct AnchorHeap {
    struct Entry {
        let rank: AnchorRank
        let node: Ordinal
    }

    private var entries: [Entry] = []
    /// Up to here the store's members, in the order of their ranks, were looked at: those that are
    /// not in memory come behind it. Nil: none was looked at.
    var lookedAt: AnchorRank?

    var count: Int { entries.count }

    mutating func push(_ entry: Entry) {
        entries.append(entry)
        var place = entries.count - 1
        while place > 0, entries[place].rank < entries[(place - 1) / 2].rank {
            entries.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    /// The least entry that counts; those before it are dropped.
    mutating func least(where counts: (Entry) -> Bool) -> Entry? {
        while let first = entries.first {
            if counts(first) { return first }
            dropFirst()
        }
        return nil
    }

    private mutating func dropFirst() {
        let last = entries.removeLast()
        guard !entries.isEmpty else { return }
        entries[0] = last
        var place = 0
        while true {
            var least = place
            for child in [place * 2 + 1, place * 2 + 2]
            where child < entries.count && entries[child].rank < entries[least].rank {
                least = child
            }
            guard least != place else { return }
            entries.swapAt(place, least)
            place = least
        }
    }
}
