internal import CMemoryHints

/// Hints that `address` is used soon; changes no result.
@inline(__always)
package func kindredPrefetch(_ address: UnsafeRawPointer) {
    // unsafe: the processor ignores addresses that it cannot read.
    unsafe kindred_prefetch(address)
}

/// Memory for large tables, which the kernel is asked to back with huge pages: records of one event
/// lie all over a graph, and each page that the processor has to look up costs as much as reading
/// the record. Replaying 3 M links took a fifth less time by it.
enum HugeMemory {
    /// A huge page on the processors that we know, in bytes; elsewhere it is only an alignment.
    static let pageBytes = 2 << 20

    /// Memory of at least `byteCount` bytes, not initialised, to be given back by `deallocate`.
    static func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
        let rounded = (byteCount + pageBytes - 1) / pageBytes * pageBytes
        let start = UnsafeMutableRawPointer.allocate(byteCount: rounded, alignment: pageBytes)
        // unsafe: the range is what was just allocated, whole pages of it; and only a hint.
        unsafe kindred_use_huge_pages(start, rounded)
        return unsafe start
    }
}

/// Chunks of one size out of blocks of huge pages. The memory of a block comes into use as its
/// chunks are written to.
@safe struct ChunkBlocks: ~Copyable {
    private static var blockBytes: Int { 16 << 20 }

    private let chunkBytes: Int
    // unsafe: owned here alone; chunks are given once, and end inside their block.
    private var blocks: [UnsafeMutableRawPointer]
    /// Where the last block's next chunk begins.
    private var next: Int

    /// No chunks yet, of at most 16 MiB each.
    init(chunkBytes: Int) {
        precondition(chunkBytes > 0 && chunkBytes <= Self.blockBytes, "a chunk fits into a block")
        self.chunkBytes = chunkBytes
        unsafe blocks = []
        next = Self.blockBytes
    }

    deinit { for index in unsafe blocks.indices { unsafe blocks[index].deallocate() } }

    /// The next chunk, not initialised, aligned to a cache line where its size is a multiple of
    /// that. It is given back when all are.
    mutating func take() -> UnsafeMutableRawPointer {
        if next + chunkBytes > Self.blockBytes {
            // unsafe: a block that only this type knows.
            unsafe blocks.append(HugeMemory.allocate(Self.blockBytes))
            next = 0
        }
        defer { next += chunkBytes }
        // unsafe: `chunkBytes` from `next` on are inside the block, and nobody's yet.
        return unsafe blocks[blocks.count - 1] + next
    }
}
