import GraphCore
import IdentityModel
import NodeRuntime
import PartitionCore
import TestSupport
import Testing
import WireFormat

/// A partition whose log others order: what it takes of it, what it says, and when it stores.
@Suite("Partitions that follow a log")
struct FollowingTests {
    private typealias Runtime = PartitionRuntime<FollowedLog, MemoryState>

    private static let head = RuntimeFixture.head
    private static let tick = RecordCodec.encode(.tick(EventTime(milliseconds: 1)), head)

    private static func done(_ position: UInt64) -> [UInt8] {
        RecordCodec.encode(.done(offset: position), head)
    }

    private static func settings(_ checkpoints: CheckpointPolicy = .never) -> NodeSettings {
        var settings = RuntimeFixture.settings(checkpoints: checkpoints)
        settings.partitionCount = 2
        return settings
    }

    private static func open(
        _ state: MemoryState = MemoryState(), _ settings: NodeSettings = settings(),
        time: MonotonicTime = .system
    ) throws -> Runtime {
        try Runtime(following: PartitionID(0), state: state, settings: settings, time: time)
    }

    /// Records of events whose evidence is at partition 0 of two, and much of what it leads to at
    /// the other; a tick behind each.
    private static func log(_ seed: UInt64 = 1) -> [[UInt8]] {
        let events = RandomEvents(seed: seed, nodes: 30...40, count: 100...120).events.filter {
            PartitionID.home(of: $0.ends[0].key, among: 2) == PartitionID(0)
        }
        return EventRecords.records(events, of: 5, head).flatMap { [$0, tick] }
    }

    private static func give(
        _ record: [UInt8], at offset: UInt64, to runtime: Runtime
    ) throws(StoreFailure) { try runtime.follow(record.span, at: offset) }

    private static func follow(
        _ runtime: Runtime, _ log: [[UInt8]], to end: Int? = nil
    ) throws(StoreFailure) {
        while runtime.nextOffset < UInt64(end ?? log.count) {
            try give(log[Int(runtime.nextOffset)], at: runtime.nextOffset, to: runtime)
        }
    }

    /// Says that all has arrived that the owner takes.
    private static func acknowledge(_ runtime: Runtime) {
        for delivery in runtime.takeDeliveries() {
            runtime.noteArrived(at: delivery.to, number: delivery.number)
        }
        if let last = runtime.takeChanges().last { runtime.noteKept(before: last.offset + 1) }
    }

    @Test func shouldGoOnBehindItsCheckpoint() throws {
        let (log, state) = (Self.log(), MemoryState())
        let first = try Self.open(state)
        try Self.follow(first, log, to: 7)
        first.promote()
        Self.acknowledge(first)
        try first.checkpoint()
        let second = try Self.open(state)
        #expect(second.nextOffset == 6 && second.position == 7 && second.storedPosition == 7)
        try Self.follow(second, log)
        let whole = try Self.open()
        try Self.follow(whole, log)
        #expect(second.digest == whole.digest && second.position == whole.position)
    }

    /// What is no record: nothing, what is too short for one, and what has another checksum.
    private static let poisons: [[UInt8]?] = [nil, [1, 2, 3], Array(repeating: 7, count: 100)]

    /// What nobody can fold changes nothing but the place; also where a checkpoint ends with it.
    @Test(arguments: 0..<3) func shouldPassOverWhatNobodyCanFold(_ place: Int) throws {
        let poison = Self.poisons[place]
        let (log, state) = (Self.log(), MemoryState())
        let first = try Self.open(state)
        try Self.follow(first, log, to: 6)
        let sound = log[6]
        let mayPass = first.mayPass(poison?.span)
        let mayPassSound = first.mayPass(sound.span)
        #expect(mayPass && !mayPassSound)
        let digest = first.digest
        try first.pass(poison?.span, at: 6)
        #expect(first.position == 7 && first.digest == digest && first.failure == nil)
        first.promote()
        Self.acknowledge(first)
        try first.checkpoint()
        let second = try Self.open(state)
        #expect(second.nextOffset == 6)
        try second.pass(poison?.span, at: 6)
        for (place, record) in log.enumerated().dropFirst(6) {
            try Self.give(record, at: UInt64(place + 1), to: second)
        }
        let whole = try Self.open()
        try Self.follow(whole, log)
        #expect(second.digest == whole.digest && second.position == whole.position + 1)
    }

    /// What a later release folds is nobody's to pass over: replicas would differ.
    @Test func shouldNotPassOverALaterRelease() throws {
        let runtime = try Self.open()
        let later = RecordCodec.encode(
            .tick(EventTime(milliseconds: 1)),
            RecordHead(
                logicVersion: PartitionMachine.knownLogic.upperBound + 1,
                configurationDigest: Self.head.configurationDigest))
        let mayPassLater = runtime.mayPass(later.span)
        #expect(!mayPassLater)
        let foreign = RecordCodec.encode(
            .tick(EventTime(milliseconds: 1)),
            RecordHead(
                logicVersion: PartitionMachine.knownLogic.upperBound,
                configurationDigest: Self.head.configurationDigest + 1))
        let mayPassForeign = runtime.mayPass(foreign.span)
        #expect(mayPassForeign)
    }

    /// A checkpoint that ends with a record that was folded is not continued by poison.
    @Test func shouldNotTakePoisonForWhatWasFolded() throws {
        let (log, state) = (Self.log(), MemoryState())
        let first = try Self.open(state)
        try Self.follow(first, log, to: 6)
        first.promote()
        Self.acknowledge(first)
        try first.checkpoint()
        let second = try Self.open(state)
        let failure = RuntimeFixture.failure { () throws(StoreFailure) in
            try second.pass(nil, at: 5)
        }
        #expect(failure?.code == .damaged && second.position == 6)
    }

    @Test func shouldTakeNoOtherLog() throws {
        let (log, state) = (Self.log(), MemoryState())
        let first = try Self.open(state)
        try Self.follow(first, log, to: 6)
        first.promote()
        Self.acknowledge(first)
        try first.checkpoint()
        let other = try Self.open(state)
        let failure = RuntimeFixture.failure { () throws(StoreFailure) in
            try Self.give(log[4], at: 5, to: other)
        }
        #expect(failure?.code == .damaged && other.failure == failure)
        #expect(other.position == 6, "nothing was folded")
        let gapped = try Self.open(state)
        try Self.give(log[5], at: 5, to: gapped)
        let gap = RuntimeFixture.failure { () throws(StoreFailure) in
            try Self.give(log[7], at: 7, to: gapped)
        }
        #expect(gap?.code == .damaged && gap?.reason.contains("record 7 where 6 is due") == true)
    }

    @Test func shouldSayNothingBeforeItOwns() throws {
        let log = Self.log()
        let owner = try Self.open()
        owner.promote()
        let standby = try Self.open()
        var said: [Delivery] = []
        var told: [FeedChange] = []
        for end in 1...log.count {
            try Self.follow(owner, log, to: end)
            said += owner.takeDeliveries()
            told += owner.takeChanges()
            try Self.follow(standby, log, to: end)
            #expect(standby.takeDeliveries().isEmpty && standby.takeChanges().isEmpty)
        }
        #expect(!said.isEmpty && !told.isEmpty && standby.isMuted)
        standby.promote()
        #expect(standby.takeDeliveries() == said && standby.takeChanges() == told)
    }

    /// What the log says has arrived is not said again.
    @Test func shouldForgetWhatIsDone() throws {
        let log = Self.log()
        let (half, standby) = (log.count / 2, try Self.open())
        let owner = try Self.open()
        owner.promote()
        try Self.follow(owner, log, to: half)
        _ = (owner.takeDeliveries(), owner.takeChanges())
        let longer = Array(log.prefix(half)) + [Self.done(UInt64(half))] + log.dropFirst(half)
        try Self.follow(owner, longer)
        try Self.follow(standby, longer)
        standby.promote()
        let said = owner.takeDeliveries()
        #expect(!said.isEmpty && standby.takeDeliveries() == said)
        #expect(standby.takeChanges() == owner.takeChanges())
        #expect(!standby.hasArrived)
        for delivery in said { standby.noteArrived(at: delivery.to, number: delivery.number) }
        standby.noteKept(before: standby.changeOffset)
        #expect(standby.hasArrived, "what was done, and what was heard since, is all")
    }

    /// A standby's checkpoint holds no record that has said what no `done` covers.
    @Test func shouldNotStoreBeyondDone() throws {
        let log = Self.log()
        let owner = try Self.open()
        owner.promote()
        let saying = try log.indices.filter { place in
            try Self.follow(owner, log, to: place + 1)
            let (deliveries, changes) = (owner.takeDeliveries(), owner.takeChanges())
            return !deliveries.isEmpty || !changes.isEmpty
        }
        let half = saying[saying.count / 2]
        let standby = try Self.open(MemoryState(), Self.settings(.standard(tailEvents: 1)))
        try Self.follow(standby, log)
        #expect(standby.storedPosition <= UInt64(saying[0]))
        #expect(!standby.isStalled, "what it waits for comes in the log")
        let longer = log + [Self.done(UInt64(saying[0])), Self.done(UInt64(half))]
        try Self.follow(standby, longer, to: log.count + 1)
        #expect(standby.storedPosition <= UInt64(saying[0]))
        try Self.follow(standby, longer)
        #expect(standby.storedPosition > UInt64(saying[0]))
        #expect(standby.storedPosition <= UInt64(half) && standby.doneOffset == UInt64(half))
    }

    /// A change that has not arrived would be lost with the records before a stored checkpoint.
    @Test func shouldStoreBehindChangesThatHaveArrived() throws {
        let log = Self.log()
        let owner = try Self.open()
        owner.promote()
        try Self.follow(owner, log)
        for delivery in owner.takeDeliveries() {
            owner.noteArrived(at: delivery.to, number: delivery.number)
        }
        owner.requestCheckpoint()
        try owner.tend()
        let changes = owner.takeChanges()
        #expect(owner.storedPosition == 0 && changes.count > 1 && !owner.hasArrived)
        owner.noteKept(before: owner.changeOffset - 1)
        #expect(owner.storedPosition == 0, "the last one is missing")
        owner.noteKept(before: owner.changeOffset)
        try owner.tend()
        #expect(owner.storedPosition == UInt64(log.count) && owner.hasArrived)
        #expect(owner.doneRecord()?.record == Self.done(UInt64(log.count)))
    }

    /// The record that tells of a checkpoint begins none, however old it becomes.
    @Test func shouldRestBehindDone() throws {
        let clock = Clock()
        let log = Self.log()
        let owner = try Self.open(
            MemoryState(), Self.settings(CheckpointPolicy(tailEvents: .max, tailBytes: .max)),
            time: MonotonicTime { clock.now })
        owner.promote()
        try Self.follow(owner, log)
        Self.acknowledge(owner)
        clock.now += CheckpointPolicy.standardAgeNanoseconds
        try owner.tend()
        try owner.tend()
        let stored = owner.storedPosition
        #expect(stored == UInt64(log.count), "it is old enough")
        let done = try #require(owner.doneRecord())
        try Self.give(done.record, at: stored, to: owner)
        #expect(owner.doneRecord() == nil && owner.doneOffset == stored)
        clock.now += 2 * CheckpointPolicy.standardAgeNanoseconds
        try owner.tend()
        try owner.tend()
        #expect(owner.storedPosition == stored)
    }

    /// A time that a test tells; of one thread.
    private final class Clock: @unchecked Sendable { var now: UInt64 = 1 }
}
