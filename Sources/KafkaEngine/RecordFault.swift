/// Why a partition stands before a record of its log: told to all nodes.
package struct RecordFault: Codable, Equatable, Sendable {
    /// Where the record is.
    package let offset: UInt64
    /// One sentence for a person: why it cannot be folded.
    package let reason: String
    /// Whether it may be passed over: no release could fold it.
    package let mayPass: Bool

    private enum CodingKeys: String, CodingKey {
        case offset, reason
        case mayPass = "may_pass"
    }
}
