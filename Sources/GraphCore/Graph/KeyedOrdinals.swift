internal import IdentityModel

/// Records with the keys that order them: memory for making images, used again and again. Sorting
/// looks at no record.
struct KeyedOrdinals {
    private struct Entry: BitwiseCopyable {
        /// Two words that order as the keys do.
        var first: UInt64
        var second: UInt64
        var ordinal: Ordinal

        @inline(__always)
        func precedes(_ other: Entry) -> Bool {
            first != other.first ? first < other.first : second < other.second
        }
    }

    /// Up to how many entries are sorted by insertion, as nearly all lists are.
    private static let fewEntries = 24

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
    mutating func append(_ ordinal: Ordinal, by key: NodeKey) {
        entries.append(Entry(first: key.high, second: key.low, ordinal: ordinal))
    }

    /// Adds a record.
    @inline(__always)
    mutating func append(_ ordinal: Ordinal, by id: ComponentID) {
        entries.append(
            Entry(first: id.sequence, second: UInt64(id.host.rawValue), ordinal: ordinal))
    }

    /// Orders them by their keys; equal ones keep their order.
    mutating func sort() {
        guard entries.count > 1 else { return }
        guard entries.count <= Self.fewEntries else {
            return entries.sort { $0.precedes($1) }
        }
        for place in 1..<entries.count {
            let entry = entries[place]
            var hole = place
            while hole > 0, entry.precedes(entries[hole - 1]) {
                entries[hole] = entries[hole - 1]
                hole -= 1
            }
            entries[hole] = entry
        }
    }
}
