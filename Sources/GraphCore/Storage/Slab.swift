/// The place of a record in its slab. 0 is "none", so that zeroed links mean nothing.
///
/// Ordinals are memory's own affair: they follow neither keys nor arrival, are given again after
/// an eviction, and never reach a record, a message, a stored value or an order.
package typealias Ordinal = UInt32

/// No record.
package let noOrdinal: Ordinal = 0

/// Records of one kind in fixed chunks: growing copies nothing, and a record never moves, but for
/// those of the first chunk while it is small: a graph of a few identifiers takes little memory.
///
/// The one owner of raw memory beside `OrdinalIndex` and `ByteArena`. Every access is checked
/// against the number of records ever handed out; a record that was released reads as zero until
/// it is given again.
@safe package struct Slab<Record: BitwiseCopyable>: ~Copyable {
    private static var chunkShift: UInt32 { 12 }
    private static var chunkRecords: Int { 1 << Int(chunkShift) }
    private static var chunkMask: UInt32 { UInt32(chunkRecords - 1) }
    /// Records that the first chunk has room for at first.
    private static var firstRecords: Int { 32 }
    /// Chunks that are allocated one by one; further ones come from blocks of huge pages, which
    /// would be most of a small graph's memory.
    private static var smallChunks: Int { 16 }
    private static var cacheLineBytes: Int { 64 }

    // unsafe: owned here alone; `subscript` checks every ordinal before it follows a chunk.
    private var chunks: UnsafeMutablePointer<UnsafeMutablePointer<Record>>
    private var chunkCount = 0
    private var chunkCapacity = 16
    private var blocks = ChunkBlocks(chunkBytes: chunkRecords * MemoryLayout<Record>.stride)
    /// The records that the chunks have room for, place 0 included.
    private var capacity = 0
    /// One more than the greatest ordinal handed out so far.
    private var bound: Ordinal = 1
    private var released: [Ordinal] = []
    private let blank: Record

    /// The number of records in use.
    package var count: Int { Int(bound) - 1 - released.count }
    /// The bytes of the records in use.
    package var usedByteCount: Int { count * MemoryLayout<Record>.stride }
    /// The memory that the records take, in bytes.
    package var byteCount: Int { capacity * MemoryLayout<Record>.stride }

    /// Every ordinal ever handed out, those of released records included.
    package var ordinals: Range<Ordinal> { 1..<bound }

    /// An empty slab whose new records equal `blank`.
    package init(blank: Record) {
        self.blank = blank
        unsafe chunks = .allocate(capacity: chunkCapacity)
    }

    deinit {
        for index in 0..<min(chunkCount, Self.smallChunks) { unsafe chunks[index].deallocate() }
        unsafe chunks.deallocate()
    }

    /// The record at `ordinal`, which must have been handed out.
    package subscript(_ ordinal: Ordinal) -> Record {
        @inline(__always) _read {
            precondition(ordinal != noOrdinal && ordinal < bound, "no such record")
            // unsafe: the check above keeps the chunk and the place inside what is allocated.
            yield unsafe chunks[Int(ordinal >> Self.chunkShift)][Int(ordinal & Self.chunkMask)]
        }
        @inline(__always) _modify {
            precondition(ordinal != noOrdinal && ordinal < bound, "no such record")
            // unsafe: as in `_read`; the slab is the chunk's only owner.
            yield unsafe &chunks[Int(ordinal >> Self.chunkShift)][Int(ordinal & Self.chunkMask)]
        }
    }

    /// Asks for the record's cache lines ahead of its use; any ordinal is fine.
    @inline(__always)
    package func prefetch(_ ordinal: Ordinal) {
        guard ordinal < bound else { return }
        // unsafe: addresses of the record's first and last byte, and only hints.
        let start = unsafe UnsafeRawPointer(
            chunks[Int(ordinal >> Self.chunkShift)] + Int(ordinal & Self.chunkMask))
        unsafe kindredPrefetch(start)
        if MemoryLayout<Record>.stride > Self.cacheLineBytes {
            unsafe kindredPrefetch(start + (MemoryLayout<Record>.stride - 1))
        }
    }

    /// Hands out a blank record.
    @inline(__always)
    package mutating func allocate() -> Ordinal {
        if let ordinal = released.popLast() { return ordinal }
        precondition(bound < Ordinal.max, "a slab holds at most 2^32 - 2 records")
        if Int(bound) >= capacity { grow() }
        bound += 1
        return bound - 1
    }

    /// Takes a record back and blanks it.
    package mutating func release(_ ordinal: Ordinal) {
        self[ordinal] = blank
        released.append(ordinal)
    }

    private mutating func grow() {
        if capacity < Self.chunkRecords { growFirstChunk() } else { addChunk() }
    }

    private mutating func growFirstChunk() {
        let room = capacity == 0 ? Self.firstRecords : capacity * 2
        let chunk = UnsafeMutablePointer<Record>.allocate(capacity: room)
        // unsafe: fills what was just allocated, of which `capacity` records were there before, and
        // the table has room for one chunk from the start.
        unsafe chunk.initialize(repeating: blank, count: room)
        if capacity > 0 {
            unsafe chunk.update(from: chunks[0], count: capacity)
            unsafe chunks[0].deallocate()
        }
        unsafe chunks.initialize(to: chunk)
        chunkCount = 1
        capacity = room
    }

    private mutating func addChunk() {
        if chunkCount == chunkCapacity {
            let larger = UnsafeMutablePointer<UnsafeMutablePointer<Record>>
                .allocate(capacity: chunkCapacity * 2)
            // unsafe: moves the table of chunk addresses, `chunkCount` of them, to twice the room.
            unsafe larger.moveInitialize(from: chunks, count: chunkCount)
            unsafe chunks.deallocate()
            unsafe chunks = larger
            chunkCapacity *= 2
        }
        let chunk =
            if chunkCount < Self.smallChunks {
                UnsafeMutablePointer<Record>.allocate(capacity: Self.chunkRecords)
            } else {
                // unsafe: a chunk of as many records, of which this is the only owner.
                unsafe blocks.take().bindMemory(to: Record.self, capacity: Self.chunkRecords)
            }
        // unsafe: fills what was just allocated, and writes inside the table's room made above.
        unsafe chunk.initialize(repeating: blank, count: Self.chunkRecords)
        unsafe chunks.advanced(by: chunkCount).initialize(to: chunk)
        chunkCount += 1
        capacity += Self.chunkRecords
    }
}
