/// How a process shares out the memory that it may use.
package struct MemoryBudget: Equatable, Sendable {
    /// All of it, in bytes.
    package private(set) var totalBytes: Int

    /// The least that is of use, in bytes.
    package static let minimumBytes = 32 << 20
    /// What tests and rehearsals get: more than they use, in bytes.
    package static let unlimited = MemoryBudget(totalBytes: 1 << 46)

    /// A budget of at least `minimumBytes`.
    package init(totalBytes: Int) { self.totalBytes = max(totalBytes, Self.minimumBytes) }

    /// A budget of any size, for a trial of little memory: no process is given less than
    /// `minimumBytes`.
    package init(exactly totalBytes: Int) { self.totalBytes = totalBytes }

    /// What each of so many partitions may use. Several of them may get less than a process may be
    /// given, down to `minimumBytes` for all together.
    package func share(among count: UInt16) -> MemoryBudget {
        var share = self
        share.totalBytes = totalBytes / Int(count)
        return share
    }

    /// For the graph: half. What is over it is let go, after a checkpoint if it has changed.
    package var graphBytes: Int { totalBytes / 2 }
    /// What the graph is brought down to once it is over, so that this is not done all the time.
    package var graphTargetBytes: Int { graphBytes / 8 * 7 }
    /// What the graph may grow by while a checkpoint is gathered and stored, since nothing is
    /// evicted meanwhile: a sixteenth. Over it, writing waits.
    package var marginBytes: Int { totalBytes / 16 }
    /// For a checkpoint on its way, whose changes are held twice: an eighth. It is begun at half of
    /// it, since as much may change while it is gathered.
    package var changedBytes: Int { totalBytes / 8 }
    /// For the state database's blocks: an eighth, at most 256 MiB.
    package var blockCacheBytes: Int { min(totalBytes / 8, 256 << 20) }
    /// For the log database's memory table, of which there may be two: at most 64 MiB.
    package var logBufferBytes: Int { min(totalBytes / 16, 64 << 20) }

    /// What a changed entity is taken to take in a checkpoint, in bytes.
    static let bytesPerChange = 160
}
