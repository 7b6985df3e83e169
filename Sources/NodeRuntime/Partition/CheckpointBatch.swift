internal import WireFormat

/// The changes of one checkpoint: keys and values (or removals) that are applied at once.
package struct CheckpointBatch {
    /// One change, by where its key and value lie.
    private struct Entry {
        /// The first eight bytes of the key, big-endian: decides nearly every comparison.
        var prefix: UInt64
        var start: Int
        var keyCount: UInt16
        var isRemoval: Bool
        var valueCount: UInt32
    }

    private var bytes: [UInt8] = []
    private var entries: [Entry] = []

    /// An empty batch.
    package init() {}

    /// How many changes it holds.
    package var count: Int { entries.count }
    /// How many bytes its keys and values take.
    package var byteCount: Int { bytes.count }

    /// Adds a value.
    package mutating func put(_ key: [UInt8], _ value: [UInt8]) {
        add(key, isRemoval: false) { $0.append(contentsOf: value) }
    }

    /// Adds a removal.
    package mutating func remove(_ key: [UInt8]) { add(key, isRemoval: true) { _ in } }

    /// Gives the changes to `body` in strictly rising order of their keys, the value nil for a
    /// removal. The last word on a key is the one that counts.
    package consuming func forEachSorted<Failure: Error>(
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>, _ isRemoval: Bool) throws(Failure)
            -> Void
    ) throws(Failure) {
        let all = bytes
        entries.sort { left, right in
            if left.prefix != right.prefix { return left.prefix < right.prefix }
            let order = Self.compare(left, right, all)
            return order != 0 ? order < 0 : left.start < right.start
        }
        for index in entries.indices {
            let entry = entries[index]
            let isLast =
                index + 1 == entries.count || entry.prefix != entries[index + 1].prefix
                || Self.compare(entry, entries[index + 1], all) != 0
            guard isLast else { continue }
            let middle = entry.start + Int(entry.keyCount)
            try body(
                all.span.extracting(entry.start..<middle),
                all.span.extracting(middle..<middle + Int(entry.valueCount)), entry.isRemoval)
        }
    }

    mutating func add(
        _ key: [UInt8], isRemoval: Bool, _ appendValue: (inout [UInt8]) -> Void
    ) {
        var prefix: UInt64 = 0
        for index in 0..<8 {
            prefix = prefix << 8 | (index < key.count ? UInt64(key[index]) : 0)
        }
        let start = bytes.count
        bytes.append(contentsOf: key)
        appendValue(&bytes)
        entries.append(
            Entry(
                prefix: prefix, start: start, keyCount: UInt16(key.count), isRemoval: isRemoval,
                valueCount: UInt32(bytes.count - start - key.count)))
    }

    /// Below 0 if the key of `left` comes first, 0 if the keys are equal.
    private static func compare(_ left: Entry, _ right: Entry, _ bytes: [UInt8]) -> Int {
        let shared = Int(min(left.keyCount, right.keyCount))
        for index in 0..<shared {
            let (one, other) = (bytes[left.start + index], bytes[right.start + index])
            if one != other { return one < other ? -1 : 1 }
        }
        return Int(left.keyCount) - Int(right.keyCount)
    }
}
