internal import PartitionCore
internal import RetailWorkload

/// When the machine's logic is raised in a run, and which of its programs do not know that yet.
///
/// The next version folds as the one before: the run is about who folds by what, and what records
/// say of it. The logs are told as soon as they like, whoever lives: a program that lacks
/// what a log says stops there, and one that knows it takes its place.
package struct LogicPlan: Equatable, Sendable {
    /// By partition: behind how many hundredths of the events its log tells of it; nil: never.
    package var places: [Int]?
    /// Which replicas do not know it, drawn for each by its number.
    private var seed: UInt64

    /// All programs are of one release.
    package static let none = LogicPlan(places: nil, seed: 0)

    /// The versions that programs know of the release before, and of the one that raises the logic.
    static let (old, new) = (
        PartitionMachine.knownLogic,
        PartitionMachine.knownLogic.lowerBound...PartitionMachine.knownLogic.upperBound + 1
    )

    /// Draws one for one of four seeds, from a stream of its own, so that all else of a seed stays
    /// what it is. The stream leaves out the seeds that are kept since they once failed.
    static func drawn(seed: UInt64) -> LogicPlan {
        var chance = SplitMix64(seed: SplitMix64.mix(seed ^ stream))
        guard chance.chance(25) else { return .none }
        let places = (0..<Identifiers.maximumPartitions).map { _ in chance.next(below: 101) }
        return LogicPlan(places: places, seed: chance.next())
    }

    private static let stream: UInt64 = 0x10_91c

    /// Whether a replica's program is of the release before.
    func isOld(_ replica: Int) -> Bool {
        places != nil && SplitMix64.word(UInt64(replica), seed: seed) % 2 == 0
    }

    /// The partitions of those that were not told yet that are to be told now that so many of all
    /// events were said.
    func due(_ untold: [Int], said: Int, of count: Int) -> [Int] {
        guard let places else { return [] }
        return untold.filter { places[$0] * count <= said * 100 }
    }
}
