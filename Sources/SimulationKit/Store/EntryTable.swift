internal import GraphCore

/// Sorted keys and values in memory. A copy shares all that neither side changes afterwards, so
/// that a snapshot costs next to nothing.
struct EntryTable: Sendable {
    /// A key with its value.
    struct Entry: Equatable, Sendable {
        /// The key's first sixteen bytes, big-endian, padded with zeros: nearly always decides.
        let (high, low): (UInt64, UInt64)
        let key: [UInt8]
        var value: [UInt8]

        init(_ key: [UInt8], _ value: [UInt8]) {
            (high, low) = (Self.word(key, 0), Self.word(key, 8))
            self.key = key
            self.value = value
        }

        @inline(__always)
        private static func word(_ key: [UInt8], _ start: Int) -> UInt64 {
            var word: UInt64 = 0
            for index in start..<start + 8 {
                word = word << 8 | (index < key.count ? UInt64(key[index]) : 0)
            }
            return word
        }

        static func == (left: Entry, right: Entry) -> Bool {
            left.high == right.high && left.low == right.low && left.key == right.key
                && left.value == right.value
        }

        @inline(__always)
        func isBefore(_ other: Entry) -> Bool {
            if high != other.high { return high < other.high }
            if low != other.low { return low < other.low }
            if key.count <= 16 && other.key.count <= 16 { return key.count < other.key.count }
            return key.lexicographicallyPrecedes(other.key)
        }
    }

    private static let leafEntries = 32
    /// None is empty.
    private var leaves: [[Entry]] = []
    /// How many entries there are.
    private(set) var count = 0

    /// The value of a key; nil where there is none.
    func value(of key: [UInt8]) -> [UInt8]? {
        let probe = Entry(key, [])
        guard let leaf = leaf(for: probe) else { return nil }
        let place = Self.place(of: probe, in: leaves[leaf])
        guard place < leaves[leaf].count, leaves[leaf][place].key == key else { return nil }
        return leaves[leaf][place].value
    }

    /// Puts a value.
    mutating func put(_ key: [UInt8], _ value: [UInt8]) {
        let entry = Entry(key, value)
        guard let leaf = leaf(for: entry) else {
            leaves.append([entry])
            count = 1
            return
        }
        let place = Self.place(of: entry, in: leaves[leaf])
        if place < leaves[leaf].count, leaves[leaf][place].key == key {
            leaves[leaf][place].value = value
            return
        }
        leaves[leaf].insert(entry, at: place)
        count += 1
        if leaves[leaf].count > Self.leafEntries {
            let half = Self.leafEntries / 2
            leaves.insert(Array(leaves[leaf][half...]), at: leaf + 1)
            leaves[leaf].removeSubrange(half...)
        }
    }

    /// Removes a key, if it is there.
    mutating func remove(_ key: [UInt8]) {
        let probe = Entry(key, [])
        guard let leaf = leaf(for: probe) else { return }
        let place = Self.place(of: probe, in: leaves[leaf])
        guard place < leaves[leaf].count, leaves[leaf][place].key == key else { return }
        leaves[leaf].remove(at: place)
        count -= 1
        if leaves[leaf].isEmpty { leaves.remove(at: leaf) }
    }

    /// Gives the entries from `lower` on to `body`, in order, until it says false.
    func forEach(from lower: [UInt8], _ body: (Entry) -> Bool) {
        let probe = Entry(lower, [])
        guard let first = leaf(for: probe) else { return }
        var place = Self.place(of: probe, in: leaves[first])
        for leaf in first..<leaves.count {
            while place < leaves[leaf].count {
                guard body(leaves[leaf][place]) else { return }
                place += 1
            }
            place = 0
        }
    }

    /// The first key at which two tables differ; nil where they are equal.
    func firstDifference(from other: EntryTable) -> [UInt8]? {
        var (mine, theirs) = (Cursor(), Cursor())
        while true {
            switch (mine.next(in: leaves), theirs.next(in: other.leaves)) {
            case (nil, nil): return nil
            case (let one?, let two?):
                if one != two { return one.isBefore(two) ? one.key : two.key }
            case (let one?, nil): return one.key
            case (nil, let two?): return two.key
            }
        }
    }

    /// A hash of all entries but those of one key: equal for equal tables.
    func hash(without key: [UInt8]) -> UInt64 {
        var hash: UInt64 = 0
        for leaf in leaves {
            for entry in leaf where entry.key != key {
                hash = Mixing.hash(entry.key.span, seed: hash)
                hash = Mixing.hash(entry.value.span, seed: hash)
            }
        }
        return hash
    }

    private struct Cursor {
        var (leaf, place) = (0, 0)

        mutating func next(in leaves: [[Entry]]) -> Entry? {
            guard leaf < leaves.count else { return nil }
            let entry = leaves[leaf][place]
            place += 1
            if place == leaves[leaf].count { (leaf, place) = (leaf + 1, 0) }
            return entry
        }
    }

    /// The last leaf whose first entry is not behind `entry`, else the first; nil if there is none.
    private func leaf(for entry: Entry) -> Int? {
        guard !leaves.isEmpty else { return nil }
        var (first, end) = (0, leaves.count)
        while first < end {
            let middle = (first + end) / 2
            if entry.isBefore(leaves[middle][0]) { end = middle } else { first = middle + 1 }
        }
        return max(0, first - 1)
    }

    /// The place of the first entry that is not before `entry`.
    private static func place(of entry: Entry, in leaf: [Entry]) -> Int {
        var (first, end) = (0, leaf.count)
        while first < end {
            let middle = (first + end) / 2
            if leaf[middle].isBefore(entry) { first = middle + 1 } else { end = middle }
        }
        return first
    }
}
