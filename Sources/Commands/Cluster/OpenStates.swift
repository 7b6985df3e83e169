internal import Foundation
internal import IdentityModel
internal import KafkaEngine
internal import Logging
internal import NodeRuntime
internal import RocksStore

/// The checkpoints of those partitions that a node has open now, in databases of their own in its
/// data folder.
///
/// `@unchecked Sendable`: all that varies is read and written under `mutex` alone.
final class OpenStates: @unchecked Sendable {
    private let folder: StoreFolder
    private let memory: MemoryBudget
    private let mutex = Mutex()
    private var states: [PartitionID: RocksState] = [:]  // lookup only

    /// None yet, of the store in a folder; each may use so much memory.
    init(_ folder: StoreFolder, memory: MemoryBudget) {
        self.folder = folder
        self.memory = memory
    }

    /// A partition's checkpoints; nil where it is not open.
    subscript(partition: PartitionID) -> RocksState? { mutex.locked { states[partition] } }

    /// Where the engine has its states, and their snapshots if there are any.
    func home(_ snapshots: (any SnapshotPort)?) -> StateHome<RocksState> {
        StateHome(
            open: { partition throws(StoreFailure) in try self.open(partition) },
            close: { partition, state in self.close(partition, state) },
            setAside: { partition, failure throws(StoreFailure) in
                try self.setAside(partition, failure)
            }, snapshots: snapshots)
    }

    /// The bytes that they take on disk.
    ///
    /// - Throws: `StoreFailure`.
    func bytesOnDisk() throws(StoreFailure) -> UInt64 {
        var bytes: UInt64 = 0
        for state in mutex.locked({ Array(states.values) }) { bytes += try state.bytesOnDisk() }
        return bytes
    }

    // MARK: Places beside a state

    /// A folder beside that of a partition's state, on the same file system.
    enum Place: String, CaseIterable {
        /// Links to the state's files as they were at one moment.
        case checkpoint
        /// The same, for other nodes to copy.
        case offered
        /// A state that is to take the present one's place.
        case incoming
        /// One whose place was taken.
        case outgoing
    }

    /// Where a place is.
    func placePath(_ partition: PartitionID, _ place: Place) -> String {
        "\(folder.statePath(partition)).\(place.rawValue)"
    }

    /// Removes a place with what is in it.
    ///
    /// - Throws: `StoreFailure`.
    func clear(_ partition: PartitionID, _ place: Place) throws(StoreFailure) {
        let path = placePath(partition, place)
        guard FileManager.default.fileExists(atPath: path) else { return }
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw StoreFailure(
                .ioError, "cannot remove the folder \(path)",
                remedy: "give this user the right to write there")
        }
    }

    /// Links a state's files, as they are now, to a place.
    ///
    /// - Parameter goesOn: false once it is not wanted any more.
    /// - Returns: what they hold, all of which is read, so that damage is found; nil where nothing
    ///   is stored.
    /// - Throws: `StoreFailure`.
    func link(
        _ partition: PartitionID, _ state: RocksState, to place: Place, goesOn: () -> Bool
    ) throws(StoreFailure) -> SnapshotContent? {
        try clear(partition, place)
        let path = placePath(partition, place)
        try storing { () throws(StoreError) in try state.database.checkpoint(to: path) }
        return try SnapshotContent(of: RocksStateView(directory: path), goesOn: goesOn)
    }

    /// Puts what is in `incoming` in the place of a partition's state, which is not open. Killed in
    /// between, it leaves no state, and it is brought once more.
    ///
    /// - Throws: `StoreFailure`.
    func replace(_ partition: PartitionID) throws(StoreFailure) {
        let path = folder.statePath(partition)
        let (incoming, outgoing) = (
            placePath(partition, .incoming), placePath(partition, .outgoing)
        )
        try clear(partition, .outgoing)
        guard rename(path, outgoing) == 0 || errno == ENOENT, rename(incoming, path) == 0,
            (try? SmallFiles.syncFolder(SmallFiles.parent(of: path))) != nil
        else {
            throw StoreFailure(
                .ioError, "cannot put a snapshot in the place of \(path)",
                remedy: "give this user the right to write there")
        }
        try clear(partition, .outgoing)
    }

    /// Moves a damaged state, which is not open, to a folder beside, for a person to look at; the
    /// partition is then made anew.
    ///
    /// - Throws: `StoreFailure`: there is one already.
    func setAside(_ partition: PartitionID, _ failure: StoreFailure) throws(StoreFailure) {
        let (path, aside) = (folder.statePath(partition), folder.damagedPath(partition))
        guard !FileManager.default.fileExists(atPath: aside) else {
            throw StoreFailure(
                failure.code, "\(failure.reason); and the state before it was damaged, too",
                remedy: "look at the disk; then remove \(aside), so that the state is made anew "
                    + "once more", isOfState: true)
        }
        guard rename(path, aside) == 0,
            (try? SmallFiles.syncFolder(SmallFiles.parent(of: path))) != nil
        else {
            throw StoreFailure(
                .ioError, "cannot move the damaged state \(path) to \(aside)",
                remedy: "give this user the right to write there, or remove it")
        }
        Logs.logger.error(
            """
            the state is damaged and is made anew, from a snapshot or the log: \(failure.reason); \
            it is kept in \(aside): remove that once the disk was looked at
            """, metadata: ["partition": "\(partition.rawValue)"])
    }

    /// Removes what a killed process has left beside the states. To be called before any is open.
    ///
    /// - Throws: `StoreFailure`.
    func clearPlaces() throws(StoreFailure) {
        for partition in folder.partitions {
            for place in Place.allCases { try clear(partition, place) }
        }
    }

    // MARK: Opening and closing

    private func open(_ partition: PartitionID) throws(StoreFailure) -> RocksState {
        let path = folder.statePath(partition)
        let isNew = !FileManager.default.fileExists(atPath: path + "/CURRENT")
        if !isNew {
            try RocksState.check(directory: path, scratch: folder.scratchPath(partition))
        }
        if let shortage = RoomShortage(ofStoreIn: folder.path) { throw shortage.failure }
        let state = try RocksState(
            directory: path, scratch: folder.scratchPath(partition), isNew: isNew, memory: memory)
        mutex.locked { states[partition] = state }
        return state
    }

    private func close(_ partition: PartitionID, _ state: RocksState) {
        mutex.locked { states[partition] = nil }
        state.close()
    }
}
