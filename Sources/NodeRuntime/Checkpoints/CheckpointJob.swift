internal import IdentityModel

#if KillPoints
internal import GraphCore
#endif

/// A checkpoint that was cut and is on its way: log and feed are synced up to it, the batch is
/// applied, the log is trimmed behind it. Each is a step; a step that failed may be done again.
///
/// `@unchecked Sendable`: `batch` and `done` belong to whoever runs the steps until `outcome` says
/// that they have ended, and to the owner from then on; `outcome` is read and written under
/// `mutex`; log and state take calls from both threads.
final class CheckpointJob<Log: LogUpkeep, State: StatePort>: BackgroundWork, @unchecked Sendable {
    /// How it went.
    enum Outcome {
        case running
        case stored
        case failed(StoreFailure)
    }

    private enum Step: CaseIterable { case syncLog, apply, trim }

    private let log: Log
    private let state: State
    private let feed: (any FeedPort)?
    private let partition: PartitionID
    private let position: UInt64
    private var batch: CheckpointBatch
    private var done = 0
    private let mutex = Mutex()
    private var result = Outcome.running

    /// A checkpoint of all records before `position`.
    init(
        _ batch: consuming CheckpointBatch, at position: UInt64, of partition: PartitionID,
        log: Log, state: State, feed: (any FeedPort)? = nil
    ) {
        self.batch = batch
        self.position = position
        self.partition = partition
        self.log = log
        self.state = state
        self.feed = feed
    }

    /// How it went; `running` until all steps have ended.
    var outcome: Outcome { mutex.locked { result } }

    /// Does the next step and says whether there is another.
    func step() -> Bool {
        do throws(StoreFailure) {
            try perform(Step.allCases[done])
        } catch {
            mutex.locked { result = .failed(error) }
            return false
        }
        done += 1
        guard done == Step.allCases.count else { return true }
        mutex.locked { result = .stored }
        return false
    }

    /// Makes it ready to go on with the step that failed.
    func resume() {
        mutex.locked {
            guard case .failed = result else { preconditionFailure("\(result) goes on already") }
            result = .running
        }
    }

    /// The batch, for its memory; once it is stored.
    func takeBatch() -> CheckpointBatch {
        guard case .stored = outcome else { preconditionFailure("the batch is not yet stored") }
        let taken = batch
        batch = CheckpointBatch()
        return taken
    }

    private func perform(_ step: Step) throws(StoreFailure) {
        switch step {
        case .syncLog:
            try log.sync()
            // What the records told is not told again once they are in the checkpoint.
            try feed?.sync()
            #if KillPoints
            KillPoint.checkpointSynced.pass()
            #endif
        case .apply:
            batch.sort()
            try state.apply(batch)
        // The last folded record stays: it shows that log and checkpoint belong together.
        case .trim: try log.trim(before: max(position, 1) - 1, of: partition)
        }
    }
}
