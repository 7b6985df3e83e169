internal import Glibc
internal import GraphCore

/// The changes of one checkpoint: keys and values (or removals) that are applied at once.
///
/// It is filled bit by bit while the partition goes on, so a key may be added again and again: what
/// was added last counts. Bytes and entries lie in chunks that are never moved: an array that
/// doubles would copy hundreds of megabytes in the midst of a record.
package struct CheckpointBatch: Sendable {
    /// One change, by where its key and value lie.
    private struct Entry {
        /// The first eight bytes of the key, big-endian: decides nearly every comparison.
        var prefix: UInt64
        var chunk: UInt32
        var start: UInt32
        var valueCount: UInt32
        var keyCount: UInt16
        /// The key's ninth byte; 0 for none.
        var ninth: UInt8
        var isRemoval: Bool
    }

    /// Bytes of keys and values in a chunk, from which on the next one is begun.
    package static let chunkBytes = 1 << 20
    /// What a chunk has room for behind that, so that a value of ordinary size never moves it.
    private static let spareBytes = 64 << 10
    private static let entriesPerChunk = 1 << 15

    private var chunks: [[UInt8]] = []
    private var entries: [[Entry]] = []
    /// Which chunk is being filled, of bytes and of entries.
    private var (openChunk, openEntries) = (0, 0)
    /// The entries that stand, in order of their keys; nil until sorted.
    private var order: [UInt32]?

    /// How many changes were added, a key that was added again counted again.
    package private(set) var count = 0
    /// How many bytes their keys and values take.
    package private(set) var byteCount = 0

    /// An empty batch.
    package init() {}

    // MARK: Adding

    /// Adds a value.
    package mutating func put(_ key: [UInt8], _ value: [UInt8]) {
        add(key, isRemoval: false) { $0.append(contentsOf: value) }
    }

    /// Adds a removal.
    package mutating func remove(_ key: [UInt8]) { add(key, isRemoval: true) { _ in } }

    /// Adds a change whose value `appendValue` appends.
    mutating func add(
        _ key: [UInt8], isRemoval: Bool, _ appendValue: (inout [UInt8]) -> Void
    ) {
        precondition(order == nil, "a batch that was sorted is complete")
        precondition(count < UInt32.max, "a batch counts its changes in 32 bits")
        makeRoom()
        var prefix: UInt64 = 0
        for index in 0..<8 {
            prefix = prefix << 8 | (index < key.count ? UInt64(key[index]) : 0)
        }
        let start = chunks[openChunk].count
        chunks[openChunk].append(contentsOf: key)
        appendValue(&chunks[openChunk])
        let added = chunks[openChunk].count - start
        entries[openEntries].append(
            Entry(
                prefix: prefix, chunk: UInt32(openChunk), start: UInt32(start),
                valueCount: UInt32(added - key.count), keyCount: UInt16(key.count),
                ninth: key.count > 8 ? key[8] : 0, isRemoval: isRemoval))
        count += 1
        byteCount += added
    }

    /// Opens the next chunks where those that are open are full.
    private mutating func makeRoom() {
        if openChunk < chunks.count, chunks[openChunk].count >= Self.chunkBytes { openChunk += 1 }
        if openChunk == chunks.count {
            chunks.append([])
            chunks[openChunk].reserveCapacity(Self.chunkBytes + Self.spareBytes)
        }
        if openEntries < entries.count, entries[openEntries].count == Self.entriesPerChunk {
            openEntries += 1
        }
        if openEntries == entries.count {
            entries.append([])
            entries[openEntries].reserveCapacity(Self.entriesPerChunk)
        }
    }

    /// Forgets all changes and keeps at most `limit` bytes of memory for the next ones: to get new
    /// memory costs more than to write into it.
    mutating func reset(keepingBytes limit: Int) {
        let kept = limit / (Self.chunkBytes + Self.spareBytes)
        chunks.removeSubrange(min(kept, chunks.count)...)
        entries.removeSubrange(min(kept, entries.count)...)
        for index in chunks.indices { chunks[index].removeAll(keepingCapacity: true) }
        for index in entries.indices { entries[index].removeAll(keepingCapacity: true) }
        (openChunk, openEntries, count, byteCount) = (0, 0, 0, 0)
        order = nil
    }

    // MARK: Sorting

    /// Finds the last change of each key, in order of keys. Nothing can be added afterwards.
    package mutating func sort() {
        guard order == nil else { return }
        var places: [SortPlace] = []
        places.reserveCapacity(count)
        for chunk in entries {
            for entry in chunk {
                places.append(
                    SortPlace(
                        prefix: entry.prefix, index: UInt32(places.count), ninth: entry.ninth))
            }
        }
        SortPlace.sort(&places)
        var order: [UInt32] = []
        order.reserveCapacity(count)
        appendRuns(of: places, known: SortPlace.keyBytes, to: &order)
        self.order = order
    }

    /// Appends entries whose order is known as far as so many bytes of their keys tell it.
    private func appendRuns(of places: [SortPlace], known: Int, to order: inout [UInt32]) {
        var start = 0
        while start < places.count {
            var end = start + 1
            while end < places.count, places[end].beginsLike(places[start]) { end += 1 }
            if end == start + 1 {
                order.append(places[start].index)
            } else {
                append(places[start..<end], known: known, to: &order)
            }
            start = end
        }
    }

    /// Appends the entries of keys that begin alike, sorted by the rest; of one key the last.
    private func append(
        _ places: ArraySlice<SortPlace>, known: Int, to order: inout [UInt32]
    ) {
        guard let last = places.last else { return }
        let isOneKey = places.dropLast().allSatisfy {
            isSameKey(entry($0.index), entry(last.index), known: known)
        }
        // Of one key the entries stand in the order in which they were added.
        if isOneKey { return order.append(last.index) }
        // Rows of one component begin alike, and may be many.
        if places.count >= Self.radixEntries, known < SortPlace.keyBytes * Self.radixDepth {
            var rest = places.map { restOfKey($0.index, after: known) }
            SortPlace.sort(&rest)
            return appendRuns(of: rest, known: known + SortPlace.keyBytes, to: &order)
        }
        let run = places.map(\.index).sorted {
            switch compare(entry($0), entry($1), after: known) {
            case 0: $0 < $1
            case let sign: sign < 0
            }
        }
        for (place, index) in run.enumerated()
        where place + 1 == run.count
            || compare(entry(index), entry(run[place + 1]), after: known) != 0
        {
            order.append(index)
        }
    }

    /// From how many entries on their keys are sorted by radix, and how often at most: each time as
    /// many bytes further.
    private static let (radixEntries, radixDepth) = (256, 5)

    private func restOfKey(_ index: UInt32, after known: Int) -> SortPlace {
        let entry = entry(index)
        let bytes = chunks[Int(entry.chunk)]
        let (start, end) = (Int(entry.start) + known, Int(entry.start) + Int(entry.keyCount))
        var place = SortPlace(prefix: 0, index: index, ninth: 0)
        for offset in 0..<8 {
            let byte = start + offset < end ? bytes[start + offset] : 0
            place.prefix = place.prefix << 8 | UInt64(byte)
        }
        if start + 8 < end { place.ninth = bytes[start + 8] }
        return place
    }

    /// Gives the changes to `body` in strictly rising order of their keys, the value empty for a
    /// removal. Sorts first, where that was not done.
    package consuming func forEachSorted<Failure: Error>(
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>, _ isRemoval: Bool) throws(Failure)
            -> Void
    ) throws(Failure) {
        sort()
        let order = order ?? []
        for (place, index) in order.enumerated() {
            if place + Self.entryDistance < order.count {
                prefetchEntry(order[place + Self.entryDistance])
            }
            if place + Self.bytesDistance < order.count {
                prefetchBytes(of: order[place + Self.bytesDistance])
            }
            let entry = entry(index)
            let bytes = chunks[Int(entry.chunk)]
            let (start, middle) = (Int(entry.start), Int(entry.start) + Int(entry.keyCount))
            try body(
                bytes.span.extracting(start..<middle),
                bytes.span.extracting(middle..<middle + Int(entry.valueCount)), entry.isRemoval)
        }
    }

    /// How many entries ahead they are asked for, then their bytes: they lie as they were added.
    private static let (entryDistance, bytesDistance) = (16, 8)

    private func prefetchEntry(_ index: UInt32) {
        entries[Int(index) / Self.entriesPerChunk].withUnsafeBufferPointer { entries in
            // The entry lies in its chunk.
            guard let start = entries.baseAddress else { return }
            kindredPrefetch(start + Int(index) % Self.entriesPerChunk)
        }
    }

    private func prefetchBytes(of index: UInt32) {
        let entry = entry(index)
        chunks[Int(entry.chunk)].withUnsafeBytes { bytes in
            // The entry lies in its chunk.
            guard let start = bytes.baseAddress else { return }
            kindredPrefetch(start + Int(entry.start))
        }
    }

    /// Whether two entries are of one key, which begin alike as far as `known` bytes tell.
    private func isSameKey(_ first: Entry, _ second: Entry, known: Int) -> Bool {
        first.keyCount == second.keyCount
            && (first.keyCount <= known || compare(first, second, after: known) == 0)
    }

    private func entry(_ index: UInt32) -> Entry {
        entries[Int(index) / Self.entriesPerChunk][Int(index) % Self.entriesPerChunk]
    }

    /// Less than, equal to, or greater than 0, as the first key is by the second, whose first
    /// `known` bytes are equal; bytes beyond a key's end count as zeros in these.
    private func compare(_ first: Entry, _ second: Entry, after known: Int) -> Int {
        let common = Int(min(first.keyCount, second.keyCount)) - known
        if common > 0 {
            let sign = chunks[Int(first.chunk)].withUnsafeBytes { one in
                chunks[Int(second.chunk)].withUnsafeBytes { other in
                    let places = (Int(first.start) + known, Int(second.start) + known)
                    precondition(
                        places.0 + common <= one.count && places.1 + common <= other.count,
                        "a key lies in its chunk")
                    // unsafe: in bounds, as was just checked.
                    return memcmp(
                        one.baseAddress.unsafelyUnwrapped + places.0,
                        other.baseAddress.unsafelyUnwrapped + places.1, common)
                }
            }
            if sign != 0 { return Int(sign) }
        }
        return Int(first.keyCount) - Int(second.keyCount)
    }
}
