/// Says which nodes are to have which partitions: a function of the placement before it and of the
/// nodes that live. Nothing depends on the order of what is given.
///
///     repair ──▶ goal ──▶ steps towards it
///
/// - **repair**: what was a dead node's goes to a standby at once, the one that is furthest on;
///   where there is none, to the node that owns the fewest. An owner that has told that it cannot
///   go on changes places with a standby that has caught up.
/// - **goal**: every node owns as many partitions as every other, or one more, and stands by for as
///   many, or one more; with as few moves as that takes. A goal is kept until nodes come, go, or
///   want to.
/// - **steps**: a node that is to own a partition stands by for it first, and takes the owner's
///   place once it has caught up; a standby goes when those who are to stand by have caught up. A
///   node copies a few partitions at a time.
///
/// So nothing is taken from an owner that lives before another could go on in its place, and a plan
/// without a cause is the plan before it.
package enum PlacementPlanner {
    /// Records behind the end of a log up to which a standby has caught up: an owner's turns of
    /// less than a second.
    package static let caughtUpRecords: UInt64 = 10_000
    /// Partitions that a node has not caught up with, up to which it is given more of them.
    package static let copiesAtOnce = 4

    /// The placement that follows `previous`, which it is where nothing is to change. Nil where
    /// there was none, and no node takes anything.
    ///
    /// - Parameters:
    ///   - previous: the last placement; one of another number of partitions counts as none.
    ///   - coordinator: who plans.
    package static func plan(
        _ previous: Placement?, _ input: PlacementInput, by coordinator: NodeID
    ) -> Placement? {
        precondition(input.partitionCount > 0 && input.standbys >= 0, "a store has partitions")
        let living = input.nodes.sorted { $0.id < $1.id }
        precondition(
            zip(living, living.dropFirst()).allSatisfy { $0.id < $1.id }, "a node is named once")
        guard living.contains(where: { !$0.isLeaving }) else { return previous }
        let last = previous.flatMap {
            $0.partitions.count == input.partitionCount ? $0.partitions : nil
        }
        let table = ReplicaTable(living, partitionCount: input.partitionCount)
        let seats = PlacementRepair(living, table).repaired(last, count: input.partitionCount)
        var goal = PlacementGoal(living, table, seats, standbys: input.standbys)
        let goals: [Seats]
        if let wanted = last?.map(\.goal), goal.holds(wanted) {
            goals = wanted
        } else {
            goals = goal.made()
        }
        let partitions =
            last == nil
            ? goals.map { PartitionPlacement($0) }
            : PlacementSteps(living, table, seats).taken(towards: goals)
        if let previous, previous.partitions == partitions { return previous }
        return Placement(
            epoch: (previous?.epoch ?? 0) + 1, coordinator: coordinator, partitions: partitions)
    }
}
