import RetailWorkload

/// The components of a stream by a plain union-find: the slow twin of what the graph makes of it.
struct WorkloadGraph {
    private var ordinals: [UInt64: Int] = [:]
    private var parents: [Int] = []

    /// The number of identifiers that were seen.
    var identifierCount: Int { parents.count }

    /// Takes both ends of `event` as one customer's.
    mutating func link(_ event: RetailEvent) {
        let first = root(ordinal(event.first))
        let second = root(ordinal(event.second))
        if first != second { parents[max(first, second)] = min(first, second) }
    }

    /// The sizes of the components, ascending.
    mutating func componentSizes() -> [Int] {
        var sizes = [Int](repeating: 0, count: parents.count)
        for ordinal in parents.indices { sizes[root(ordinal)] += 1 }
        return sizes.filter { $0 > 0 }.sorted()
    }

    private mutating func ordinal(_ identifier: RetailIdentifier) -> Int {
        let name = UInt64(identifier.kind.rawValue) << 56 | identifier.number
        if let known = ordinals[name] { return known }
        ordinals[name] = parents.count
        parents.append(parents.count)
        return parents.count - 1
    }

    private mutating func root(_ ordinal: Int) -> Int {
        var node = ordinal
        while parents[node] != node {
            parents[node] = parents[parents[node]]
            node = parents[node]
        }
        return node
    }
}

extension RetailEvent {
    /// Whether the line is noise: a household's device or a supernode.
    var isNoise: Bool {
        [first.kind, second.kind].contains { $0 == .household || $0 == .supernode }
    }

    /// The pair whichever way round, and its source: what an unlink must match.
    var pairName: [UInt64] {
        let names = [first, second].map { UInt64($0.kind.rawValue) << 56 | $0.number }.sorted()
        return names + [UInt64(channel.rawValue)]
    }
}

/// The whole stream as bytes, taken in batches of `batch` lines.
func stream(
    _ links: Int, seed: UInt64, unlinkPercent: Double = 0,
    format: RetailWorkloadGenerator.Format = .jsonLines, batch: Int = 1_000
) -> [UInt8] {
    var generator = RetailWorkloadGenerator(
        links: links, seed: seed, unlinkPercent: unlinkPercent, format: format)
    var bytes: [UInt8] = []
    while generator.appendBatch(batch, to: &bytes) > 0 {}
    return bytes
}

/// Every event of a stream, in order.
func events(_ links: Int, seed: UInt64, unlinkPercent: Double = 0) -> [RetailEvent] {
    let generator = RetailWorkloadGenerator(
        links: links, seed: seed, unlinkPercent: unlinkPercent)
    return (0..<generator.lineCount).map { generator.event(at: $0) }
}

/// FNV-1a, 64 bits (G. Fowler, L. Noll, K.-P. Vo): enough to notice that a byte changed.
func checksum(_ bytes: [UInt8]) -> UInt64 {
    bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
}
