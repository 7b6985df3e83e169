/// The profile fragments of members in memory, by the member's ordinal. Most members have none, so
/// that their records need not name one.
struct FragmentTable: ~Copyable {
    /// Where a fragment lies in the arena.
    private struct Place: BitwiseCopyable {
        var reference: UInt32
        var count: UInt32
    }

    private var places: [Ordinal: Place] = [:]  // lookup only
    private var arena = ByteArena()
    /// Fragments that are longer than the arena takes.
    private var long: [Ordinal: [UInt8]] = [:]  // lookup only
    private var longByteCount = 0

    /// What an entry of a dictionary takes, in bytes: key, place or array, and free room.
    private static var entryBytes: Int { 24 }

    /// The bytes that fragments in use take.
    var usedByteCount: Int {
        arena.usedByteCount + longByteCount + (places.count + long.count) * Self.entryBytes
    }

    /// The memory that they take, in bytes.
    var byteCount: Int {
        arena.byteCount + longByteCount + (places.capacity + long.capacity) * Self.entryBytes
    }

    /// Appends a member's fragment to `output`; nothing where it has none.
    func append(_ node: Ordinal, to output: inout [UInt8]) {
        if let place = places[node] {
            arena.append(place.reference, count: Int(place.count), to: &output)
        } else if let fragment = long[node] {
            output += fragment
        }
    }

    /// How many bytes a member's fragment has; 0 where it has none.
    func count(_ node: Ordinal) -> Int {
        if let place = places[node] { return Int(place.count) }
        return long[node]?.count ?? 0
    }

    /// Makes `fragment` the member's, instead of what it had.
    mutating func set(_ node: Ordinal, _ fragment: Span<UInt8>) {
        remove(node)
        guard fragment.count <= ByteArena.maximumBytes else {
            var copy: [UInt8] = []
            copy.reserveCapacity(fragment.count)
            for index in 0..<fragment.count { copy.append(fragment[index]) }
            long[node] = copy
            longByteCount += copy.count
            return
        }
        places[node] = Place(reference: arena.store(fragment), count: UInt32(fragment.count))
    }

    /// Forgets the member's fragment.
    mutating func remove(_ node: Ordinal) {
        if let place = places.removeValue(forKey: node) {
            arena.release(place.reference, count: Int(place.count))
        } else if let fragment = long.removeValue(forKey: node) {
            longByteCount -= fragment.count
        }
    }
}
