internal import GraphCore
package import IdentityModel

/// One entry of a partition's log, without the events or messages themselves.
///
/// Layout, format 1: format (1 byte), kind (1), logic version (varint), configuration digest (8),
/// body, checksum of all before it (8).
package enum Record: Equatable, Sendable {
    /// Events from outside: idempotent facts, unnumbered. Read with `EventFrame.decode`.
    case events(body: Range<Int>)
    /// Deliveries of another partition, numbered by it: the first has `number`, each further one
    /// the next. A body is what `MessageWriter` makes; read with `MessageFrame.decode`.
    case messages(sender: PartitionID, number: UInt64, bodies: [Range<Int>])
    /// Coalesced changes go out now; the owner's clock said so.
    case tick(EventTime)
    /// All that was caused by records before the offset has reached its logs.
    case done(offset: UInt64)
    /// The forwarding pointers of departed components go: 1 to `RecordLimits.collected` of them.
    case collect([ComponentID])
    /// Rules of a version are in force from here on.
    case rules(version: UInt64, body: Range<Int>)
    /// The machine's logic of a version is in force from here on.
    case logic(version: UInt64)
}

/// What stands before every record's body.
package struct RecordHead: Equatable, Sendable {
    /// The format of log records that this program writes, and the latest that it reads.
    package static let format: UInt8 = 1

    /// The machine's logic that the writer meant: by no earlier one is the record folded.
    package var logicVersion: UInt64
    /// Which key, namespace table and normalisation the writer used.
    package var configurationDigest: UInt64

    /// A head with its members.
    package init(logicVersion: UInt64, configurationDigest: UInt64) {
        self.logicVersion = logicVersion
        self.configurationDigest = configurationDigest
    }
}

/// The kinds of record as they are written; the numbers never change.
enum RecordKind: UInt8 {
    case events = 1
    case messages = 2
    case tick = 3
    case done = 4
    case collect = 5
    case rules = 6
    case logic = 7
    case bundle = 8
}

/// How large a record may be.
package enum RecordLimits {
    /// Events in one record at most: a micro-batch.
    package static let events = 4_096
    /// The size from which no further event is added, in bytes. With one more event of the largest
    /// size a record stays under Kafka's default of 1 MiB for a message.
    package static let bytes = 768 << 10
    /// Deliveries leave in one record as long as their bodies have at most so many bytes together:
    /// 64 KiB, a few hundred messages. One alone may have more.
    package static let bundleBytes = 64 << 10
    /// Forwarding pointers that one record collects at most.
    package static let collected = 4_096
}

/// Bytes <-> records.
package enum RecordCodec {
    private static let checksumBytes = 8
    /// The most that a number takes.
    private static let varintBytes = 10
    /// The most that is around a body: head, sender and number, a count, checksum.
    private static let frameBytes = 64

    /// Reads a record's head and kind, after its checksum.
    ///
    /// - Throws: `WireError.damaged`, or `.newerFormat` for a format that this program lacks.
    package static func decode(
        _ bytes: Span<UInt8>
    ) throws(WireError) -> (head: RecordHead, record: Record) {
        guard soundChecksum(bytes) != nil else {
            throw WireError(.damaged, "a log record fails its checksum")
        }
        var cursor = ByteCursor(0..<bytes.count - checksumBytes)
        let format = try cursor.byte(bytes)
        guard format == RecordHead.format else {
            throw WireError(
                format == 0 ? .damaged : .newerFormat, "a log record has format \(format)")
        }
        let code = try cursor.byte(bytes)
        guard let kind = RecordKind(rawValue: code) else {
            throw WireError(.newerFormat, "a log record is of the unknown kind \(code)")
        }
        let head = RecordHead(
            logicVersion: try cursor.varint(bytes), configurationDigest: try cursor.word(bytes))
        return (head, try decodeBody(kind, bytes, &cursor))
    }

    /// Bytes of a record that carries no events and no messages.
    package static func encode(_ record: Record, _ head: RecordHead) -> [UInt8] {
        switch record {
        case .tick(let time):
            return seal(.tick, head, room: varintBytes) { $0.appendSignedVarint(time.milliseconds) }
        case .done(let offset):
            return seal(.done, head, room: varintBytes) { $0.appendVarint(offset) }
        case .collect(let ids):
            precondition(
                !ids.isEmpty && ids.count <= RecordLimits.collected, "so many are not collected")
            return seal(.collect, head, room: varintBytes + ids.count * 8) { bytes in
                bytes.appendVarint(UInt64(ids.count))
                for id in ids { bytes.appendWord(id.rawValue) }
            }
        case .logic(let version):
            return seal(.logic, head, room: varintBytes) { $0.appendVarint(version) }
        case .events, .messages, .rules:
            preconditionFailure("records with a body are made by their builders")
        }
    }

    /// Bytes of a record that puts survivorship rules, as `SurvivorshipRules.encode` gives them, in
    /// force under a version. Behind the head: the version (varint), the rules to the end.
    package static func encode(
        rules: [UInt8], version: UInt64, _ head: RecordHead
    ) -> [UInt8] {
        seal(.rules, head, room: varintBytes + rules.count) { bytes in
            bytes.appendVarint(version)
            bytes.append(rules.span)
        }
    }

    /// Bytes of a record with deliveries of a sender, of which the first has `number`.
    ///
    /// Behind the head: sender and number (varints). One body then goes to the end; several, which
    /// are a record of a kind of their own, are counted (varint, bytes) each.
    package static func encode(
        deliveries bodies: ArraySlice<[UInt8]>, sender: PartitionID, number: UInt64,
        _ head: RecordHead
    ) -> [UInt8] {
        precondition(!bodies.isEmpty, "a record holds a delivery")
        let isBundle = bodies.count > 1
        let room = bodies.reduce(0) { $0 + $1.count + varintBytes }
        return seal(isBundle ? .bundle : .messages, head, room: room) { bytes in
            bytes.appendVarint(UInt64(sender.rawValue))
            bytes.appendVarint(number)
            for body in bodies {
                if isBundle { bytes.appendVarint(UInt64(body.count)) }
                bytes.append(body.span)
            }
        }
    }

    /// The checksum that a record's bytes end with; nil if it is not that of the bytes before it.
    /// It tells a record from another at the same offset, too.
    package static func soundChecksum(_ bytes: Span<UInt8>) -> UInt64? {
        guard bytes.count > checksumBytes else { return nil }
        let stored = storedChecksum(bytes)
        return Mixing.hash(bytes.extracting(0..<bytes.count - checksumBytes)) == stored
            ? stored : nil
    }

    /// The checksum that a record's bytes end with, whatever they are: for records that were
    /// decoded before.
    package static func storedChecksum(_ bytes: Span<UInt8>) -> UInt64 {
        var word: UInt64 = 0
        for index in 0..<checksumBytes {
            word |= UInt64(bytes[bytes.count - checksumBytes + index]) << UInt64(index * 8)
        }
        return word
    }

    /// Head, body and checksum in one. `room`: what the body is about to take, in bytes.
    static func seal(
        _ kind: RecordKind, _ head: RecordHead, room: Int, _ body: (inout [UInt8]) -> Void
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(room + frameBytes)
        bytes.append(RecordHead.format)
        bytes.append(kind.rawValue)
        bytes.appendVarint(head.logicVersion)
        bytes.appendWord(head.configurationDigest)
        body(&bytes)
        bytes.appendWord(Mixing.hash(bytes.span))
        return bytes
    }

    private static func decodeBody(
        _ kind: RecordKind, _ bytes: Span<UInt8>, _ cursor: inout ByteCursor
    ) throws(WireError) -> Record {
        switch kind {
        case .events: return .events(body: cursor.offset..<cursor.end)
        case .messages:
            let sender = try cursor.partition(bytes)
            let number = try cursor.varint(bytes)
            return .messages(
                sender: sender, number: number, bodies: [cursor.offset..<cursor.end])
        case .bundle:
            let sender = try cursor.partition(bytes)
            let number = try cursor.varint(bytes)
            return .messages(
                sender: sender, number: number, bodies: try decodeBundle(number, bytes, &cursor))
        case .rules:
            return .rules(
                version: try cursor.varint(bytes), body: cursor.offset..<cursor.end)
        case .tick:
            let time = EventTime(milliseconds: try cursor.signedVarint(bytes))
            try cursor.finish()
            return .tick(time)
        case .done:
            let offset = try cursor.varint(bytes)
            try cursor.finish()
            return .done(offset: offset)
        case .collect:
            let ids = try decodeCollected(bytes, &cursor)
            try cursor.finish()
            return .collect(ids)
        case .logic:
            let version = try cursor.varint(bytes)
            try cursor.finish()
            return .logic(version: version)
        }
    }

    private static func decodeBundle(
        _ number: UInt64, _ bytes: Span<UInt8>, _ cursor: inout ByteCursor
    ) throws(WireError) -> [Range<Int>] {
        var bodies: [Range<Int>] = []
        while cursor.remaining > 0 { bodies.append(try cursor.counted(bytes)) }
        guard bodies.count > 1, number <= UInt64.max - UInt64(bodies.count) else {
            throw WireError(.damaged, "a bundle has too few deliveries, or too large numbers")
        }
        return bodies
    }

    private static func decodeCollected(
        _ bytes: Span<UInt8>, _ cursor: inout ByteCursor
    ) throws(WireError) -> [ComponentID] {
        let count = try cursor.count(bytes, leastBytes: 8)
        guard count > 0, count <= RecordLimits.collected else {
            throw WireError(.damaged, "a count of pointers to collect is out of bounds")
        }
        var ids: [ComponentID] = []
        ids.reserveCapacity(count)
        for _ in 0..<count { ids.append(ComponentID(rawValue: try cursor.word(bytes))) }
        return ids
    }
}
