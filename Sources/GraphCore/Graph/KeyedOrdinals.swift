/// Records with the keys that order them: memory for making images, used again and again. Sorting
/// looks at no record.
struct KeyedOrdinals<Key: Comparable & BitwiseCopyable> {
    private struct Entry: BitwiseCopyable {
        var key: Key
        var ordinal: Ordinal
    }

    private var entries: [Entry] = []

    /// How many there are.
    var count: Int { entries.count }

    /// The record at a place.
    subscript(place: Int) -> Ordinal { entries[place].ordinal }

    /// All records, in their order.
    var all: [Ordinal] { entries.map(\.ordinal) }

    /// Forgets them, and keeps the memory.
    mutating func reset() { entries.removeAll(keepingCapacity: true) }

    /// Adds a record.
    @inline(__always)
    mutating func append(_ ordinal: Ordinal, by key: Key) {
        entries.append(Entry(key: key, ordinal: ordinal))
    }

    /// Orders them by their keys, which differ.
    mutating func sort() {
        guard entries.count > 1 else { return }
        entries.sort { $0.key < $1.key }
    }
}
