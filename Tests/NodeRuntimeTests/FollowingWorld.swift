import GraphCore
import IdentityModel
import NodeRuntime
import PartitionCore
import TestSupport
import Testing
import WireFormat

/// Partitions that follow logs which all of them write to, in a world of chance: several owners and
/// standbys of each, that read and speak at their own pace, die, and are opened again; what is sent
/// arrives late, twice, or out of its time.
final class FollowingWorld {
    typealias Runtime = PartitionRuntime<FollowedLog, MemoryState>

    /// What somebody has sent.
    private enum Letter {
        case record([UInt8], to: Int, number: UInt64)
        case change(FeedChange)
    }

    /// One that owns a partition or stands by.
    private final class Replica {
        let state: MemoryState
        var runtime: Runtime
        var worker: HeldWorker
        /// By lane, what has left and not arrived: one for each partition, and one for changes.
        var outbox: [[Letter]]

        init(_ state: MemoryState, _ runtime: Runtime, _ worker: HeldWorker, lanes: Int) {
            (self.state, self.runtime, self.worker) = (state, runtime, worker)
            outbox = Array(repeating: [], count: lanes)
        }
    }

    private static let head = RuntimeFixture.head
    private let partitions: Int
    private let settings: NodeSettings
    private var chance: SeededGenerator
    private var logs: [[[UInt8]]]
    /// What arrived in the topic of changes, in the order of its arrival.
    private(set) var changes: [FeedChange] = []
    private var history: [Letter] = []
    /// By partition.
    private var replicas: [[Replica]] = []
    /// How often somebody has died with something under way.
    private(set) var losses = 0

    init(seed: UInt64, partitions: Int) throws {
        chance = SeededGenerator(seed: seed)
        self.partitions = partitions
        var settings = RuntimeFixture.settings(checkpoints: .standard(tailEvents: 12))
        settings.partitionCount = UInt16(partitions)
        settings.slice = CheckpointSlice(events: 1, entities: 2, bytes: 64, cutEntities: 1)
        self.settings = settings
        logs = Array(repeating: [], count: partitions)
        for partition in 0..<partitions {
            var all: [Replica] = []
            for _ in 0..<2 { all.append(try made(partition, MemoryState())) }
            replicas.append(all)
        }
    }

    private func open(
        _ partition: Int, _ state: MemoryState, _ worker: HeldWorker
    ) throws -> Runtime {
        try Runtime(
            following: PartitionID(UInt16(partition)), state: state, settings: settings,
            worker: worker, time: MonotonicTime { 0 })
    }

    private func made(_ partition: Int, _ state: MemoryState) throws -> Replica {
        let worker = HeldWorker()
        return Replica(
            state, try open(partition, state, worker), worker, lanes: partitions + 1)
    }

    // MARK: Steps of chance

    /// Puts a record of events into the log of their home.
    func say(_ events: [TestEvent], to partition: Int) {
        logs[partition].append(EventRecords.record(events, Self.head))
    }

    /// One step of somebody.
    func step() throws {
        let partition = chance.below(partitions)
        let replica = chance.pick(replicas[partition])
        switch chance.below(100) {
        case 0..<45: try follow(replica, partition)
        case 45..<65: try speak(replica, partition)
        case 65..<85: arrive(from: replica, lane: chance.below(partitions + 1))
        case 85..<93: replica.worker.advance()
        case 93..<95: try replica.runtime.tend()
        case 95..<96: replica.runtime.promote()
        case 96..<98: if let letter = history.isEmpty ? nil : chance.pick(history) { take(letter) }
        default: if chance.chance(30) { try die(partition, replica) }
        }
    }

    private func follow(_ replica: Replica, _ partition: Int) throws {
        let runtime = replica.runtime
        for _ in 0...chance.below(4) {
            guard runtime.nextOffset < UInt64(logs[partition].count), !runtime.isStalled
            else { return }
            let record = logs[partition][Int(runtime.nextOffset)]
            try runtime.follow(record.span, at: runtime.nextOffset)
        }
    }

    /// Lets leave what may, and what is due.
    private func speak(_ replica: Replica, _ partition: Int) throws {
        let runtime = replica.runtime
        guard !runtime.isMuted else { return }
        let bundles = DeliveryBundle.bundles(
            of: runtime.takeDeliveries(), from: runtime.partition, runtime.recordHead,
            bytes: chance.pick([0, 300, RecordLimits.bundleBytes]))
        for bundle in bundles {
            let place = Int(bundle.to.rawValue)
            replica.outbox[place].append(
                .record(bundle.record, to: place, number: bundle.numbers.upperBound))
        }
        replica.outbox[partitions] += runtime.takeChanges().map { .change($0) }
        if runtime.awaitsTick, chance.chance(30) {
            let tick = RecordCodec.encode(.tick(EventTime(milliseconds: 1)), Self.head)
            replica.outbox[partition].append(.record(tick, to: partition, number: 0))
        }
        if let done = runtime.doneRecord(), chance.chance(30) {
            replica.outbox[partition].append(.record(done.record, to: partition, number: 0))
        }
    }

    private func arrive(from replica: Replica, lane: Int) {
        guard !replica.outbox[lane].isEmpty else { return }
        let letter = replica.outbox[lane].removeFirst()
        take(letter)
        history.append(letter)
        // The topic has it, and the sender does not hear of it: it is sent once more.
        if chance.chance(10) { take(letter) }
        switch letter {
        case .record(_, _, 0): break
        case .record(_, let place, let number):
            replica.runtime.noteArrived(at: PartitionID(UInt16(place)), number: number)
        case .change(let change): replica.runtime.noteKept(before: change.offset + 1)
        }
    }

    private func take(_ letter: Letter) {
        switch letter {
        case .record(let record, let place, _): logs[place].append(record)
        case .change(let change): changes.append(change)
        }
    }

    /// Memory, what is under way, and what the worker was at are gone; the state stays, or is lost
    /// with its disk.
    private func die(_ partition: Int, _ replica: Replica) throws {
        if replica.outbox.contains(where: { !$0.isEmpty }) || replica.worker.isBusy { losses += 1 }
        let state = chance.chance(20) ? MemoryState() : replica.state
        replicas[partition].removeAll { $0 === replica }
        replicas[partition].append(try made(partition, state))
    }

    // MARK: Rest

    /// All are promoted, and go on until nothing is left to do.
    func rest() throws {
        let all = replicas.flatMap { $0 }
        for replica in all { replica.runtime.promote() }
        var rounds = 0
        while try !isAtRest() {
            rounds += 1
            try #require(rounds < 20_000, "it does not come to rest")
            for (partition, ones) in replicas.enumerated() {
                for replica in ones {
                    try follow(replica, partition)
                    try speak(replica, partition)
                    for lane in 0...partitions { arrive(from: replica, lane: lane) }
                    replica.worker.advance()
                    try replica.runtime.tend()
                }
            }
        }
    }

    private func isAtRest() throws -> Bool {
        for (partition, ones) in replicas.enumerated() {
            for replica in ones {
                let runtime = replica.runtime
                guard runtime.nextOffset == UInt64(logs[partition].count), runtime.hasArrived,
                    !runtime.awaitsTick, replica.outbox.allSatisfy(\.isEmpty),
                    !replica.worker.isBusy
                else { return false }
            }
        }
        return true
    }

    /// What is stored, but for the header: nobody stores again for a `done`.
    private static func stored(_ replica: Replica) -> [StoredEntry] {
        StoredEntry.all(in: replica.state).filter { $0.key != StateKey.header }
    }

    /// The digest over all partitions, in which all who fold one agree, stored bytes and all.
    func digest() throws -> Digest {
        var sum = Digest.zero
        for ones in replicas {
            for replica in ones { try replica.runtime.checkpoint() }
            let stored = Self.stored(ones[0])
            for other in ones.dropFirst() {
                #expect(other.runtime.position == ones[0].runtime.position)
                #expect(Self.stored(other) == stored)
            }
            sum += ones[0].runtime.digest
        }
        return sum
    }
}
