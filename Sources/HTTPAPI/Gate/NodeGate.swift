package import Answers
package import Foundation
package import IdentityModel
package import NodeRuntime
package import ProfileCore
package import WireFormat

/// What the HTTP interface asks of a node. Implemented where stores and partitions are wired
/// together; a test has its own.
///
/// Nothing here blocks the thread that calls: what takes time is awaited. All of it may be called
/// from many tasks at once.
package protocol NodeGate: Sendable {
    /// What gives identifiers their keys; valid once the store's folder is read.
    var keys: IdentifierKeys { get }
    /// What the head of a record says here.
    var recordHead: RecordHead { get }
    /// How many partitions the store has; valid once its folder is read.
    var partitionCount: UInt16 { get }
    /// The survivorship rules that events are checked by: those in force, as far as that is known
    /// without asking; cheap, from any thread.
    var rules: SurvivorshipRules { get }
    /// What the node is doing; cheap, from any thread.
    var readiness: Readiness { get }

    /// Runs `body`, once the positions are those that `terms` name. With one partition it runs on
    /// its thread and sees one moment; with several each of its questions is put to the partition
    /// that knows.
    ///
    /// - Throws: `ServingError`, also for what `body` throws.
    func ask<Answer: Sendable>(
        _ terms: AskTerms,
        _ body: @escaping @Sendable (any AnswerDesk) throws(AnswerFailure) -> Answer
    ) async throws(ServingError) -> Answer

    /// Appends records that an `EventRouter` made with `recordHead` for so many partitions; returns
    /// when they are durable: the position behind the last of them, in each partition that had one.
    ///
    /// - Throws: `ServingError`; after `deadlinePassed` the records may have been taken.
    func append(
        _ records: [(partition: PartitionID, record: [UInt8])], deadline: Deadline
    ) async throws(ServingError) -> PositionAnswer

    /// Waits, for a while, until what was appended so far has had all its effects: with several
    /// partitions it goes from one to another.
    func settle(by deadline: Deadline) async

    /// Folds a record in a copy of the partitions that does not stay, and looks.
    ///
    /// - Throws: `ServingError`.
    func rehearse<Answer: Sendable>(
        _ record: (partition: PartitionID, record: [UInt8]), deadline: Deadline,
        _ body: @escaping @Sendable (any AnswerDesk) throws(AnswerFailure) -> Answer
    ) async throws(ServingError) -> Answer

    /// The largest customers of the last checkpoint.
    ///
    /// - Throws: `ServingError`.
    func top(limit: Int, reveal: Bool) async throws(ServingError) -> TopAnswer

    /// Counts, sizes, memory, positions.
    ///
    /// - Throws: `ServingError`.
    func stats() async throws(ServingError) -> StatsAnswer

    /// Where the change feed is followed.
    ///
    /// - Throws: `ServingError`; `refused` where the store keeps none.
    func feedDesk() throws(ServingError) -> FeedDesk
    /// The survivorship rules in force.
    ///
    /// - Throws: `ServingError`.
    func profiles(deadline: Deadline) async throws(ServingError) -> ProfilesAnswer

    /// Reads survivorship rules as a profiles.yaml says them, and puts them in force in every
    /// partition; the same ones change nothing.
    ///
    /// - Throws: `ServingError`: `malformed` where the text says no rules, `refused` while others
    ///   are being put in force. After another one some partitions may have them: the same again
    ///   ends what was begun.
    func put(
        profiles text: [UInt8], deadline: Deadline
    ) async throws(ServingError) -> ProfilesAnswer

    /// Answers what another node of the store has asked one of its partitions, once the partition
    /// has come to a position.
    ///
    /// - Throws: `ServingError`; `closed` where the partition is not here.
    func answer(
        _ question: ReceivedQuestion, of partition: PartitionID, minimumPosition: UInt64,
        deadline: Deadline
    ) async throws(ServingError) -> ReceivedAnswer

    /// Offers a partition, as it is stored here, for another node of the store to copy.
    ///
    /// - Returns: the snapshot's manifest; nil while it is being prepared: to be asked again.
    /// - Throws: `ServingError`; `closed` where the partition is not here, or does not reach beyond
    ///   that position.
    func offerSnapshot(
        of partition: PartitionID, after least: UInt64
    ) async throws(ServingError) -> [UInt8]?

    /// Bytes of what is offered: none at a file's end.
    ///
    /// - Throws: `ServingError`; `closed` where that is not offered (any more).
    func snapshotPiece(
        _ piece: SnapshotPiece, of partition: PartitionID
    ) async throws(ServingError) -> [UInt8]

    /// The store's nodes, and which partitions they have.
    ///
    /// - Throws: `ServingError`.
    func cluster() throws(ServingError) -> ClusterAnswer

    /// Makes a backup in `folder`, an absolute path; `keep`: how many to keep there.
    ///
    /// - Returns: the JSON that the backup command prints.
    /// - Throws: `ServingError`; `refused` while another backup is under way.
    func backup(to folder: String, keep: Int?) async throws(ServingError) -> Data
}
