import IdentityModel
import NodeRuntime
import ProfileCore
import TestSupport
import Testing
import WireFormat

/// Reading the change feed from a place on: everything once, or it is said what is missing.
@Suite("Reading changes")
struct FeedReaderTests {
    @Test func shouldReadEachPartitionInOrderAndEverythingOnce() throws {
        let store = try FeedFixture(3)
        try store.tell(0..<200)
        let whole = try store.read(atMost: .max)
        #expect(whole.count == store.feed.newest.offsets.reduce(0) { $0 + Int($1) })
        for limit in [1, 2, 3, 7, 50, 1_000] {
            let changes = try store.read(atMost: limit)
            for place in 0..<3 {
                let partition = PartitionID(UInt16(place))
                #expect(
                    changes.filter { $0.partition == partition }
                        == whole.filter { $0.partition == partition })
            }
            #expect(changes.count == whole.count)
        }
    }

    @Test func shouldGiveAtMostWhatIsAskedFor() throws {
        let store = try FeedFixture(3)
        try store.tell(0..<300)
        var reader = try store.feed.reader(from: .oldest)
        for limit in 1...20 {
            let before = reader.position.offsets.reduce(0, +)
            let count = try reader.read(atMost: limit).count
            #expect(count >= 1 && count <= limit)
            #expect(reader.position.offsets.reduce(0, +) == before + UInt64(count))
        }
        // No further one once there are so many bytes, and one at least.
        #expect(try reader.read(atMost: 10, bytes: 1).count == 1)
    }

    /// No partition waits for another that tells more than is read at a time.
    @Test func shouldReadPartitionsInTurn() throws {
        let store = try FeedFixture(3)
        try store.tell(0..<150)
        var reader = try store.feed.reader(from: .oldest)
        var seen: Set<PartitionID> = []
        for _ in 0..<3 { seen.formUnion(try reader.read(atMost: 1).map(\.partition)) }
        #expect(seen.count == 3)
    }

    /// From every place that a reader may have come to: what is behind it, and no more.
    @Test func oracleShouldGoOnFromEveryPlace() throws {
        let store = try FeedFixture(2)
        try store.tell(0..<12)
        let whole = try store.read()
        let ends = store.feed.newest.offsets
        for one in 0...ends[0] {
            for other in 0...ends[1] {
                let wanted = whole.filter {
                    $0.offset >= ($0.partition.rawValue == 0 ? one : other)
                }
                let found = try store.read(from: .at(one, other))
                #expect(found.sorted(by: Self.order) == wanted.sorted(by: Self.order))
            }
        }
    }

    private static func order(_ one: FeedChange, _ other: FeedChange) -> Bool {
        (one.partition.rawValue, one.offset) < (other.partition.rawValue, other.offset)
    }

    @Test func shouldKnowWithoutReadingWhetherThereIsNews() throws {
        let store = try FeedFixture()
        try store.tell(0..<3)
        var reader = try store.feed.reader(from: .now)
        let reads = store.port.calls.reads
        #expect(!reader.hasNews)
        #expect(try reader.read(atMost: 9).isEmpty)
        #expect(store.port.calls.reads == reads, "the store was not asked")
        try store.tell(3..<4)
        #expect(reader.hasNews)
        #expect(try reader.read(atMost: 9).map(\.offset) == [3])
    }

    @Test func shouldBeginAtTheEnds() throws {
        let store = try FeedFixture(2, retention: 3)
        try store.tell(0..<40)
        #expect(try store.read(from: .now).isEmpty)
        let kept = try store.read(from: .oldest)
        #expect(kept.count == 6 && kept.first?.offset != 0)
        #expect(try store.read(from: .position(store.feed.oldest)) == kept)
        #expect(try store.read(from: .position(store.feed.newest)).isEmpty)
    }

    @Test func shouldRefusePlacesThatAreNotKept() throws {
        let store = try FeedFixture(2, retention: 3)
        try store.tell(0..<40)
        let (oldest, newest) = (store.feed.oldest.offsets, store.feed.newest.offsets)
        #expect(
            throws: FeedError.gone(PartitionID(1), next: oldest[1] - 1, first: oldest[1])
        ) { try store.feed.reader(from: .at(oldest[0], oldest[1] - 1)) }
        #expect(
            throws: FeedError.ahead(PartitionID(0), next: newest[0] + 1, end: newest[0])
        ) { try store.feed.reader(from: .at(newest[0] + 1, newest[1])) }
    }

    /// Retention overtakes a reader: it is told, and what other partitions gave is not lost.
    @Test func shouldSayWhereRetentionOvertookIt() throws {
        let store = try FeedFixture(2, retention: 3)
        try store.tell(0..<4)
        var reader = try store.feed.reader(from: .oldest)
        let before = reader.position
        try store.tell(4..<60)
        #expect(reader.hasNews)
        let first = store.feed.oldest.offsets[0]
        for _ in 0..<2 {
            #expect(throws: FeedError.gone(PartitionID(0), next: before.offsets[0], first: first)) {
                try reader.read(atMost: 9)
            }
        }
        #expect(reader.position == before, "who is refused stays where it was")
    }

    /// One partition's changes are given though another's have gone; then it is said.
    @Test func shouldGiveWhatItHasBeforeItSaysWhatIsMissing() throws {
        let store = try FeedFixture(2)
        try store.tell(0..<30)
        var reader = try store.feed.reader(from: .oldest)
        store.port.base.trim(before: 4, of: PartitionID(1))
        let given = try reader.read(atMost: 1_000)
        #expect(given.map(\.partition) == given.map { _ in PartitionID(0) } && !given.isEmpty)
        #expect(reader.position.offsets == [UInt64(given.count), 0])
        #expect(throws: FeedError.self) { try reader.read(atMost: 1_000) }
        #expect(reader.position.offsets == [UInt64(given.count), 0])
    }

    @Test func shouldPassOnWhatTheStoreSays() throws {
        let store = try FeedFixture()
        try store.tell(0..<3)
        let failure = StoreFailure(.damaged, "broken", remedy: "mend it")
        var reader = try store.feed.reader(from: .oldest)
        store.port.failReads(failure)
        #expect(throws: FeedError.store(failure)) { try reader.read(atMost: 9) }
        store.port.failReads(nil)
        #expect(try reader.read(atMost: 9).count == 3)
    }

    // MARK: Words

    @Test func shouldReadWhereToBegin() {
        #expect(FeedStart.parse("oldest", partitions: 2) == .start(.oldest))
        #expect(FeedStart.parse("now", partitions: 2) == .start(.now))
        #expect(FeedStart.parse("0:1,1:2", partitions: 2) == .start(.at(1, 2)))
        for text in ["", "Oldest", "0:1", "0:1,1:2,2:3", "latest"] {
            guard case .malformed(let reason) = FeedStart.parse(text, partitions: 2) else {
                Issue.record("\(text) is read")
                continue
            }
            #expect(!reason.isEmpty)
        }
    }

    @Test func shouldSayWhatToDo() {
        let gone = FeedError.gone(PartitionID(2), next: 5, first: 9)
        #expect(gone.reason.contains("change 5 of partition 2") && gone.reason.contains("9"))
        #expect(gone.remedy.contains("export"))
        let ahead = FeedError.ahead(PartitionID(2), next: 9, end: 5)
        #expect(ahead.reason.contains("change 9 of partition 2") && ahead.remedy.contains("export"))
        let failure = FeedError.store(StoreFailure(.damaged, "/secret/file", remedy: "x"))
        #expect(!failure.reason.contains("secret") && !failure.remedy.isEmpty)
    }

    @Test func shouldWriteChangesAsLines() throws {
        let store = try FeedFixture()
        try store.tell(0..<2)
        var text: [UInt8] = []
        for change in try store.read() { try change.appendLine(to: &text, masking: .standing) }
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 2 && text.last == UInt8(ascii: "\n"))
        #expect(lines[1].hasSuffix(#""position":{"partition":0,"offset":1}}"#))
    }
}
