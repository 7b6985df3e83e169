internal import IdentityModel
package import NodeRuntime

/// What every log keeps, one case at a time. `open` opens the same log again and again; the log
/// opened before it is let go of first.
package enum LogPortCase: CaseIterable, Sendable {
    /// A log that was never written is empty and can be read.
    case startsEmpty
    /// Records come back in order, byte for byte.
    case keepsRecordsInOrder
    /// Reading starts where it was asked to and stops when told to.
    case readsAPart
    /// Partitions know nothing of each other.
    case keepsPartitionsApart
    /// What lies before the trimmed offset may go, what lies behind stays.
    case trims
    /// A log goes on where it ended before it was opened again.
    case goesOnAfterReopening
    /// Trimming, appending and opening again in turn.
    case turnsOver

    /// Checks the case.
    ///
    /// - Throws: `ConformanceFailure`, or what the log throws.
    package func check<Log: LogPort>(_ open: () throws -> Log) throws {
        switch self {
        case .startsEmpty: try Self.startsEmpty(open)
        case .keepsRecordsInOrder: try Self.keepsRecordsInOrder(open)
        case .readsAPart: try Self.readsAPart(open)
        case .keepsPartitionsApart: try Self.keepsPartitionsApart(open)
        case .trims: try Self.trims(open)
        case .goesOnAfterReopening: try Self.goesOnAfterReopening(open)
        case .turnsOver: try Self.turnsOver(open)
        }
    }

    private static let partition = PartitionID(1)

    private static func record(_ number: UInt64) -> [UInt8] {
        var chance = SeededGenerator(seed: number)
        // Now and then a long one.
        return chance.bytes(number % 50 == 7 ? 100_000 : 1 + chance.below(300))
    }

    private static func append<Log: LogPort>(
        _ offsets: Range<UInt64>, to log: Log, of partition: PartitionID = partition
    ) throws {
        for offset in offsets {
            let bytes = record(offset)
            try log.append(bytes.span, at: offset, of: partition)
        }
    }

    private static func read<Log: LogPort>(
        _ log: Log, from offset: UInt64, of partition: PartitionID = partition,
        atMost count: Int = Int.max
    ) throws -> [(offset: UInt64, record: [UInt8])] {
        var found: [(offset: UInt64, record: [UInt8])] = []
        try log.read(from: offset, of: partition) { offset, record in
            found.append((offset, record.copied))
            return found.count < count
        }
        return found
    }

    private static func expect(
        _ found: [(offset: UInt64, record: [UInt8])], _ offsets: Range<UInt64>, _ what: String
    ) throws {
        try require(found.map(\.offset) == Array(offsets), "\(what): the offsets")
        try require(found.allSatisfy { $0.record == record($0.offset) }, "\(what): the bytes")
    }

    private static func startsEmpty<Log: LogPort>(_ open: () throws -> Log) throws {
        let log = try open()
        try require(log.bounds(of: partition) == 0..<0, "an empty log has the bounds 0..<0")
        try require(read(log, from: 0).isEmpty, "an empty log has no records")
        try log.sync()
    }

    private static func keepsRecordsInOrder<Log: LogPort>(_ open: () throws -> Log) throws {
        let log = try open()
        for offset in 0..<UInt64(300) {
            try append(offset..<offset + 1, to: log)
            if offset % 100 == 0 {
                try require(log.bounds(of: partition) == 0..<offset + 1, "bounds follow appends")
            }
        }
        try expect(read(log, from: 0), 0..<300, "all records")
        try log.sync()
        try expect(read(log, from: 0), 0..<300, "all records after a sync")
    }

    private static func readsAPart<Log: LogPort>(_ open: () throws -> Log) throws {
        let log = try open()
        try append(0..<20, to: log)
        try expect(read(log, from: 13), 13..<20, "from the middle")
        try expect(read(log, from: 19), 19..<20, "the last")
        try expect(read(log, from: 20), 20..<20, "from the end")
        try expect(read(log, from: 5, atMost: 1), 5..<6, "one")
        try expect(read(log, from: 5, atMost: 4), 5..<9, "four")
    }

    private static func keepsPartitionsApart<Log: LogPort>(_ open: () throws -> Log) throws {
        let log = try open()
        let others = [PartitionID(0), PartitionID(2), PartitionID(256), PartitionID(UInt16.max)]
        try append(0..<5, to: log)
        for other in others {
            try require(log.bounds(of: other) == 0..<0, "another partition stays empty")
        }
        for (index, other) in others.enumerated() {
            try append(0..<UInt64(index + 1), to: log, of: other)
        }
        try log.trim(before: 4, of: partition)
        for (index, other) in others.enumerated() {
            let end = UInt64(index + 1)
            try require(log.bounds(of: other) == 0..<end, "each partition has its own bounds")
            try expect(read(log, from: 0, of: other), 0..<end, "another partition")
        }
        try expect(read(log, from: 4), 4..<5, "the partition itself")
    }

    private static func trims<Log: LogPort>(_ open: () throws -> Log) throws {
        let log = try open()
        try append(0..<30, to: log)
        var trimmed: UInt64 = 0
        for offset: UInt64 in [0, 10, 10, 5, 29] {
            try log.trim(before: offset, of: partition)
            trimmed = max(trimmed, offset)
            let bounds = try log.bounds(of: partition)
            try require(bounds.upperBound == 30, "trimming does not move the end")
            try require(bounds.lowerBound <= trimmed, "what lies behind stays")
            try expect(read(log, from: trimmed), trimmed..<30, "behind a trim")
        }
        try append(30..<33, to: log)
        try expect(read(log, from: 29), 29..<33, "appended behind a trim")
    }

    private static func goesOnAfterReopening<Log: LogPort>(_ open: () throws -> Log) throws {
        for start in stride(from: UInt64(0), to: 30, by: 10) {
            let log = try open()
            try require(log.bounds(of: partition) == 0..<start, "the bounds outlive a reopening")
            try expect(read(log, from: 0), 0..<start, "reopened")
            try append(start..<start + 10, to: log)
            if start == 10 { try log.sync() }
        }
        let log = try open()
        try expect(read(log, from: 0), 0..<30, "reopened at the end")
    }

    private static func turnsOver<Log: LogPort>(_ open: () throws -> Log) throws {
        var end: UInt64 = 0
        for _ in 0..<8 {
            let log = try open()
            try append(end..<end + 9, to: log)
            end += 9
            try log.sync()
            try log.trim(before: end - 1, of: partition)
            let bounds = try log.bounds(of: partition)
            try require(bounds.upperBound == end, "the end stays where it was")
            try require(bounds.lowerBound <= end - 1, "the last record stays")
            try expect(read(log, from: end - 1), end - 1..<end, "the last record")
        }
    }
}
