internal import IdentityModel
package import NodeRuntime

/// What every place for changes keeps, one case at a time. `open` opens the same place again and
/// again; the one opened before it is let go of first.
package enum FeedPortCase: CaseIterable, Sendable {
    /// A place that was never written is empty and can be read.
    case startsEmpty
    /// Changes come back in order, byte for byte, however many were added at once.
    case keepsChangesInOrder
    /// A list may begin anywhere, and goes on where it ended.
    case beginsAnywhere
    /// Reading starts where it was asked to and stops when told to.
    case readsAPart
    /// Partitions know nothing of each other.
    case keepsPartitionsApart
    /// What lies before the trimmed offset has gone, what lies behind stays.
    case trims
    /// What lies from an offset on has gone, and others may come in its place.
    case cuts
    /// A list that was emptied begins anywhere again.
    case beginsAgain
    /// All of it outlives another opening.
    case goesOnAfterReopening

    /// Checks the case.
    ///
    /// - Throws: `ConformanceFailure`, or what the port throws.
    package func check(_ open: () throws -> any FeedPort) throws {
        switch self {
        case .startsEmpty: try Self.startsEmpty(open)
        case .keepsChangesInOrder: try Self.keepsChangesInOrder(open)
        case .beginsAnywhere: try Self.beginsAnywhere(open)
        case .readsAPart: try Self.readsAPart(open)
        case .keepsPartitionsApart: try Self.keepsPartitionsApart(open)
        case .trims: try Self.trims(open)
        case .cuts: try Self.cuts(open)
        case .beginsAgain: try Self.beginsAgain(open)
        case .goesOnAfterReopening: try Self.goesOnAfterReopening(open)
        }
    }

    private static let partition = PartitionID(1)

    /// The change that stands at an offset; `seed` tells one list of them from another.
    private static func change(_ offset: UInt64, seed: UInt64 = 0) -> [UInt8] {
        var chance = SeededGenerator(seed: offset &+ seed << 32)
        return chance.bytes(offset % 50 == 7 ? 100_000 : 1 + chance.below(300))
    }

    private static func append(
        _ offsets: Range<UInt64>, to feed: any FeedPort, of partition: PartitionID = partition,
        atOnce count: Int = 7, seed: UInt64 = 0
    ) throws {
        for start in stride(from: offsets.lowerBound, to: offsets.upperBound, by: count) {
            let end = min(start + UInt64(count), offsets.upperBound)
            try feed.append(
                (start..<end).map { change($0, seed: seed) }, from: start, of: partition)
        }
    }

    private static func expect(
        _ feed: any FeedPort, from offset: UInt64, _ offsets: Range<UInt64>, _ what: String,
        of partition: PartitionID = partition, atMost count: Int = .max, seed: UInt64 = 0
    ) throws {
        var found: [UInt64] = []
        var isSound = true
        try feed.read(from: offset, of: partition) { offset, bytes in
            found.append(offset)
            isSound = isSound && bytes.copied == change(offset, seed: seed)
            return found.count < count
        }
        try require(found == Array(offsets), "\(what): the offsets are \(found)")
        try require(isSound, "\(what): the bytes")
    }

    private static func startsEmpty(_ open: () throws -> any FeedPort) throws {
        let feed = try open()
        try require(feed.bounds(of: partition).isEmpty, "nothing is held")
        try expect(feed, from: 0, 0..<0, "an empty place")
        try feed.sync()
        try feed.cut(from: 0, of: partition)
        try feed.trim(before: 0, of: partition)
        try feed.append([], from: 9, of: partition)
        try require(feed.bounds(of: partition).isEmpty, "no change was added")
    }

    private static func keepsChangesInOrder(_ open: () throws -> any FeedPort) throws {
        let feed = try open()
        for (start, count) in [(UInt64(0), 1), (1, 1), (2, 98), (100, 100)] {
            let end = start + UInt64(count)
            try append(start..<end, to: feed, atOnce: count)
            try require(feed.bounds(of: partition) == 0..<end, "bounds follow what is added")
        }
        try expect(feed, from: 0, 0..<200, "all changes")
        try feed.sync()
        try expect(feed, from: 0, 0..<200, "all changes after a sync")
    }

    private static func beginsAnywhere(_ open: () throws -> any FeedPort) throws {
        let feed = try open()
        let first: UInt64 = 1 << 40
        try append(first..<first + 20, to: feed)
        try require(
            feed.bounds(of: partition) == first..<first + 20, "it begins where it was begun")
        try expect(feed, from: 0, first..<first + 20, "from before its beginning")
        try append(first + 20..<first + 21, to: feed)
        try expect(feed, from: first + 19, first + 19..<first + 21, "gone on with")
    }

    private static func readsAPart(_ open: () throws -> any FeedPort) throws {
        let feed = try open()
        try append(0..<20, to: feed)
        try expect(feed, from: 13, 13..<20, "from the middle")
        try expect(feed, from: 19, 19..<20, "the last")
        try expect(feed, from: 20, 20..<20, "from the end")
        try expect(feed, from: 25, 25..<25, "from behind the end")
        try expect(feed, from: 5, 5..<6, "one", atMost: 1)
        try expect(feed, from: 5, 5..<9, "four", atMost: 4)
    }

    private static func keepsPartitionsApart(_ open: () throws -> any FeedPort) throws {
        let feed = try open()
        let others = [PartitionID(0), PartitionID(2), PartitionID(256), PartitionID(UInt16.max)]
        try append(0..<9, to: feed)
        for (index, other) in others.enumerated() {
            try require(feed.bounds(of: other).isEmpty, "another partition stays empty")
            try append(10..<UInt64(12 + index), to: feed, of: other)
        }
        try feed.trim(before: 4, of: partition)
        try feed.cut(from: 7, of: partition)
        for (index, other) in others.enumerated() {
            let bounds = 10..<UInt64(12 + index)
            try require(feed.bounds(of: other) == bounds, "each partition has its own bounds")
            try expect(feed, from: 0, bounds, "another partition", of: other)
        }
        try feed.cut(from: 0, of: PartitionID(UInt16.max))
        try require(feed.bounds(of: PartitionID(UInt16.max)).isEmpty, "the last one is emptied")
        try expect(feed, from: 0, 4..<7, "the partition itself")
    }

    private static func trims(_ open: () throws -> any FeedPort) throws {
        let feed = try open()
        try append(0..<30, to: feed)
        var first: UInt64 = 0
        for offset: UInt64 in [0, 10, 10, 5, 29] {
            try feed.trim(before: offset, of: partition)
            first = max(first, offset)
            try require(feed.bounds(of: partition) == first..<30, "what lies before has gone")
            try expect(feed, from: 0, first..<30, "behind a trim")
        }
        try append(30..<33, to: feed)
        try expect(feed, from: 0, 29..<33, "added behind a trim")
    }

    private static func cuts(_ open: () throws -> any FeedPort) throws {
        let feed = try open()
        try append(5..<30, to: feed)
        try feed.cut(from: 30, of: partition)
        try require(feed.bounds(of: partition) == 5..<30, "there is nothing to cut")
        try feed.cut(from: 20, of: partition)
        try require(feed.bounds(of: partition) == 5..<20, "what lies from there on has gone")
        try append(20..<25, to: feed, seed: 1)
        try expect(feed, from: 5, 5..<20, "before the cut", atMost: 15)
        try expect(feed, from: 20, 20..<25, "in the place of what was cut", seed: 1)
    }

    private static func beginsAgain(_ open: () throws -> any FeedPort) throws {
        let feed = try open()
        for (first, cut) in [(UInt64(100), UInt64(0)), (7, 7), (0, 0)] {
            try append(first..<first + 9, to: feed)
            try require(feed.bounds(of: partition) == first..<first + 9, "it begins again")
            try feed.cut(from: cut, of: partition)
            try require(feed.bounds(of: partition).isEmpty, "all of it has gone")
        }
    }

    private static func goesOnAfterReopening(_ open: () throws -> any FeedPort) throws {
        for start in stride(from: UInt64(0), to: 30, by: 10) {
            let feed = try open()
            let first = start == 0 ? 0 : start - 2
            try require(feed.bounds(of: partition) == first..<start, "the bounds are as they were")
            try append(start..<start + 13, to: feed)
            if start == 10 { try feed.sync() }
            try feed.trim(before: start + 8, of: partition)
            try feed.cut(from: start + 10, of: partition)
        }
        let feed = try open()
        try expect(feed, from: 0, 28..<30, "reopened at the end")
    }
}
