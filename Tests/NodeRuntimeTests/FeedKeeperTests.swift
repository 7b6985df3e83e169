import GraphCore
import IdentityModel
import NodeRuntime
import ProfileCore
import TestSupport
import Testing
import WireFormat

/// What a partition's owner keeps of what it tells, over restarts, retention and faults.
@Suite("Keeping changes")
struct FeedKeeperTests {
    private static let noSpace = StoreFailure(.noSpace, "No space left", remedy: "make room")

    private func offsets(_ changes: [FeedChange]) -> [UInt64] { changes.map(\.offset) }

    @Test func shouldCountChangesFromTheStoresBeginning() throws {
        let store = try FeedFixture()
        #expect(store.feed.newest.text == "0:0" && store.feed.oldest.text == "0:0")
        try store.tell(0..<5)
        #expect(store.feed.newest.text == "0:5" && store.group.runtimes[0].changeOffset == 5)
        let changes = try store.read()
        #expect(offsets(changes) == [0, 1, 2, 3, 4])
        for change in changes {
            let stored = try ChangeForm.decode(change.bytes.span)
            #expect(stored.kind == .created && stored.version == 1 && stored.added.count == 2)
        }
        #expect(Set(changes.map(\.bytes)).count == 5)
    }

    /// A tick's changes are one write, however many they are.
    @Test func shouldWriteAllOfATickAtOnce() throws {
        let store = try FeedFixture()
        try store.tell(0..<300)
        #expect(store.port.calls.appends == 1)
        #expect(try store.read().count == 300)
    }

    /// What is told again has the offsets and the bytes that it had, and is not written again.
    @Test(arguments: [false, true])
    func shouldTellTheSameAgain(isCheckpointed: Bool) throws {
        let store = try FeedFixture()
        try store.tell(0..<5)
        if isCheckpointed { try store.group.checkpoint() }
        try store.tell(5..<9)
        let (before, appends) = (try store.read(), store.port.calls.appends)
        try store.reopen()
        #expect(store.feed.newest.text == "0:9")
        #expect(try store.read() == before && store.port.calls.appends == appends)
        // Had nothing been kept it would be made again, byte for byte.
        store.port.cut(from: 0, of: PartitionID(0))
        try store.reopen()
        let again = try store.read()
        #expect(again == (isCheckpointed ? Array(before[5...]) : before))
        #expect(store.feed.oldest.text == (isCheckpointed ? "0:5" : "0:0"))
    }

    /// A kill between a tick and the next checkpoint has left some of what the tick told.
    @Test func shouldGoOnWhereAKillCutItOff() throws {
        let store = try FeedFixture()
        try store.tell(0..<9)
        let before = try store.read()
        for end in 0...9 {
            store.port.cut(from: UInt64(end), of: PartitionID(0))
            try store.reopen()
            #expect(try store.read() == before)
        }
    }

    // MARK: Gaps

    @Test func shouldForgetWhatLiesBeforeAGap() throws {
        let store = try FeedFixture()
        try store.tell(0..<5)
        try store.group.checkpoint()
        try store.reopen(keepsFeed: false)
        try store.tell(5..<7)
        try store.group.checkpoint()
        try store.reopen()
        #expect(store.feed.oldest.text == "0:7" && store.feed.newest.text == "0:7")
        #expect(store.port.bounds(of: PartitionID(0)).isEmpty)
        for offset: UInt64 in [0, 4, 5, 6] {
            #expect(throws: FeedError.gone(PartitionID(0), next: offset, first: 7)) {
                try store.feed.reader(from: .at(offset))
            }
        }
        try store.tell(7..<8)
        #expect(try offsets(store.read()) == [7])
    }

    /// A store that kept no feed so far begins where it stands, also for who asks before anything
    /// is told.
    @Test func shouldBeginWhereTheStoreStands() throws {
        let store = try FeedFixture(keepsFeed: false)
        try store.tell(0..<4)
        try store.group.checkpoint()
        try store.reopen()
        #expect(store.feed.oldest.text == "0:4")
        #expect(try store.read().isEmpty)
        var reader = try store.feed.reader(from: .oldest)
        try store.tell(4..<6)
        #expect(try offsets(reader.read(atMost: 9)) == [4, 5])
    }

    /// A power loss has taken records that were not synced, and not what they told.
    @Test func shouldLetGoOfWhatALostTailHasTold() throws {
        let whole = try FeedFixture()
        try whole.tell(0..<3)
        let shorter = try FeedFixture()
        try shorter.tell(0..<2)
        let kept = try shorter.read()
        // The shorter log with the feed of the longer one.
        let changes = try whole.read().map(\.bytes)
        shorter.port.cut(from: 0, of: PartitionID(0))
        shorter.port.base.append(changes, from: 0, of: PartitionID(0))
        try shorter.reopen()
        #expect(shorter.feed.takenBack == 1 && shorter.feed.newest.text == "0:2")
        #expect(try shorter.read() == kept)
        #expect(throws: FeedError.ahead(PartitionID(0), next: 3, end: 2)) {
            try shorter.feed.reader(from: .at(3))
        }
        try shorter.tell(7..<8)
        #expect(try shorter.read().count == 3 && shorter.read() != whole.read())
    }

    // MARK: Retention

    @Test func shouldKeepAtLeastItsRetentionAndASixteenthMoreAtMost() throws {
        let store = try FeedFixture(retention: 32)
        for count in stride(from: 0, to: 200, by: 5) {
            try store.tell(count..<count + 5)
            let kept = store.port.bounds(of: PartitionID(0)).count
            #expect(kept >= min(count + 5, 32) && kept <= 32 + 2 + 5)
            #expect(try store.read().count == kept)
            #expect(store.feed.newest.offsets == [UInt64(count + 5)])
        }
    }

    /// Told again from before what is kept: nothing of it comes back, and nothing goes.
    @Test func shouldNotBringBackWhatHasGone() throws {
        let store = try FeedFixture(retention: 4)
        try store.tell(0..<40)
        let before = try store.read()
        #expect(before.count == 4 && store.feed.oldest.text == "0:36")
        try store.reopen()
        #expect(try store.read() == before && store.feed.oldest.text == "0:36")
        store.retention = .max
        try store.reopen()
        try store.tell(40..<60)
        #expect(try store.read().count == 24, "who keeps all lets nothing go")
    }

    @Test func shouldGoOnWhereATrimFindsNoRoom() throws {
        let store = try FeedFixture(retention: 4)
        store.port.failTrims(Self.noSpace)
        try store.tell(0..<40)
        #expect(
            store.feed.oldest.text == "0:36" && store.port.bounds(of: PartitionID(0)).count == 40)
        #expect(throws: FeedError.gone(PartitionID(0), next: 35, first: 36)) {
            try store.feed.reader(from: .at(35))
        }
        store.port.failTrims(nil)
        try store.tell(40..<50)
        #expect(store.port.bounds(of: PartitionID(0)) == 46..<50)
    }

    // MARK: No room

    /// What finds no room holds all that comes behind it back, and is told once there is room.
    @Test(arguments: [1, 3] as [UInt16])
    func shouldOweWhatFindsNoRoom(partitions: UInt16) throws {
        let store = try FeedFixture(partitions)
        try store.tell(0..<20)
        try store.group.checkpoint()
        let (before, stored) = (try store.read(), store.group.runtimes.map(\.storedPosition))
        store.port.failAppends(Self.noSpace)
        #expect(throws: StoreFailure.self) {
            // The tick is folded, and what comes next is refused.
            for round in 20..<60 { try store.tell(round..<round + 1) }
        }
        let owing = store.group.runtimes.filter(\.owesChanges)
        #expect(!owing.isEmpty && owing.allSatisfy(\.isStalled))
        #expect(store.group.failure == nil, "questions are answered")
        #expect(try store.read() == before)
        for runtime in owing {
            let refusal = #expect(throws: StoreFailure.self) { try runtime.checkpoint() }
            #expect(refusal?.code == .noSpace)
        }
        #expect(store.group.runtimes.map(\.storedPosition) == stored)
        // As before while there is no room; then all is told.
        #expect(throws: StoreFailure.self) { try store.reopen() }
        store.port.failAppends(nil)
        try store.reopen()
        try store.group.checkpoint()
        let owes = store.group.runtimes.contains(where: \.owesChanges)
        #expect(!owes)
        let all = try store.read()
        #expect(all.count > before.count)
        #expect(store.feed.newest.offsets == store.group.runtimes.map(\.changeOffset))
    }

    /// Whatever else goes wrong ends the partition: its log has everything.
    @Test func shouldEndWhereTheFeedFails() throws {
        let store = try FeedFixture()
        store.port.failAppends(StoreFailure(.ioError, "broken", remedy: "mend it"))
        #expect(throws: StoreFailure.self) { try store.tell(0..<1) }
        #expect(store.group.failure?.code == .ioError)
        store.port.failAppends(nil)
        try store.reopen()
        #expect(try store.read().count == 1)
    }

    // MARK: Rules

    @Test func shouldSayWhichRulesAreInForce() throws {
        let store = try FeedFixture(2)
        #expect(store.feed.rulesInForce == .standing)
        let rules = try SurvivorshipRules(
            version: 3,
            attributes: [AttributeRule(name: [0x61], isSensitive: true, rule: .last())])
        // One partition learns of them before the other.
        let runtime = store.group.runtimes[1]
        try store.group.append([(runtime.partition, runtime.rulesRecord(rules))])
        #expect(store.feed.rulesInForce == rules)
        try store.reopen()
        #expect(store.feed.rulesInForce == rules)
    }
}
