/// Finds a record's ordinal by the hash of its key: open addressing with linear probing.
///
/// A slot is eight bytes: 32 bits of the hash and the ordinal. Where a slot belongs follows from
/// its hash bits alone, so growing and removing (by shifting back, Knuth's Algorithm R, TAOCP
/// volume 3, section 6.4) read no record. Two keys with equal hash bits are told apart by the
/// caller's `matches`.
@safe package struct OrdinalIndex: ~Copyable {
    private struct Slot: BitwiseCopyable {
        var hash: UInt32
        var ordinal: Ordinal
    }

    /// Slots in use at most: 13 of 16.
    private static var loadNumerator: Int { 13 }
    private static var loadDenominator: Int { 16 }
    private static var smallestBits: UInt32 { 8 }
    /// What an entry takes in the middle between two growths, in bytes.
    static var bytesPerEntry: Int { 14 }

    // unsafe: owned here alone; places are masked to the capacity before use.
    private var slots: UnsafeMutablePointer<Slot>
    private var bits: UInt32
    /// The number of entries.
    package private(set) var count = 0

    /// The memory that the slots take, in bytes.
    package var byteCount: Int { capacity * MemoryLayout<Slot>.stride }
    private var capacity: Int { 1 << Int(bits) }
    private var mask: Int { capacity - 1 }

    /// An empty index.
    package init() {
        bits = Self.smallestBits
        unsafe slots = Self.blankSlots(1 << Int(bits))
    }

    deinit { unsafe slots.deallocate() }

    /// The ordinal whose hash is `hash` and for which `matches` says yes; `noOrdinal` if none.
    @inline(__always)
    package func find(_ hash: UInt64, _ matches: (Ordinal) -> Bool) -> Ordinal {
        let short = Self.shorten(hash)
        var place = home(short)
        while true {
            // unsafe: `place` is masked to the capacity.
            let slot = unsafe slots[place]
            if slot.ordinal == noOrdinal { return noOrdinal }
            if slot.hash == short && matches(slot.ordinal) { return slot.ordinal }
            place = (place + 1) & mask
        }
    }

    /// Adds an entry that is known to be absent.
    @inline(__always)
    package mutating func insert(_ hash: UInt64, _ ordinal: Ordinal) {
        if (count + 1) * Self.loadDenominator > capacity * Self.loadNumerator { grow() }
        place(Slot(hash: Self.shorten(hash), ordinal: ordinal))
        count += 1
    }

    /// Removes the entry of `ordinal`, which must be present under `hash`.
    package mutating func remove(_ hash: UInt64, _ ordinal: Ordinal) {
        var hole = home(Self.shorten(hash))
        // unsafe: every place in this function is masked to the capacity.
        while unsafe slots[hole].ordinal != ordinal {
            precondition(unsafe slots[hole].ordinal != noOrdinal, "no such entry")
            hole = (hole + 1) & mask
        }
        var next = (hole + 1) & mask
        while unsafe slots[next].ordinal != noOrdinal {
            let distance = (next - home(unsafe slots[next].hash)) & mask
            if distance >= (next - hole) & mask {
                unsafe slots[hole] = slots[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        unsafe slots[hole] = Slot(hash: 0, ordinal: noOrdinal)
        count -= 1
    }

    /// Asks for the slot of `hash` ahead of its use.
    @inline(__always)
    package func prefetch(_ hash: UInt64) {
        // unsafe: in bounds, and only a hint.
        unsafe kindredPrefetch(slots + home(Self.shorten(hash)))
    }

    /// Where a hash belongs: its upper bits.
    @inline(__always)
    private func home(_ hash: UInt32) -> Int { Int(hash >> (32 - bits)) }

    @inline(__always)
    private static func shorten(_ hash: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: hash >> 32) }

    @inline(__always)
    private mutating func place(_ slot: Slot) {
        var place = home(slot.hash)
        // unsafe: masked to the capacity, and the load limit leaves an empty slot.
        while unsafe slots[place].ordinal != noOrdinal { place = (place + 1) & mask }
        unsafe slots[place] = slot
    }

    private mutating func grow() {
        let old = unsafe slots
        let oldCapacity = capacity
        precondition(bits < 32, "an index holds at most 2^31 entries")
        bits += 1
        unsafe slots = Self.blankSlots(capacity)
        for index in 0..<oldCapacity {
            // unsafe: reads each slot of the old table once, then lets it go.
            let slot = unsafe old[index]
            if slot.ordinal != noOrdinal { place(slot) }
        }
        unsafe old.deallocate()
    }

    private static func blankSlots(_ count: Int) -> UnsafeMutablePointer<Slot> {
        let byteCount = count * MemoryLayout<Slot>.stride
        let slots =
            if byteCount < HugeMemory.pageBytes {
                UnsafeMutablePointer<Slot>.allocate(capacity: count)
            } else {
                // unsafe: memory of at least so many slots.
                unsafe HugeMemory.allocate(byteCount).bindMemory(to: Slot.self, capacity: count)
            }
        // unsafe: fills what was just allocated.
        unsafe slots.initialize(repeating: Slot(hash: 0, ordinal: noOrdinal), count: count)
        return unsafe slots
    }
}
