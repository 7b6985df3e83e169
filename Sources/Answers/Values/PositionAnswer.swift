package import IdentityModel

/// An answer's place in the logs: it reflects every record before it.
package struct PositionAnswer: Codable, Equatable, Sendable {
    /// The partition that answered.
    package let partition: UInt16
    /// The record that is appended next.
    package let offset: UInt64
    /// Of a store of several partitions, the same of all that have answered, by their numbers.
    package let positions: [String: UInt64]?

    /// The place before the record `offset` of a partition's log.
    package init(_ partition: PartitionID, _ offset: UInt64) {
        self.partition = partition.rawValue
        self.offset = offset
        positions = nil
    }

    /// The places in the logs of several partitions; the first stands for them.
    package init(_ places: [(partition: PartitionID, offset: UInt64)]) {
        precondition(!places.isEmpty, "somebody has answered")
        partition = places[0].partition.rawValue
        offset = places[0].offset
        var positions: [String: UInt64] = [:]
        for place in places { positions["\(place.partition.rawValue)"] = place.offset }
        self.positions = places.count > 1 ? positions : nil
    }
}
