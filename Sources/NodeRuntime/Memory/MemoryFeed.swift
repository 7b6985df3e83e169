package import IdentityModel

/// A feed that lives as long as the process: for simulations and tests.
///
/// `@unchecked Sendable`: `kept` is read and written under the mutex alone.
package final class MemoryFeed: FeedPort, @unchecked Sendable {
    private struct Kept {
        var first: UInt64
        var changes: [[UInt8]]

        var end: UInt64 { first + UInt64(changes.count) }
    }

    private let mutex = Mutex()
    private var kept: [PartitionID: Kept] = [:]  // lookup only

    /// An empty feed.
    package init() {}

    /// The offsets that are held.
    package func bounds(of partition: PartitionID) -> Range<UInt64> {
        mutex.locked {
            guard let held = kept[partition] else { return 0..<0 }
            return held.first..<held.end
        }
    }

    /// Adds changes from `offset` on, the end of the bounds or any where none is held.
    package func append(_ changes: [[UInt8]], from offset: UInt64, of partition: PartitionID) {
        guard !changes.isEmpty else { return }
        mutex.locked {
            var held = kept[partition] ?? Kept(first: offset, changes: [])
            precondition(offset == held.end, "changes are kept in order")
            held.changes += changes
            kept[partition] = held
        }
    }

    /// Nothing: no power loss spares memory.
    package func sync() {}

    /// Gives the changes from `offset` on to `body`, in order, until it says false.
    package func read(
        from offset: UInt64, of partition: PartitionID,
        _ body: (_ offset: UInt64, _ change: Span<UInt8>) -> Bool
    ) {
        guard let held = mutex.locked({ kept[partition] }) else { return }
        for place in max(offset, held.first)..<max(offset, held.end) {
            let change = held.changes[Int(place - held.first)]
            guard body(place, change.span) else { return }
        }
    }

    /// Forgets the changes before `offset`.
    package func trim(before offset: UInt64, of partition: PartitionID) {
        mutex.locked {
            guard var held = kept[partition], offset > held.first else { return }
            held.changes.removeFirst(min(Int(offset - held.first), held.changes.count))
            held.first = offset
            kept[partition] = held
        }
    }

    /// Forgets the changes from `offset` on.
    package func cut(from offset: UInt64, of partition: PartitionID) {
        mutex.locked {
            guard var held = kept[partition], offset < held.end else { return }
            held.changes.removeLast(Int(held.end - max(offset, held.first)))
            kept[partition] = held.changes.isEmpty ? nil : held
        }
    }
}
