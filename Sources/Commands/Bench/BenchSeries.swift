/// What the rounds of a benchmark gave for one figure.
package struct BenchSeries: Equatable, Sendable {
    /// By round.
    package private(set) var values: [Double]

    /// The values of rounds so far.
    package init(_ values: [Double] = []) { self.values = values }

    /// Adds a round's.
    package mutating func append(_ value: Double) { values.append(value) }

    /// The middle one, or the mean of the two in the middle; nil of none.
    package var median: Double? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// The least; nil of none.
    package var least: Double? { values.min() }
    /// The greatest; nil of none.
    package var greatest: Double? { values.max() }
}

/// How long something took, each time, in nanoseconds: every time is kept, for microseconds are too
/// coarse for a question to a graph in memory.
package struct LatencySample: Sendable {
    private var times: [UInt64] = []

    /// None, with room for so many.
    package init(capacity: Int = 0) { times.reserveCapacity(capacity) }

    /// Records one.
    package mutating func record(nanoseconds: UInt64) { times.append(nanoseconds) }

    /// Records what another has recorded.
    package mutating func append(_ other: LatencySample) { times += other.times }

    /// How many were recorded.
    package var count: Int { times.count }

    /// What so many of a thousand did not exceed, for each number given, in nanoseconds: one of the
    /// recorded times, by nearest rank. Nil where nothing was recorded.
    package func quantiles(perMille: [Int]) -> [UInt64]? {
        guard !times.isEmpty else { return nil }
        let sorted = times.sorted()
        return perMille.map { part in
            precondition((0...1_000).contains(part), "quantiles are parts of a thousand")
            let rank = (sorted.count * part + 999) / 1_000
            return sorted[max(rank, 1) - 1]
        }
    }
}
