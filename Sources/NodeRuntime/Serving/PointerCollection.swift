/// When a partition that serves forgets where departed components have gone.
///
/// A forwarding pointer is a short cut for what was under way when its component departed: without
/// it a message finds its member by the member's home. So each is kept for a while and then
/// collected, by a record like any other, since folding must not depend on when that is.
///
///     departed ──▶ checkpoint k stored ──▶ checkpoint k + 1 stored ──▶ collected
///
/// What is left when nothing is under way any more goes before the final checkpoint: see
/// `PartitionGroup.checkpoint`.
package struct PointerCollection {
    /// The position of the checkpoint that was stored last, as far as was looked.
    private var storedPosition: UInt64
    /// How many pointers there were then, without those that were collected since.
    private var known: Int
    /// How many of the oldest have been there for long enough.
    private var due = 0
    /// The position behind the last record that collects; the next one waits for it.
    private var end: UInt64 = 0

    /// Begins with a partition that was just opened: what is there by now is known.
    package init(_ runtime: PartitionRuntime<some LogUpkeep, some StatePort>) {
        (storedPosition, known) = (runtime.storedPosition, runtime.pointerCount)
    }

    /// The record that is to be staged now, if one is due; `noteStaged` says that it was.
    package mutating func next(
        _ runtime: PartitionRuntime<some LogUpkeep, some StatePort>
    ) -> (record: [UInt8], count: Int)? {
        guard runtime.position >= end else { return nil }
        if runtime.storedPosition > storedPosition {
            storedPosition = runtime.storedPosition
            (due, known) = (known, runtime.pointerCount)
        }
        guard due > 0 else { return nil }
        guard let next = runtime.collectingRecord(atMost: due) else {
            due = 0
            return nil
        }
        return next
    }

    /// A record that collects so many was staged, and ends before that position; `.max` while that
    /// is not known.
    package mutating func noteStaged(_ count: Int, before end: UInt64) {
        known -= min(count, known)
        due -= count
        self.end = end
    }
}
