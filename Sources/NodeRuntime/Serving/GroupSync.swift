#if KillPoints
internal import GraphCore
#endif

/// Makes what was appended to a log durable, beside the partition's thread, and says so.
///
/// `@unchecked Sendable`: a log takes `sync` from any thread; nothing else varies.
final class GroupSync<Log: LogPort, State: StatePort>: BackgroundWork, @unchecked Sendable {
    private let log: Log
    private let mailbox: Mailbox<Log, State>

    init(_ log: Log, _ mailbox: Mailbox<Log, State>) {
        self.log = log
        self.mailbox = mailbox
    }

    /// Syncs, once.
    func step() -> Bool {
        do throws(StoreFailure) {
            #if KillPoints
            KillPoint.groupSyncing.pass()
            #endif
            try log.sync()
            #if KillPoints
            KillPoint.groupSynced.pass()
            #endif
            mailbox.noteSynced(.success(()))
        } catch {
            mailbox.noteSynced(.failure(error))
        }
        return false
    }
}
