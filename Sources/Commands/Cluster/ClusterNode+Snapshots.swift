internal import HTTPAPI
internal import IdentityModel
internal import KafkaEngine
internal import NodeRuntime

// What a node gives to others of its store that are given a partition which it has.
extension ClusterNode {
    func offerSnapshot(
        of partition: PartitionID, after least: UInt64
    ) async throws(ServingError) -> [UInt8]? {
        let offers = try requireStore().offers
        return try await SystemThread.run { () -> Result<[UInt8]?, ServingError> in
            Result { () throws(ServingError) in
                try offers.offer(partition, after: least)?.encoded
            }
        }.get()
    }

    func snapshotPiece(
        _ piece: SnapshotPiece, of partition: PartitionID
    ) async throws(ServingError) -> [UInt8] {
        let offers = try requireStore().offers
        return try await SystemThread.run { () -> Result<[UInt8], ServingError> in
            Result { () throws(ServingError) in
                try offers.piece(of: partition, piece.id, piece.file, from: piece.offset)
            }
        }.get()
    }
}
