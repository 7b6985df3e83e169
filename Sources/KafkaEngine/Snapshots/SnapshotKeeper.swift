internal import IdentityModel
internal import KafkaLog
internal import NodeRuntime

/// Takes snapshots of the partitions that a node owns, one after the other, on a thread of its own:
/// partitions go on meanwhile. And trims their logs, where it is told to.
///
///     owned ──interval──▶ due ──take──▶ taken ──▶ trim behind the oldest that is kept
///       ▲                  └──failed, pause──┘            │
///       └──────────────────────────────────────────────────┘
///
/// A node that has lost a partition without knowing may take one all the same: a snapshot is right
/// whoever took it.
///
/// `@unchecked Sendable`: all that varies is read and written under `mutex` alone; what is due is
/// the thread's.
final class SnapshotKeeper: @unchecked Sendable {
    private let settings: SnapshotSettings
    private let graph: String
    private let partitions: [PartitionID]
    private let port: any SnapshotPort
    private let time: MonotonicTime
    private let isOwned: @Sendable (PartitionID) -> Bool
    private let makeTrimmer: TrimmerMaker
    private let mutex = Mutex()
    private var isEnding = false
    private var thread: SystemThread?

    /// Nanoseconds between two looks at what is due: 100 ms.
    private static let lookNanoseconds: UInt64 = 100_000_000
    /// Milliseconds that the brokers have to trim a log.
    private static let trimMilliseconds = 15_000

    /// Begins to keep snapshots of a store's partitions, while `isOwned` says that they are this
    /// node's.
    init(
        _ settings: SnapshotSettings, _ engine: EngineSettings, port: any SnapshotPort,
        time: MonotonicTime, makeTrimmer: @escaping TrimmerMaker,
        isOwned: @escaping @Sendable (PartitionID) -> Bool
    ) {
        self.settings = settings
        graph = engine.topics.graph
        partitions = (0..<engine.node.partitionCount).map { PartitionID($0) }
        self.port = port
        self.time = time
        self.makeTrimmer = makeTrimmer
        self.isOwned = isOwned
        thread = SystemThread { self.run() }
    }

    /// Ends it; a snapshot that is under way is given up. Returns when it has ended; to be called
    /// once.
    func stop() {
        let last = mutex.locked {
            isEnding = true
            mutex.signal()
            defer { thread = nil }
            return thread
        }
        last?.join()
    }

    // MARK: The thread

    private func run() {
        var due = [UInt64?](repeating: nil, count: partitions.count)
        while goesOn {
            for (place, partition) in partitions.enumerated() where goesOn {
                guard isOwned(partition) else {
                    due[place] = nil
                    continue
                }
                let now = time.nanoseconds()
                guard let last = due[place] else {
                    due[place] = now + settings.intervalNanoseconds
                    continue
                }
                guard now >= last else { continue }
                due[place] = time.nanoseconds() + pauseBehind(take(partition))
            }
            mutex.locked {
                guard !isEnding else { return }
                mutex.wait(until: MonotonicTime.system.nanoseconds() + Self.lookNanoseconds)
            }
        }
    }

    private var goesOn: Bool { mutex.locked { !isEnding } }

    private func pauseBehind(_ isTaken: Bool) -> UInt64 {
        isTaken
            ? settings.intervalNanoseconds
            : min(settings.intervalNanoseconds, settings.retryNanoseconds)
    }

    /// Takes a snapshot and trims; false where there is none of what the partition has stored.
    private func take(_ partition: PartitionID) -> Bool {
        do throws(StoreFailure) {
            guard let taken = try port.take(partition, goesOn: { goesOn }) else { return true }
            port.note(.taken(partition, taken))
            if settings.trimsLog { try trim(partition) }
            return true
        } catch {
            if goesOn { port.note(.failed(partition, error)) }
            return false
        }
    }

    /// Trims the log behind the oldest snapshot that is kept, never beyond it: who goes on from
    /// there reads the last record before it once more.
    private func trim(_ partition: PartitionID) throws(StoreFailure) {
        guard let oldest = try port.oldestPosition(partition) else { return }
        let start = oldest - min(oldest, settings.marginRecords + 1)
        guard start > 0 else { return }
        let place = KafkaPartition(graph, Int32(partition.rawValue))
        do throws(KafkaError) {
            let held = try makeTrimmer().deleteRecords(
                before: [KafkaPosition(place, Int64(start))],
                timeoutMilliseconds: Self.trimMilliseconds)
            port.note(.trimmed(partition, start: UInt64(max(0, held.first ?? 0))))
        } catch {
            port.note(.trimFailed(partition, error))
        }
    }
}
