import IdentityModel
import KafkaEngine
import KafkaLog
import NodeRuntime
import Testing
import WireFormat

/// The states of one node's partitions, which are there when it starts again.
///
/// `@unchecked Sendable`: all that varies is read and written under `mutex` alone, and
/// `MemoryState` takes calls from any thread.
final class NodeStates: @unchecked Sendable {
    private let mutex = Mutex()
    private let shelf: SnapshotShelf
    private var states: [(partition: PartitionID, state: MemoryState, isOpen: Bool)] = []
    private var refusals: [PartitionID: Int] = [:]  // lookup only
    private var aside: [PartitionID] = []

    init(_ shelf: SnapshotShelf) { self.shelf = shelf }

    /// From here on a partition's state is refused so many times.
    func refuse(_ partition: PartitionID, times: Int) {
        mutex.locked { refusals[partition] = times }
    }

    func open(_ partition: PartitionID) throws(StoreFailure) -> MemoryState {
        try mutex.locked { () throws(StoreFailure) in
            if let left = refusals[partition], left > 0 {
                refusals[partition] = left - 1
                throw StoreFailure(.ioError, "the disk says no", remedy: "look at the disk")
            }
            if let place = states.firstIndex(where: { $0.partition == partition }) {
                precondition(!states[place].isOpen, "a state is one partition's at a time")
                states[place].isOpen = true
                return states[place].state
            }
            states.append((partition, MemoryState(), true))
            return states[states.count - 1].state
        }
    }

    func close(_ partition: PartitionID) {
        mutex.locked {
            guard let place = states.firstIndex(where: { $0.partition == partition }),
                states[place].isOpen
            else { preconditionFailure("it is closed once") }
            states[place].isOpen = false
        }
    }

    /// The partitions whose states were set aside.
    var damaged: [PartitionID] { mutex.locked { aside } }

    /// Cuts the values of all keys of a family short.
    func damage(_ partition: PartitionID, _ family: StateKey.Family) {
        guard let state = mutex.locked({ states.first { $0.partition == partition }?.state })
        else { return }
        var batch = CheckpointBatch()
        state.scan(from: [family.rawValue], to: [family.rawValue + 1]) { key, value in
            batch.put((0..<key.count).map { key[$0] }, [value[0]])
            return true
        }
        state.apply(batch)
    }

    func setAside(_ partition: PartitionID, _ failure: StoreFailure) throws(StoreFailure) {
        try mutex.locked { () throws(StoreFailure) in
            guard !aside.contains(partition) else {
                throw StoreFailure(failure.code, "damaged again", remedy: "", isOfState: true)
            }
            precondition(!states.contains { $0.partition == partition && $0.isOpen }, "it is open")
            states.removeAll { $0.partition == partition }
            aside.append(partition)
        }
    }

    /// What it holds goes, none of which is open; the states of partitions from 0 on come.
    func replace(_ others: [MemoryState]) {
        mutex.locked {
            precondition(states.allSatisfy { !$0.isOpen }, "the node runs")
            states = others.enumerated().map { (PartitionID(UInt16($0)), $1, false) }
        }
    }

    /// What it holds of partitions from 0 on.
    func copies(partitions: UInt16) -> [MemoryState] {
        mutex.locked {
            (0..<partitions).map { number in
                states.first { $0.partition == PartitionID(number) }?.state.copy() ?? MemoryState()
            }
        }
    }
}

extension NodeStates: SnapshotPort {
    func take(
        _ partition: PartitionID, goesOn: () -> Bool
    ) throws(StoreFailure) -> SnapshotTaken? {
        let state = mutex.locked {
            states.first { $0.partition == partition && $0.isOpen }?.state.copy()
        }
        guard let state, let position = try StoredHeader.read(state)?.position,
            try shelf.add(partition, state, position)
        else { return nil }
        return SnapshotTaken(position: position, copiedBytes: 1, sharedBytes: 0)
    }

    func oldestPosition(_ partition: PartitionID) -> UInt64? { shelf.oldestPosition(partition) }

    func bringBack(
        _ partition: PartitionID, after least: UInt64, goesOn: () -> Bool
    ) -> UInt64? {
        guard let (state, position) = shelf.newest(partition), position > least else { return nil }
        mutex.locked {
            precondition(!states.contains { $0.partition == partition && $0.isOpen }, "it is open")
            states.removeAll { $0.partition == partition }
            states.append((partition, state, false))
        }
        return position
    }

    func note(_ event: SnapshotEvent) { shelf.note(event) }
}
