import GraphCore
import IdentityModel
import NodeRuntime
import ProfileCore
import TestSupport
import WireFormat

/// A store of so many partitions in memory whose feed a test may break, and which it may open
/// again.
final class FeedFixture {
    typealias Group = PartitionGroup<MemoryLog, MemoryState>

    let log: MemoryLog
    let states: [MemoryState]
    let port = FaultyFeed()
    var retention: UInt64
    private(set) var feed: ChangeFeed
    private(set) var group: Group

    init(_ partitions: UInt16 = 1, retention: UInt64 = .max, keepsFeed: Bool = true) throws {
        self.retention = retention
        log = MemoryLog()
        states = (0..<partitions).map { _ in MemoryState() }
        feed = ChangeFeed(port, partitions: Int(partitions))
        group = try Self.open(
            log, states, keepsFeed ? feed : nil, retention: retention)
    }

    private static func open(
        _ log: MemoryLog, _ states: [MemoryState], _ feed: ChangeFeed?, retention: UInt64
    ) throws(StoreFailure) -> Group {
        var settings = RuntimeFixture.settings()
        settings.partitionCount = UInt16(states.count)
        settings.feedRetention = retention
        return try Group(log: log, states: states, settings: settings, feed: feed)
    }

    /// Opens the store again, as after a process that died.
    func reopen(keepsFeed: Bool = true) throws(StoreFailure) {
        feed = ChangeFeed(port, partitions: states.count)
        group = try Self.open(log, states, keepsFeed ? feed : nil, retention: retention)
    }

    /// Links so many pairs of cookies that nobody has linked, and tells of them: each is a
    /// customer.
    func tell(_ names: Range<Int>) throws(StoreFailure) {
        for name in names {
            let ends = (TestEnd("cookie", "a\(name)"), TestEnd("cookie", "b\(name)"))
            let event = TestEvent(.link, ends.0, ends.1, at: 1)
            let record = EventRecords.record([event], RuntimeFixture.head)
            let home = PartitionID.home(
                of: event.ends[0].key, among: UInt16(states.count))
            try group.append([(home, record)])
        }
        try tick()
    }

    /// Has every partition tell what has changed.
    func tick() throws(StoreFailure) {
        let record = RecordCodec.encode(
            .tick(EventTime(milliseconds: 1)), RuntimeFixture.head)
        for runtime in group.runtimes { try group.append([(runtime.partition, record)]) }
    }

    /// All that can be read from a place on.
    func read(
        from start: FeedStart = .oldest, atMost limit: Int = 7
    ) throws(FeedError) -> [FeedChange] {
        var reader = try feed.reader(from: start)
        var all: [FeedChange] = []
        while true {
            let changes = try reader.read(atMost: limit)
            guard !changes.isEmpty else { return all }
            all += changes
        }
    }
}

extension FeedStart {
    /// A place with its offsets.
    static func at(_ offsets: UInt64...) -> FeedStart { .position(FeedPosition(offsets: offsets)) }
}
