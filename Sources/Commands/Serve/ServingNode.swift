internal import Answers
internal import Foundation
internal import HTTPAPI
internal import IdentityModel
internal import NodeRuntime
internal import ProfileCore
internal import WireFormat

/// A store that serves: each partition on a thread of its own, and the gate through which the HTTP
/// interface asks it.
///
/// ```
/// opening ──opened──▶ ready ──drain──▶ draining ──close──▶ checkpointed, ended
///    │                  └─room again─▶ opened once more: ready
///    └──────any failure─┴────────────────┴──▶ failed, ended
/// ```
/// `@unchecked Sendable`: all that varies is read and written under `mutex` alone.
final class ServingNode: ServedNode, @unchecked Sendable {
    /// What is known once the store is open. Its log and checkpoints may be read from any thread.
    struct Opened: Sendable {
        let crew: PartitionCrew<RocksLog, RocksState>
        let keys: IdentifierKeys
        let recordHead: RecordHead
        let settings: NodeSettings
        let backup: BackupSource
        let states: [RocksState]
        let log: RocksLog
        let changes: RocksLog?
        let desk: FeedDesk?
        let feed: ChangeFeed?
        /// Those in force, as far as is known without asking the partitions.
        var rules: SurvivorshipRules
        let shortage: RoomShortage?
        let seconds: Double
    }

    private let request: StoreRequest
    private let whenChanged: @Sendable () -> Void
    private let mutex = Mutex()
    private var thread: SystemThread?
    /// Where it is reached from this machine.
    private var url = ""
    private var progress = Readiness.opening
    private var openedParts: Opened?
    private var outcome: Result<Void, CommandEnd>?
    /// Whether the node was told to end, maybe before it had opened.
    private var isClosing = false
    /// Work that is done one at a time, and is under way.
    private var busy: Set<Chore> = []  // lookup only

    /// Work beside the partition's thread, of which there is one of a kind at a time.
    enum Chore { case top, backup, rehearsal, rules }

    /// A node of the store that `request` names.
    ///
    /// - Parameter whenChanged: called from any thread, when it has opened and when it has ended.
    init(_ request: StoreRequest, whenChanged: @escaping @Sendable () -> Void) {
        self.request = request
        self.whenChanged = whenChanged
    }

    /// Begins to open the store.
    func start(at url: String) {
        let thread = SystemThread { self.live() }
        mutex.locked {
            self.thread = thread
            self.url = url
        }
    }

    /// How the store was opened; nil before.
    var opening: NodeOpening? {
        opened.map { NodeOpening(seconds: $0.seconds, isShortOfRoom: $0.shortage != nil) }
    }

    /// Readers are told that the node goes; requests are still answered, and who follows the change
    /// feed is told where it came to.
    func drain() {
        mutex.locked {
            if progress == .ready { progress = .draining }
            return openedParts?.desk
        }?.close()
    }

    /// Answers what it has taken and takes no more; stores a checkpoint; returns when the store is
    /// let go.
    func close() {
        mutex.locked {
            isClosing = true
            return openedParts?.crew
        }?.close()
        mutex.locked { thread }?.join()
    }

    /// The partitions, whose number is known once the store is open; they outlive an opening.
    private func crew(of store: OpenStore) -> PartitionCrew<RocksLog, RocksState> {
        let crew = mutex.locked { openedParts?.crew }
        return crew ?? PartitionCrew(partitionCount: store.folder.file.partitions)
    }

    /// What the node is doing.
    var readiness: Readiness { mutex.locked { progress } }

    /// The store, once it is open.
    var opened: Opened? { mutex.locked { openedParts } }

    /// How it ended; nil: it has not.
    var ended: Result<Void, CommandEnd>? { mutex.locked { outcome } }

    // MARK: The partition's thread

    private func live() {
        let result: Result<Void, CommandEnd>
        do throws(CommandEnd) {
            try serve()
            result = .success(())
        } catch {
            result = .failure(error)
            // The reason is the program's to tell; clients need not know the node's folders.
            opened?.crew.fail(
                StoreFailure(
                    .ioError, "the node cannot go on with its store",
                    remedy: "see the node's own log"))
        }
        mutex.locked {
            if case .failure = result { progress = .failed }
            outcome = result
        }
        whenChanged()
    }

    private func serve() throws(CommandEnd) {
        var request = self.request
        request.sweepsFragments = false
        try StoreFolder.prepare(request.folder)
        let lock = try StoreLock(folder: request.folder)
        while true {
            let store = try open(request, lock)
            // In force; others that were put since are not to give way at another opening.
            if store.shortage == nil { request.rules = nil }
            guard let opened else { return try store.close() }
            if mutex.locked({ isClosing }) { opened.crew.close() }
            let path = path
            let end = opened.crew.serve(
                store.group, hasRoom: { RoomShortage(ofStoreIn: path) == nil })
            // Whoever reads a database keeps it open.
            opened.desk?.close()
            switch end {
            case .closed: return try store.close()
            case .failed(let failure):
                store.abandon()
                throw CommandEnd(failure, folder: path)
            // Another opening finds room, and takes writes.
            case .reopen: store.abandon()
            }
        }
    }

    private var path: String { request.folder }

    private func open(
        _ request: StoreRequest, _ lock: StoreLock
    ) throws(CommandEnd) -> OpenStore {
        let start = MonotonicTime.system.nanoseconds()
        let store = try OpenStore(request, lock)
        let opening = MonotonicTime.system.nanoseconds() - start
        let crew = crew(of: store)
        let desk = store.feed.map { FeedDesk($0) }
        mutex.locked {
            openedParts = Opened(
                crew: crew, keys: store.keys, recordHead: store.group.recordHead,
                settings: store.folder.settings(request),
                backup: store.backupSource(isStill: false), states: store.stored,
                log: store.log, changes: store.changes, desk: desk, feed: store.feed,
                rules: store.group.rules, shortage: store.shortage,
                seconds: Double(opening / 1_000_000) / 1_000)
            if progress == .opening { progress = .ready }
        }
        whenChanged()
        return store
    }

    /// Takes note of the rules that partitions were found to have, or were given.
    func note(_ rules: SurvivorshipRules) {
        mutex.locked {
            guard let known = openedParts?.rules, known.version < rules.version else { return }
            openedParts?.rules = rules
        }
    }

    // MARK: Beside it

    /// Runs what blocks, on a thread of its own, one of a kind at a time.
    ///
    /// - Throws: `ServingError`, as `alone` does.
    func perform<Value: Sendable>(
        _ chore: Chore, _ body: @escaping @Sendable () -> Result<Value, ServingError>
    ) async throws(ServingError) -> Value {
        try await alone(chore) { () throws(ServingError) in
            try await SystemThread.run(body).get()
        }
    }

    /// Runs a chore, one of a kind at a time.
    ///
    /// - Throws: `ServingError.refused` where one is under way, and what `body` throws.
    func alone<Value: Sendable>(
        _ chore: Chore, _ body: () async throws(ServingError) -> Value
    ) async throws(ServingError) -> Value {
        guard mutex.locked({ busy.insert(chore).inserted }) else {
            throw .refused(
                word: "busy", message: "another one is under way: ask again when it has ended")
        }
        defer { _ = mutex.locked { busy.remove(chore) } }
        return try await body()
    }

    /// The one node of its store, which owns all partitions.
    func cluster() throws(ServingError) -> ClusterAnswer {
        let opened = try requireOpened()
        let numbers = 0..<UInt16(opened.crew.hosts.count)
        return ClusterAnswer(
            engine: Engine.embedded.rawValue, node: Self.loneName, epoch: nil, coordinator: nil,
            logicVersion: opened.recordHead.logicVersion,
            nodes: [
                ClusterAnswer.Node(
                    name: Self.loneName, address: mutex.locked { url }, isAlive: true,
                    isLeaving: readiness == .draining, silenceMilliseconds: 0,
                    partitions: numbers.map {
                        ClusterAnswer.Replica(
                            partition: $0, role: "owner", position: nil, lag: 0)
                    },
                    logic: ClusterAnswer.Logic(
                        opened.settings.knownLogic, opened.settings.logicLimit))
            ],
            partitions: numbers.map {
                ClusterAnswer.Placed(partition: $0, owner: Self.loneName, standbys: [])
            })
    }

    /// What a node is called that is the only one.
    private static let loneName = "local"

    /// No other node asks one that is the only one.
    func answer(
        _ question: ReceivedQuestion, of partition: PartitionID, minimumPosition: UInt64,
        deadline: Deadline
    ) throws(ServingError) -> ReceivedAnswer {
        throw .refused(
            word: PartitionRefusal.notSupported.rawValue,
            message: "this node is the only one of its store")
    }

    /// Nor does one copy from it.
    func offerSnapshot(
        of partition: PartitionID, after least: UInt64
    ) throws(ServingError) -> [UInt8]? { throw .closed }

    /// Nor does one copy from it.
    func snapshotPiece(
        _ piece: SnapshotPiece, of partition: PartitionID
    ) throws(ServingError) -> [UInt8] { throw .closed }

    /// The store's parts.
    ///
    /// - Throws: `ServingError.closed` while it is not open.
    func requireOpened() throws(ServingError) -> Opened {
        guard let opened else { throw .closed }
        return opened
    }
}
