#if KillPoints
/// A place where a test has the process killed, to see that nothing acknowledged is lost and that
/// the next start ends where an undisturbed life would. Built with the package trait `KillPoints`
/// alone; such a place says so in `#if KillPoints`.
///
/// Whoever may end a process arms the points (see `arm`); until then they do nothing.
package enum KillPoint: String, Sendable, CaseIterable {
    // MARK: A store is made

    /// The key is written, the store's description is not.
    case keyWritten
    /// The store is described; it has no folders yet.
    case storeDescribed
    /// One more folder of the store's parts is made.
    case folderMade
    /// One more partition's database is made, or opened.
    case databaseOpened
    /// All parts are made, and nothing says so yet.
    case partsMade

    // MARK: A record

    /// A write has come to its partition; it is not in the log.
    case writeTaken
    /// The record is admitted and not in the log.
    case recordAdmitted
    /// The record is in the log; nobody knows.
    case recordLogged
    /// A group of records is in the log and about to be synced.
    case groupSyncing
    /// The group is synced; nobody knows.
    case groupSynced
    /// The record is folded; what it says to others has not left, and its events are not
    /// acknowledged.
    case recordFolded
    /// A write is acknowledged.
    case writeAnswered

    // MARK: A delivery

    /// The delivery's record is durable; the delivery is about to leave.
    case deliveryReleased
    /// The delivery is in the receiver's mailbox.
    case deliverySent
    /// The receiver has taken the delivery; it is not in its log.
    case deliveryTaken
    /// The delivery is in the receiver's log; the sender does not know.
    case deliveryLogged
    /// The sender knows.
    case receiptTaken

    // MARK: What a partition says to itself

    /// A tick is in the log, and not folded.
    case tickStaged
    /// A record that collects forwarding pointers is in the log, and not folded.
    case pointersCollected

    // MARK: A component moves

    /// A component was taken out of its host, as a state that is to be sent.
    case componentDeparted
    /// A state that came, whole or in pages, became part of its target.
    case stateAbsorbed
    /// A page came and waits for the last.
    case pageStaged
    /// The next page of a state goes out.
    case pageSent
    /// The last page came, and the state became part of its target.
    case pagesAbsorbed

    // MARK: A checkpoint

    /// The checkpoint is begun; nothing is gathered.
    case checkpointBegun
    /// A slice of it is gathered.
    case checkpointSliced
    /// It is cut.
    case checkpointCut
    /// It is cut and held: a delivery from before has not arrived.
    case checkpointHeld
    /// All has arrived; it goes to its worker.
    case checkpointFreed
    /// The logs are synced, its own and those that its messages went to.
    case checkpointSynced
    /// One more entry of its sorted file is written.
    case entryWritten
    /// Its sorted file is written.
    case fileWritten
    /// The database has taken the file in.
    case fileIngested
    /// The log is trimmed behind it; the trimmed files are still there.
    case logTrimmed
    /// It is stored and its files are gone; the partition does not know.
    case checkpointStored

    // MARK: A store is opened

    /// A partition's header is read.
    case headerRead
    /// One more record of the tail is folded.
    case tailFolding
    /// All tails are folded.
    case tailsFolded
    /// One more delivery that was under way has arrived.
    case underwayArriving
    /// A delivery was made again that had arrived before.
    case repeatDropped
    /// All that was under way has arrived: the store is at rest.
    case opened

    // MARK: A store is closed

    /// All is at rest and synced; the last checkpoints are due.
    case closing
    /// One more partition's last checkpoint is stored.
    case partitionClosed

    // nonisolated(unsafe): set once, before anything is opened on any thread.
    nonisolated(unsafe) private static var strike: (@Sendable (KillPoint) -> Void)?

    /// Has `strike` called at each passage of a point, on the thread that passes it. To be called
    /// once, before anything is opened.
    package static func arm(_ strike: @escaping @Sendable (KillPoint) -> Void) {
        unsafe Self.strike = strike  // See above.
    }

    /// The process is at this point.
    @inline(__always)
    package func pass() {
        unsafe Self.strike?(self)  // See above.
    }
}
#endif
