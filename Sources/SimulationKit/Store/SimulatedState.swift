package import NodeRuntime

/// A partition's state in memory. For one thread: a run has one.
package final class SimulatedState: StatePort {
    /// All that it holds; a copy is a snapshot.
    var table: EntryTable
    private var scratch: [UInt8] = []

    /// An empty state.
    package convenience init() { self.init(EntryTable()) }

    /// A state that holds a snapshot.
    init(_ table: EntryTable) { self.table = table }

    /// Puts the value of `key` into `value` and says whether there is one.
    package func read(_ key: [UInt8], into value: inout [UInt8]) -> Bool {
        guard let found = table.value(of: key) else { return false }
        value = found
        return true
    }

    /// Gives the entries of `lower..<upper` to `body`, sorted, until it says false.
    package func scan(
        from lower: [UInt8], to upper: [UInt8],
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> Bool
    ) {
        let end = EntryTable.Entry(upper, [])
        table.forEach(from: lower) { entry in
            entry.isBefore(end) && body(entry.key.span, entry.value.span)
        }
    }

    /// Applies all changes.
    package func apply(_ batch: CheckpointBatch) {
        batch.forEachSorted { key, value, isRemoval in
            if isRemoval {
                table.remove(Self.array(key))
            } else {
                table.put(Self.array(key), Self.array(value))
            }
        }
    }

    /// A writer into the table, which this state lacks until `endWriting` gives it back.
    func beginWriting() -> TableWriter {
        let writer = TableWriter(table: table, scratch: scratch)
        table = EntryTable()
        scratch = []
        return writer
    }

    /// Takes back what `beginWriting` gave.
    func endWriting(_ writer: TableWriter) {
        table = writer.table
        scratch = writer.scratch
    }

    private static func array(_ bytes: Span<UInt8>) -> [UInt8] {
        var copy: [UInt8] = []
        copy.reserveCapacity(bytes.count)
        for index in bytes.indices { copy.append(bytes[index]) }
        return copy
    }
}
