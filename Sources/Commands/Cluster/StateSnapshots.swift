internal import Foundation
internal import IdentityModel
internal import KafkaEngine
internal import KafkaLog
internal import Logging
internal import NodeRuntime
internal import RocksStore
internal import WireFormat

/// Takes snapshots of a node's partitions into a folder, and brings them back from there, or from
/// another node that has the partition open.
///
/// ```
/// open database ──checkpoint: hard links──▶ DIR/partitions/3.checkpoint ──▶ the folder
/// folder, or node ──copy, compare──▶ DIR/partitions/3.incoming ──renamed──▶ DIR/partitions/3
/// ```
/// The partition's thread waits for none of it: the links alone are made beside it.
struct StateSnapshots: SnapshotPort {
    /// The node's states.
    let states: OpenStates
    /// Where snapshots are kept; nil: nowhere.
    let folder: SnapshotFolder?
    /// How many of each partition are kept.
    let keep: Int
    /// The way to those of other nodes.
    let peers: PeerSnapshots

    func take(
        _ partition: PartitionID, goesOn: () -> Bool
    ) throws(StoreFailure) -> SnapshotTaken? {
        guard let folder, let state = states[partition],
            let stored = try StoredHeader.read(state)?.position
        else { return nil }
        let newest = try folder.kept(partition, passing: Self.warn).last
        guard stored > newest?.position ?? 0 else { return nil }
        defer { try? states.clear(partition, .checkpoint) }
        let content: SnapshotContent?
        do throws(StoreFailure) {
            content = try states.link(partition, state, to: .checkpoint, goesOn: goesOn)
        } catch {
            // Closed meanwhile: whoever has the partition now takes one.
            guard states[partition] === state else { return nil }
            throw error
        }
        guard let content else { return nil }
        let path = states.placePath(partition, .checkpoint)
        let added = try folder.add(partition, from: path, content, goesOn: goesOn)
        try folder.thinOut(partition, to: keep)
        return SnapshotTaken(
            position: content.position, copiedBytes: added.copiedBytes,
            sharedBytes: added.sharedBytes)
    }

    func oldestPosition(_ partition: PartitionID) throws(StoreFailure) -> UInt64? {
        guard let kept = try folder?.kept(partition) else { return nil }
        return kept.count < keep ? nil : kept.first?.position
    }

    func bringBack(
        _ partition: PartitionID, after least: UInt64, goesOn: () -> Bool
    ) throws(StoreFailure) -> UInt64? {
        let path = states.placePath(partition, .incoming)
        try states.clear(partition, .incoming)
        defer { try? states.clear(partition, .incoming) }
        let accept = { (manifest: SnapshotManifest) throws(StoreFailure) in
            let found = try SnapshotContent(of: RocksStateView(directory: path), goesOn: goesOn)
            guard found == manifest.content else {
                throw StoreFailure(
                    .damaged,
                    "the snapshot of partition \(partition.rawValue) at "
                        + "\(manifest.content.position) does not have its digest",
                    remedy: "remove that snapshot")
            }
        }
        var found: SnapshotManifest?
        do throws(StoreFailure) {
            found = try folder?.bring(
                partition, after: least, to: path, passing: Self.warn, goesOn: goesOn,
                accept: accept)
        } catch {
            guard goesOn(), error.code != .noSpace else { throw error }
            // A folder that is not there today is no reason not to ask others, or fold the log.
            Self.warn(error)
        }
        if found == nil {
            found = try peers.bring(
                partition, after: least, to: path, passing: Self.warn, goesOn: goesOn,
                accept: accept)
        }
        guard let found else { return nil }
        try states.replace(partition)
        return found.content.position
    }

    // MARK: Logs

    func note(_ event: SnapshotEvent) {
        let logger = Logs.logger
        switch event {
        case .taken(let partition, let taken):
            logger.info(
                "snapshot taken",
                metadata: [
                    "partition": "\(partition.rawValue)", "position": "\(taken.position)",
                    "copied_bytes": "\(taken.copiedBytes)", "shared_bytes": "\(taken.sharedBytes)",
                ])
        case .failed(let partition, let failure):
            logger.warning(
                "no snapshot: \(failure.reason); \(failure.remedy)",
                metadata: ["partition": "\(partition.rawValue)"])
        case .broughtBack(let partition, let position):
            logger.notice(
                "goes on from a snapshot",
                metadata: ["partition": "\(partition.rawValue)", "position": "\(position)"])
        case .trimmed(let partition, let start):
            logger.info(
                "log trimmed",
                metadata: ["partition": "\(partition.rawValue)", "start": "\(start)"])
        case .trimFailed(let partition, let error):
            logger.warning(
                "the log was not trimmed: \(error.reason); \(error.remedy)",
                metadata: ["partition": "\(partition.rawValue)"])
        }
    }

    private static func warn(_ failure: StoreFailure) {
        Logs.logger.warning("a snapshot is passed over: \(failure.reason)")
    }
}
