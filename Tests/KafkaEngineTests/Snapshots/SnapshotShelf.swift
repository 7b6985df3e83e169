import IdentityModel
import KafkaEngine
import KafkaLog
import NodeRuntime

/// Snapshots in memory that the nodes of a test share, and what happens with them.
///
/// `@unchecked Sendable`: all that varies is read and written under `mutex` alone.
final class SnapshotShelf: @unchecked Sendable {
    /// How many of each partition are kept.
    static let keep = 2

    private let mutex = Mutex()
    private var kept: [(partition: PartitionID, position: UInt64, state: MemoryState)] = []
    private var failure: StoreFailure?
    private var noted: [SnapshotEvent] = []
    private var asked: [KafkaPosition] = []
    private var refusal: KafkaError?

    /// What has happened so far.
    var events: [SnapshotEvent] { mutex.locked { noted } }
    /// Where logs were to be trimmed.
    var trims: [KafkaPosition] { mutex.locked { asked } }

    /// From here on nothing is taken, for a reason; nil: it is.
    func fail(_ failure: StoreFailure?) { mutex.locked { self.failure = failure } }

    /// From here on no log is trimmed, for a reason; nil: it is.
    func refuse(_ error: KafkaError?) { mutex.locked { refusal = error } }

    /// Loses all that it keeps.
    func clear() { mutex.locked { kept = [] } }

    func note(_ event: SnapshotEvent) { mutex.locked { noted.append(event) } }

    /// Whether there is a snapshot of a partition that reaches a position.
    func reaches(_ position: UInt64, _ partition: PartitionID) -> Bool {
        position <= newest(partition)?.position ?? 0
    }

    /// False where the newest reaches as far.
    func add(
        _ partition: PartitionID, _ state: MemoryState, _ position: UInt64
    ) throws(StoreFailure) -> Bool {
        try mutex.locked { () throws(StoreFailure) in
            if let failure { throw failure }
            let places = kept.indices.filter { kept[$0].partition == partition }
            guard position > places.last.map({ kept[$0].position }) ?? 0 else { return false }
            if places.count == Self.keep { kept.remove(at: places[0]) }
            kept.append((partition, position, state))
            return true
        }
    }

    func oldestPosition(_ partition: PartitionID) -> UInt64? {
        mutex.locked {
            let own = kept.filter { $0.partition == partition }
            return own.count < Self.keep ? nil : own.first?.position
        }
    }

    func newest(_ partition: PartitionID) -> (state: MemoryState, position: UInt64)? {
        mutex.locked {
            kept.last { $0.partition == partition }.map { ($0.state.copy(), $0.position) }
        }
    }

    func trim(_ positions: [KafkaPosition]) throws(KafkaError) -> [Int64] {
        try mutex.locked { () throws(KafkaError) in
            if let refusal { throw refusal }
            asked += positions
            return positions.map(\.offset)
        }
    }
}

/// Remembers what brokers are asked to trim; a mock cluster cannot, real ones do it.
struct SnapshotTrimmer: LogTrimmer {
    private let shelf: SnapshotShelf
    private let real: KafkaAdmin?

    /// - Parameter real: whoever trims; nil: nobody does.
    init(_ shelf: SnapshotShelf, _ real: KafkaAdmin?) {
        self.shelf = shelf
        self.real = real
    }

    func deleteRecords(
        before positions: [KafkaPosition], timeoutMilliseconds: Int
    ) throws(KafkaError) -> [Int64] {
        let asked = try shelf.trim(positions)
        return try real?.deleteRecords(
            before: positions, timeoutMilliseconds: timeoutMilliseconds) ?? asked
    }
}
