package import IdentityModel

/// An answer's place in the logs: it reflects every record before it.
package struct PositionAnswer: Codable, Equatable, Sendable {
    /// The partition that answered.
    package let partition: UInt16
    /// The record that is appended next.
    package let offset: UInt64
    /// Of a store of several partitions, the same of all that have answered, by their numbers.
    package let positions: [String: UInt64]?
    /// Of those whose answer a node gave that only stands by, how many records of the log it had
    /// not folded yet, by their numbers; nil where owners have answered.
    package let stale: [String: UInt64]?

    /// The places in all partitions that have answered, by their numbers.
    package var byPartition: [String: UInt64] { positions ?? ["\(partition)": offset] }

    /// The place before the record `offset` of a partition's log.
    package init(_ partition: PartitionID, _ offset: UInt64) {
        self.partition = partition.rawValue
        self.offset = offset
        (positions, stale) = (nil, nil)
    }

    /// The places in the logs of several partitions; the first stands for them. An answer that
    /// nobody was asked for reflects nothing, which is a place in partition 0.
    package init(_ places: [(partition: PartitionID, offset: UInt64)]) {
        self.init(places, stale: [])
    }

    /// The places by partition, and how far those lag behind that only stand by.
    init(_ places: [PartitionID: UInt64], stale: [PartitionID: UInt64] = [:]) {
        self.init(Self.sorted(places), stale: Self.sorted(stale))
    }

    private init(
        _ places: [(partition: PartitionID, offset: UInt64)],
        stale: [(partition: PartitionID, offset: UInt64)]
    ) {
        partition = places.first?.partition.rawValue ?? 0
        offset = places.first?.offset ?? 0
        positions = places.count > 1 ? Self.byNumber(places) : nil
        self.stale = stale.isEmpty ? nil : Self.byNumber(stale)
    }

    private static func sorted(
        _ places: [PartitionID: UInt64]
    ) -> [(partition: PartitionID, offset: UInt64)] {
        places.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private static func byNumber(
        _ places: [(partition: PartitionID, offset: UInt64)]
    ) -> [String: UInt64] {
        var byNumber: [String: UInt64] = [:]
        for place in places { byNumber["\(place.partition.rawValue)"] = place.offset }
        return byNumber
    }
}
