internal import Foundation
internal import IdentityModel
internal import KafkaEngine
internal import NodeRuntime

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

    /// Where the engine has its states.
    var home: StateHome<RocksState> {
        StateHome(
            open: { partition throws(StoreFailure) in try self.open(partition) },
            close: { partition, state in self.close(partition, state) })
    }

    /// The bytes that they take on disk.
    ///
    /// - Throws: `StoreFailure`.
    func bytesOnDisk() throws(StoreFailure) -> UInt64 {
        var bytes: UInt64 = 0
        for state in mutex.locked({ Array(states.values) }) { bytes += try state.bytesOnDisk() }
        return bytes
    }

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
