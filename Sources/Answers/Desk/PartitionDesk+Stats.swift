internal import GraphCore
internal import IdentityModel
package import NodeRuntime

// What is counted.
extension PartitionDesk {
    /// What one partition counts.
    private struct Counts: Sendable {
        let counters: GraphCounters
        let digest: Digest
        let events: UInt64
        let memoryBytes: Int
        let tailRecords: UInt64
        let position: UInt64
    }

    /// What is counted, over all partitions, without a look at the stores: cheap.
    ///
    /// - Throws: nothing that counting could fail at; `StoreFailure` is the protocol's.
    package func stats() throws(StoreFailure) -> StatsAnswer {
        let parts = try askEach { runtime in
            Counts(
                counters: runtime.counters, digest: runtime.digest, events: runtime.eventCount,
                memoryBytes: runtime.memoryBytes, tailRecords: runtime.tailRecords,
                position: runtime.position)
        }
        var (counters, digest) = (GraphCounters(), Digest.zero)
        for part in parts {
            counters += part.counters
            digest += part.digest
        }
        return StatsAnswer(
            customers: counters.customers, identifiers: counters.identifiers,
            links: counters.liveLinks, pairs: counters.pairs,
            events: parts.reduce(0) { $0 + $1.events }, merges: counters.merges,
            splits: counters.splits, memoryBytes: parts.reduce(0) { $0 + $1.memoryBytes },
            tailRecords: parts.reduce(0) { $0 + $1.tailRecords }, digest: digest.hexadecimal,
            positions: positions(parts))
    }

    private func positions(_ parts: [Counts]) -> [String: UInt64] {
        var positions: [String: UInt64] = [:]
        if parts.count == 1 {
            positions["\(position.partition)"] = parts[0].position
        } else {
            for (place, part) in parts.enumerated() { positions["\(place)"] = part.position }
        }
        return positions
    }
}
