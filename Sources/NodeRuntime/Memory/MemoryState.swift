/// A state store that lives as long as the process: for rehearsals and tests.
package final class MemoryState: StatePort {
    private let mutex = Mutex()
    private var values: [[UInt8]: [UInt8]] = [:]  // sorted before it is walked

    /// An empty store.
    package init() {}

    /// Puts the value of `key` into `value` and says whether there is one.
    package func read(_ key: [UInt8], into value: inout [UInt8]) -> Bool {
        guard let found = mutex.locked({ values[key] }) else { return false }
        value = found
        return true
    }

    /// Gives the entries of `lower..<upper` to `body`, sorted, until it says false.
    package func scan(
        from lower: [UInt8], to upper: [UInt8],
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> Bool
    ) {
        let values = mutex.locked { self.values }
        let keys = values.keys.filter {
            !$0.lexicographicallyPrecedes(lower) && $0.lexicographicallyPrecedes(upper)
        }
        for key in keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            guard let value = values[key], body(key.span, value.span) else { return }
        }
    }

    /// Applies all changes.
    package func apply(_ batch: CheckpointBatch) {
        mutex.locked {
            batch.forEachSorted { (key, value, isRemoval) in
                values[Self.array(key)] = isRemoval ? nil : Self.array(value)
            }
        }
    }

    private static func array(_ bytes: Span<UInt8>) -> [UInt8] {
        var copy: [UInt8] = []
        copy.reserveCapacity(bytes.count)
        for index in 0..<bytes.count { copy.append(bytes[index]) }
        return copy
    }
}
