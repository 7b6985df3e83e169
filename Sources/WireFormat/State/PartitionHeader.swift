package import GraphCore
package import IdentityModel

/// What a checkpoint says of itself: where in the log it stands, and all that a partition counts.
package struct PartitionHeader: Equatable, Sendable {
    /// The offset of the first log record that is not folded into the checkpoint.
    package var position: UInt64 = 0
    /// The checksum of the last record that is; 0 for none.
    package var lastRecordChecksum: UInt64 = 0
    /// Events folded so far, repeats included.
    package var events: UInt64 = 0
    /// The machine's logic in force.
    package var logicVersion: UInt64 = 1
    /// The rules in force; 0 for none.
    package var rulesVersion: UInt64 = 0
    /// All caused by records before it has reached its logs.
    package var doneOffset: UInt64 = 0
    /// By receiver: the number of the last message sent to it.
    package var sent: [UInt64] = []
    /// By sender: the number of the last message applied from it.
    package var seen: [UInt64] = []
    /// What the graph held and had done.
    package var counters = GraphCounters()
    /// The sum over all pairs' evidence.
    package var evidenceDigest = Digest.zero
    /// The sum over all components.
    package var componentDigest = Digest.zero
    /// How many changes were told; the feed's offset of the next one.
    package var changes: UInt64 = 0
    /// The rules in force, encoded; empty for the standing ones.
    package var rules: [UInt8] = []
    /// How far fragments were brought to the rules in force; nil where all are of these.
    package var sweep: FragmentSweep?
    /// How many namespaces are named, from 1.
    package var namespaceCount: UInt32 = 0
    /// How many sources are named, from 1.
    package var sourceCount: UInt32 = 0

    /// The header of a partition that has folded nothing.
    package init() {}

    /// The stored form: format (1), then the members in order, numbers as varints, digests and
    /// checksum as words, arrays counted; in format 1 without changes, in format 2 without what
    /// follows them: rules, whether there is a sweep (1), and its next and last sequence and member
    /// (16).
    package var encoded: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.usualBytes + 2 * (sent.count + seen.count))
        bytes.append(StateFormat.header)
        bytes.appendVarint(position)
        bytes.appendWord(lastRecordChecksum)
        bytes.appendVarint(events)
        bytes.appendVarint(logicVersion)
        bytes.appendVarint(rulesVersion)
        bytes.appendVarint(doneOffset)
        Self.append(sent, to: &bytes)
        Self.append(seen, to: &bytes)
        bytes.appendVarint(counters.identifiers)
        bytes.appendVarint(counters.customers)
        bytes.appendVarint(counters.pairs)
        bytes.appendVarint(counters.liveLinks)
        bytes.appendVarint(counters.merges)
        bytes.appendVarint(counters.splits)
        bytes.appendVarint(counters.minted)
        Self.append(evidenceDigest, to: &bytes)
        Self.append(componentDigest, to: &bytes)
        bytes.appendVarint(UInt64(namespaceCount))
        bytes.appendVarint(UInt64(sourceCount))
        bytes.appendVarint(changes)
        bytes.appendCounted(rules.span)
        bytes.append(sweep == nil ? 0 : 1)
        if let sweep {
            bytes.appendVarint(sweep.next)
            bytes.appendVarint(sweep.end)
            bytes.appendKey(sweep.after)
        }
        return bytes
    }

    /// What the stored form seldom exceeds but for what is counted by partition.
    private static let usualBytes = 112

    private static func append(_ numbers: [UInt64], to bytes: inout [UInt8]) {
        bytes.appendVarint(UInt64(numbers.count))
        for number in numbers { bytes.appendVarint(number) }
    }

    private static func append(_ digest: Digest, to bytes: inout [UInt8]) {
        bytes.appendWord(digest.first)
        bytes.appendWord(digest.second)
    }

    /// Reads the stored form.
    ///
    /// - Throws: `WireError`.
    package init(_ bytes: Span<UInt8>) throws(WireError) {
        var cursor = ByteCursor(0..<bytes.count)
        let format = try StateFormat.read(bytes, &cursor, latest: StateFormat.header)
        position = try cursor.varint(bytes)
        lastRecordChecksum = try cursor.word(bytes)
        events = try cursor.varint(bytes)
        logicVersion = try cursor.varint(bytes)
        rulesVersion = try cursor.varint(bytes)
        doneOffset = try cursor.varint(bytes)
        sent = try Self.numbers(bytes, &cursor)
        seen = try Self.numbers(bytes, &cursor)
        counters.identifiers = try cursor.varint(bytes)
        counters.customers = try cursor.varint(bytes)
        counters.pairs = try cursor.varint(bytes)
        counters.liveLinks = try cursor.varint(bytes)
        counters.merges = try cursor.varint(bytes)
        counters.splits = try cursor.varint(bytes)
        counters.minted = try cursor.varint(bytes)
        evidenceDigest = try Self.digest(bytes, &cursor)
        componentDigest = try Self.digest(bytes, &cursor)
        namespaceCount = try cursor.number(bytes)
        sourceCount = try cursor.number(bytes)
        if format > 1 { changes = try cursor.varint(bytes) }
        if format > 2 {
            rules.append(bytes, try cursor.counted(bytes))
            if try cursor.flag(bytes) {
                let next = try cursor.varint(bytes)
                let end = try cursor.varint(bytes)
                sweep = FragmentSweep(next: next, end: end, after: try cursor.key(bytes))
            }
        }
        try cursor.finish()
    }

    private static func numbers(
        _ bytes: Span<UInt8>, _ cursor: inout ByteCursor
    ) throws(WireError) -> [UInt64] {
        var numbers: [UInt64] = []
        for _ in 0..<(try cursor.count(bytes, leastBytes: 1)) {
            numbers.append(try cursor.varint(bytes))
        }
        return numbers
    }

    private static func digest(
        _ bytes: Span<UInt8>, _ cursor: inout ByteCursor
    ) throws(WireError) -> Digest {
        let first = try cursor.word(bytes)
        return Digest(first: first, second: try cursor.word(bytes))
    }
}
