/// A state store that lives as long as the process: for rehearsals and tests.
package final class MemoryState: StatePort {
    private let mutex = Mutex()
    private var values: [[UInt8]: [UInt8]] = [:]  // lookup only
    /// The keys in order; made anew for the first scan after a change.
    private var sortedKeys: [[UInt8]]?

    /// An empty store.
    package init() {}

    /// A store that holds what this one holds now.
    package func copy() -> MemoryState {
        let copy = MemoryState()
        copy.values = mutex.locked { values }
        return copy
    }

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
        let (keys, found) = mutex.locked { () -> ([[UInt8]], [[UInt8]: [UInt8]]) in
            let keys = sortedKeys ?? values.keys.sorted { $0.lexicographicallyPrecedes($1) }
            sortedKeys = keys
            return (keys, values)
        }
        for key in keys[Self.place(of: lower, in: keys)...] {
            guard key.lexicographicallyPrecedes(upper), let value = found[key],
                body(key.span, value.span)
            else { return }
        }
    }

    /// The place of the first key that is not before `lower`.
    private static func place(of lower: [UInt8], in keys: [[UInt8]]) -> Int {
        var (first, end) = (0, keys.count)
        while first < end {
            let middle = (first + end) / 2
            if keys[middle].lexicographicallyPrecedes(lower) {
                first = middle + 1
            } else {
                end = middle
            }
        }
        return first
    }

    /// Applies all changes.
    package func apply(_ batch: CheckpointBatch) {
        mutex.locked {
            sortedKeys = nil
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
