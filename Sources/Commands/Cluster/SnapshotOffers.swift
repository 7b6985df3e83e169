internal import HTTPAPI
internal import IdentityModel
internal import KafkaEngine
internal import NodeRuntime
internal import RocksStore
internal import WireFormat

/// Snapshots of this node's partitions that other nodes copy, piece by piece.
///
/// ```
/// nothing ──asked──▶ preparing ──links made, files summed──▶ ready ──nobody asks──▶ nothing
///                        └──────────any failure──────────────▶ failed ──told──▶ nothing
/// ```
/// An offer is hard links to the database's files as they were, so it costs little but the reading
/// of them all; and it goes when nobody has asked for a while.
///
/// `@unchecked Sendable`: all that varies is read and written under `mutex` alone.
final class SnapshotOffers: @unchecked Sendable {
    private enum Stage {
        case preparing
        case ready(SnapshotManifest)
        case failed(ServingError)
    }

    private struct Offer {
        let partition: PartitionID
        var stage = Stage.preparing
        var asked: UInt64
        var thread: SystemThread?
    }

    /// How many partitions may be offered at once: each keeps files that compaction has let go.
    static let maximumOffers = 2
    /// Nanoseconds without a question after which an offer goes: a minute.
    private static let patienceNanoseconds: UInt64 = 60_000_000_000

    private let states: OpenStates
    private let store: StoreIdentity
    private let node: NodeID
    private let mutex = Mutex()
    private var offers: [Offer] = []
    private var isClosed = false

    /// No offers yet, of a node's states.
    init(_ states: OpenStates, of store: StoreIdentity, node: NodeID) {
        self.states = states
        self.store = store
        self.node = node
    }

    /// Offers a partition as it is stored, if that is beyond a position; blocks for a moment.
    ///
    /// - Returns: what is offered; nil while it is being prepared: to be asked again.
    /// - Throws: `ServingError`: `closed` where the partition is not open here or does not reach
    ///   so far, `overloaded` where enough are offered already.
    func offer(
        _ partition: PartitionID, after least: UInt64
    ) throws(ServingError) -> SnapshotManifest? {
        sweep()
        return try mutex.locked { () throws(ServingError) in
            guard let place = offers.firstIndex(where: { $0.partition == partition }) else {
                try begin(partition, after: least)
                return nil
            }
            offers[place].asked = MonotonicTime.system.nanoseconds()
            switch offers[place].stage {
            case .preparing: return nil
            case .ready(let manifest):
                guard manifest.content.position > least else { throw .closed }
                return manifest
            case .failed(let error):
                offers[place].asked = 0
                throw error
            }
        }
    }

    /// A piece of a file of an offer.
    ///
    /// - Throws: `ServingError`: `closed` where that is not offered (any more).
    func piece(
        of partition: PartitionID, _ id: String, _ file: String, from offset: UInt64
    ) throws(ServingError) -> [UInt8] {
        let found = mutex.locked { () -> SnapshotManifest? in
            guard let place = offers.firstIndex(where: { $0.partition == partition }),
                case .ready(let manifest) = offers[place].stage, manifest.id == id
            else { return nil }
            offers[place].asked = MonotonicTime.system.nanoseconds()
            return manifest
        }
        let path = states.placePath(partition, .offered)
        let piece = try Self.serving { () throws(StoreFailure) in
            try found?.piece(of: file, from: offset, in: path)
        }
        guard let piece else { throw .closed }
        return piece
    }

    /// Takes all offers away, and makes no further ones.
    func close() {
        mutex.locked { isClosed = true }
        sweep()
    }

    // MARK: Parts

    private var goesOn: Bool { mutex.locked { !isClosed } }

    /// Takes away what nobody has asked for in a while.
    private func sweep() {
        let now = MonotonicTime.system.nanoseconds()
        let gone = mutex.locked { () -> [Offer] in
            let isGone = { [isClosed] (offer: Offer) in
                if isClosed { return true }
                if case .preparing = offer.stage { return false }
                return now > offer.asked + Self.patienceNanoseconds
            }
            let gone = offers.filter(isGone)
            offers.removeAll(where: isGone)
            return gone
        }
        for offer in gone {
            offer.thread?.join()
            try? states.clear(offer.partition, .offered)
        }
    }

    /// Begins to prepare an offer; under the mutex.
    private func begin(
        _ partition: PartitionID, after least: UInt64
    ) throws(ServingError) {
        guard !isClosed, let state = states[partition] else { throw .closed }
        let header = try Self.serving { () throws(StoreFailure) in try StoredHeader.read(state) }
        guard header?.position ?? 0 > least else { throw .closed }
        guard offers.count < Self.maximumOffers else { throw .overloaded }
        offers.append(Offer(partition: partition, asked: MonotonicTime.system.nanoseconds()))
        offers[offers.count - 1].thread = SystemThread { self.prepare(partition, state) }
    }

    private func prepare(_ partition: PartitionID, _ state: RocksState) {
        let stage: Stage
        do throws(StoreFailure) {
            let path = states.placePath(partition, .offered)
            guard
                let content = try states.link(
                    partition, state, to: .offered, goesOn: { goesOn })
            else {
                throw StoreFailure(.damaged, "nothing is stored", remedy: Remedy.rebuild)
            }
            stage = .ready(
                try SnapshotManifest(
                    describing: path, store, partition, content, node: node,
                    goesOn: { goesOn }))
        } catch {
            stage = .failed(.store(error))
        }
        mutex.locked {
            guard let place = offers.firstIndex(where: { $0.partition == partition }) else {
                return
            }
            offers[place].stage = stage
        }
    }

    private static func serving<Answer>(
        _ body: () throws(StoreFailure) -> Answer
    ) throws(ServingError) -> Answer {
        do throws(StoreFailure) {
            return try body()
        } catch {
            throw .store(error)
        }
    }
}
