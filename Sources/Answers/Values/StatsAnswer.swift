/// Counts, sizes, memory, positions.
package struct StatsAnswer: Codable, Equatable, Sendable {
    /// Customers.
    package var customers: UInt64
    /// Identifiers.
    package var identifiers: UInt64
    /// Pairs that are linked.
    package var links: UInt64
    /// Pairs of which anything was said.
    package var pairs: UInt64
    /// Events folded so far, repeats included.
    package var events: UInt64
    /// Merges so far.
    package var merges: UInt64
    /// Splits so far.
    package var splits: UInt64
    /// Bytes of graph in memory.
    package var memoryBytes: Int
    /// Bytes that the store takes on disk. The desk does not know: whoever holds the store says.
    package var diskBytes: UInt64 = 0
    /// Log records behind the last stored checkpoint.
    package var tailRecords: UInt64
    /// How long opening the store took, in seconds. Whoever opened it says.
    package var openingSeconds = 0.0
    /// What the store's key is known by. Whoever holds the store says.
    package var keyFingerprint = ""
    /// The logical digest of the graph, 32 hexadecimal digits.
    package var digest: String
    /// By partition, the record that is appended next.
    package var positions: [String: UInt64]

    private enum CodingKeys: String, CodingKey {
        case customers, identifiers, links, pairs, events, merges, splits, digest, positions
        case memoryBytes = "memory_bytes"
        case diskBytes = "disk_bytes"
        case tailRecords = "tail_records"
        case openingSeconds = "opening_seconds"
        case keyFingerprint = "key_fingerprint"
    }
}
