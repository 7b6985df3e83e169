internal import IdentityModel
internal import NodeRuntime

/// Folds a replay's records into a store of several partitions, each on a thread of its own, while
/// the replay reads on.
final class ReplayCrew {
    private let store: OpenStore
    private let crew: PartitionCrew<RocksLog, RocksState>
    private let writer: CrewWriter<RocksLog, RocksState>
    private var thread: SystemThread?

    /// A crew whose threads are started by the first records.
    init(_ store: OpenStore) {
        self.store = store
        crew = PartitionCrew(partitionCount: store.folder.file.partitions)
        writer = CrewWriter(crew)
    }

    /// Hands over a group of records.
    ///
    /// - Returns: how many groups are acknowledged so far.
    func append(
        _ records: [(partition: PartitionID, record: [UInt8])]
    ) throws(CommandEnd) -> Int {
        start()
        do throws(ServingError) {
            return try writer.append(records)
        } catch {
            stop()
            throw end(error)
        }
    }

    /// How many groups are acknowledged so far.
    var acknowledged: Int { writer.acknowledged }

    /// Waits until all groups are acknowledged and all partitions are at rest, and ends the threads.
    ///
    /// - Returns: how many groups those are.
    func finish() throws(CommandEnd) -> Int {
        do throws(ServingError) {
            let groups = try writer.finish()
            stop()
            if let failure = store.group.failure {
                throw ServingError.store(failure)
            }
            return groups
        } catch {
            stop()
            throw end(error)
        }
    }

    private func start() {
        guard thread == nil else { return }
        // unsafe: from here on until `stop` the group is the threads' alone.
        nonisolated(unsafe) let group = store.group
        thread = SystemThread { [crew] in _ = crew.serve(group) }
    }

    private func stop() {
        crew.close()
        thread?.join()
        thread = nil
    }

    private func end(_ error: ServingError) -> CommandEnd {
        guard case .store(let failure) = error else {
            return .failed(
                "the partitions' threads ended: \(error)", remedy: "run the same replay again")
        }
        return CommandEnd(failure, folder: store.folder.path)
    }
}
