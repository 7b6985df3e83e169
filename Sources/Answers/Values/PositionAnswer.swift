package import IdentityModel

/// An answer's place in the log: it reflects every record before it.
package struct PositionAnswer: Codable, Equatable, Sendable {
    /// The partition that answered.
    package let partition: UInt16
    /// The record that is appended next.
    package let offset: UInt64

    /// The place before the record `offset` of a partition's log.
    package init(_ partition: PartitionID, _ offset: UInt64) {
        self.partition = partition.rawValue
        self.offset = offset
    }
}
