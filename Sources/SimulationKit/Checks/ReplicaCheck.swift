internal import WireFormat

/// That replicas are alike at rest.
struct ReplicaCheck {
    private let world: World

    init(_ world: World) { self.world = world }

    /// Owner, standby, and what any snapshot gives: the same deliveries, the same stored bytes.
    func check() throws(Violation) {
        for partition in world.all {
            // Without a checkpoint or an eviction, owner and standby are such a replay.
            let hasMore = world.snapshots[partition].count > 1
            if hasMore || world.scenario.habits.evictionPeriod > 0 {
                try checkReplay(partition)
            }
            try checkLiving(partition)
        }
    }

    private func checkReplay(_ partition: Int) throws(Violation) {
        let (kept, witness) = (world.snapshots[partition], world.witnesses[partition])
        let replay = try Replica(partition, number: 0, from: kept[0], world.foundry)
        for snapshot in kept.dropFirst() {
            try fold(replay, before: snapshot.position)
            replay.store()
            try Self.checkAlike(replay.state.table, snapshot.table, "a replay and a snapshot")
        }
        try fold(replay, before: world.logs[partition].end)
        replay.store()
        try Self.checkAlike(replay.state.table, witness.state.table, "a replay and a witness")
    }

    private func checkLiving(_ partition: Int) throws(Violation) {
        let witness = world.witnesses[partition]
        let standbys = world.standbys.filter { $0.partition == partition }
        // One of the release before stands where its log was raised.
        for replica in [world.owners[partition]] + standbys
        where !replica.isOld || witness.logicVersion <= LogicPlan.old.upperBound {
            try fold(replica, before: world.logs[partition].end)
            replica.store()
            try Self.checkAlike(replica.state.table, witness.state.table, "two replicas")
        }
    }

    private func fold(_ replica: Replica, before limit: Int) throws(Violation) {
        let log = world.logs[replica.partition]
        while replica.position < limit {
            let position = replica.position
            let result = try replica.fold(log.entry(position).bytes)
            let told = world.ledger[replica.partition][position]
            try require(
                result == told,
                "a replay of \(replica.partition):\(position) says "
                    + TraceWriter.difference(result, told))
        }
    }

    /// Whether two replicas at one position have stored the same bytes.
    static func checkAlike(
        _ one: EntryTable, _ other: EntryTable, _ what: String
    ) throws(Violation) {
        guard let key = one.firstDifference(from: other) else { return }
        let parsed = StateKey.parse(key.span).map { "\($0)" } ?? "an unknown key"
        throw Violation(
            "\(what) at one position differ in \(parsed): \(text(one.value(of: key))) is not "
                + text(other.value(of: key)))
    }

    /// Bytes that differ, as far as a line takes them.
    private static func text(_ bytes: [UInt8]?) -> String {
        guard let bytes else { return "nothing" }
        return "\(bytes.prefix(100))"
    }
}
