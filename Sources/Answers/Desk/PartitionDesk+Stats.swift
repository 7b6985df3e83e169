internal import GraphCore
internal import IdentityModel
package import NodeRuntime

// What is counted.
extension PartitionDesk {
    /// What is counted, over all partitions, without a look at the stores: cheap.
    ///
    /// - Throws: `StoreFailure`.
    package func stats() throws(StoreFailure) -> StatsAnswer {
        let parts = try reach.askEach(
            (0..<reach.partitionCount).map { place in
                (partition: PartitionID(place), question: CountsQuestion())
            })
        var (counters, digest) = (GraphCounters(), Digest.zero)
        for part in parts {
            counters += part.counters
            digest += part.digest
        }
        return StatsAnswer(
            customers: counters.customers, identifiers: counters.identifiers,
            links: counters.liveLinks, pairs: counters.pairs,
            events: parts.reduce(0) { $0 + $1.events }, merges: counters.merges,
            splits: counters.splits, memoryBytes: parts.reduce(0) { $0 + Int($1.memoryBytes) },
            tailRecords: parts.reduce(0) { $0 + $1.tailRecords }, digest: digest.hexadecimal,
            positions: positions(parts))
    }

    private func positions(_ parts: [CountsQuestion.Answer]) -> [String: UInt64] {
        var positions: [String: UInt64] = [:]
        if parts.count == 1 {
            positions["\(position.partition)"] = parts[0].position
        } else {
            for (place, part) in parts.enumerated() { positions["\(place)"] = part.position }
        }
        return positions
    }
}
