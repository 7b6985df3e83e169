/// Byte strings of at most 2 KiB (identifier values, reasons) in 1 MiB chunks, of which the first
/// is small at first: a graph of a few identifiers takes little memory.
///
/// Lengths are rounded up to eight bytes; what is released is kept by size and given again. A
/// reference counts units of eight bytes, so that four bytes reach 32 GiB. Reference 0 is "none".
@safe package struct ByteArena: ~Copyable {
    private static var unitBytes: Int { 8 }
    private static var chunkUnits: Int { 1 << 17 }
    private static var firstUnits: Int { 1 << 9 }
    /// Chunks that are allocated one by one; further ones come from blocks of huge pages.
    private static var smallChunks: Int { 4 }
    /// The longest string, in bytes.
    package static var maximumBytes: Int { 2_048 }

    // unsafe: chunks are owned here alone; a reference is checked against `chunks` before use.
    private var chunks: [UnsafeMutableRawPointer]
    private var blocks = ChunkBlocks(chunkBytes: chunkUnits * unitBytes)
    /// How many units the chunks have room for.
    private var capacity = 0
    private var next = 1
    private var usedUnits = 0
    /// By length in units, as far as any was released.
    private var released: [[UInt32]] = []

    /// The bytes of the strings in use, rounded up as they are stored.
    var usedByteCount: Int { usedUnits * Self.unitBytes }
    /// The memory that the chunks take, in bytes.
    package var byteCount: Int { capacity * Self.unitBytes }

    /// An empty arena.
    package init() { unsafe chunks = [] }

    deinit {
        for index in unsafe chunks.indices.prefix(Self.smallChunks) {
            unsafe chunks[index].deallocate()
        }
    }

    /// Copies `bytes` in; `noOrdinal` for none.
    package mutating func store(_ bytes: Span<UInt8>) -> UInt32 {
        guard bytes.count > 0 else { return 0 }
        let reference = allocate(bytes.count)
        let target = unsafe address(reference, bytes.count)
        unsafe bytes.withUnsafeBytes { source in
            // unsafe: `allocate` made room for `bytes.count` bytes at `target`.
            unsafe target.copyMemory(from: source.baseAddress!, byteCount: source.count)
        }
        return reference
    }

    /// Copies a part of `bytes` in; `noOrdinal` for none.
    package mutating func store(_ bytes: [UInt8], _ range: Range<Int>) -> UInt32 {
        store(bytes.span.extracting(range))
    }

    /// Takes back what `store` gave for a string of `count` bytes.
    package mutating func release(_ reference: UInt32, count: Int) {
        guard reference != 0 else { return }
        let units = Self.units(count)
        while released.count <= units { released.append([]) }
        released[units].append(reference)
        usedUnits -= units
    }

    /// Appends the string of `count` bytes at `reference` to `output`.
    package func append(_ reference: UInt32, count: Int, to output: inout [UInt8]) {
        guard reference != 0 else { return }
        let start = unsafe address(reference, count)
        // unsafe: `address` checked that the string lies inside its chunk.
        unsafe output.append(contentsOf: UnsafeRawBufferPointer(start: start, count: count))
    }

    /// Asks for a string's first cache line ahead of its use; any reference is fine.
    @inline(__always)
    package func prefetch(_ reference: UInt32) {
        guard Int(reference) < capacity else { return }
        // unsafe: an address that is in bounds, and only a hint.
        unsafe kindredPrefetch(
            chunks[Int(reference) / Self.chunkUnits]
                + Int(reference) % Self.chunkUnits * Self.unitBytes)
    }

    private static func units(_ count: Int) -> Int { (count + unitBytes - 1) / unitBytes }

    private mutating func allocate(_ count: Int) -> UInt32 {
        precondition(count <= Self.maximumBytes, "lengths are checked where events are decoded")
        let units = Self.units(count)
        usedUnits += units
        if units < released.count, let reference = released[units].popLast() { return reference }
        if next % Self.chunkUnits + units > Self.chunkUnits {
            next += Self.chunkUnits - next % Self.chunkUnits
        }
        while next + units > capacity { grow() }
        precondition(next + units <= Int(UInt32.max), "an arena holds at most 32 GiB")
        defer { next += units }
        return UInt32(next)
    }

    /// Makes room for at least `chunkUnits` more, or doubles the first chunk.
    private mutating func grow() {
        let isFirst = capacity < Self.chunkUnits
        let room = isFirst ? max(Self.firstUnits, capacity * 2) : Self.chunkUnits
        // unsafe: a new chunk; where it is the first, larger than before, it gets what that held.
        let chunk =
            if unsafe chunks.count < Self.smallChunks {
                UnsafeMutableRawPointer.allocate(
                    byteCount: room * Self.unitBytes, alignment: Self.unitBytes)
            } else {
                unsafe blocks.take()
            }
        if isFirst, capacity > 0 {
            unsafe chunk.copyMemory(from: chunks[0], byteCount: capacity * Self.unitBytes)
            unsafe chunks.removeLast().deallocate()
        }
        unsafe chunks.append(chunk)
        capacity = isFirst ? room : capacity + room
    }

    private func address(_ reference: UInt32, _ count: Int) -> UnsafeMutableRawPointer {
        let place = Int(reference) % Self.chunkUnits
        precondition(
            place + Self.units(count) <= Self.chunkUnits
                && Int(reference) + Self.units(count) <= capacity, "no such string")
        // unsafe: the lines above keep the chunk's number and the place in what is allocated.
        return unsafe chunks[Int(reference) / Self.chunkUnits] + place * Self.unitBytes
    }
}
