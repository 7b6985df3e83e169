package import IdentityModel
internal import KafkaLog
package import NodeKeys
package import NodeRuntime
package import ProfileCore
package import WireFormat

/// What a node is and does: a look at it from outside.
package struct EngineNodeFigures: Equatable, Sendable {
    /// How it stands among the others.
    package var member: MemberFigures
    /// How it stands with the partitions that it holds, by rising partition.
    package var replicas: [ReplicaStanding]
    /// By partition, why it failed here last; nil where it never did, or went well for long since.
    package var failures: [EngineFailure?]
    /// What its router has done, since it was last replaced.
    package var router: RouterFigures
    /// Why a router failed here last; nil where none did, or one goes well for long since.
    package var routerFailure: EngineFailure?
    /// Why the rules of the global topic are not read; nil where they are.
    package var globalFailure: EngineFailure?
}

/// A node of the engine: a router, the partitions that the placement gives it, and its membership.
/// Nothing that is done with one partition waits for another, nor has the membership wait.
package final class EngineNode<State: StatePort>: Sendable {
    private let engine: EngineSettings
    private let seats: [ReplicaSeat<State>]
    private let member: ClusterMember
    private let router: RouterSeat
    private let snapshots: SnapshotKeeper?
    /// What all nodes know.
    package let global: GlobalStore

    /// Runs a node until `leave` or `abandon`.
    ///
    /// - Parameters:
    ///   - rules: survivorship rules to be put in force first; nil: none.
    ///   - states: where the states of its partitions are, and their snapshots.
    ///   - snapshots: when snapshots are taken; nil: never.
    ///   - makeTrimmer: makes a client that trims logs; nil: one of the store's cluster.
    package init(
        _ engine: EngineSettings, _ settings: ClusterSettings, hasher: NodeKeyHasher,
        rules: SurvivorshipRules? = nil, states: StateHome<State>,
        snapshots: SnapshotSettings? = nil, makeTrimmer: TrimmerMaker? = nil
    ) {
        let global = GlobalStore(engine, settings, putting: rules)
        self.global = global
        var engine = engine
        engine.rules = { global.rules }
        engine.logicVersion = { global.logicVersion }
        engine.skips = { global.isSkipped($0, $1) }
        self.engine = engine
        let seats = (0..<engine.node.partitionCount).map { [engine] in
            ReplicaSeat(PartitionID($0), engine, settings, states)
        }
        self.seats = seats
        member = ClusterMember(
            engine, settings, standings: { seats.compactMap(\.standing) },
            assign: { roles in
                for (seat, role) in zip(seats, roles) { seat.assign(role) }
            })
        router = RouterSeat(engine, settings, hasher)
        let kafka = engine.kafka
        let ownTrimmer: TrimmerMaker = { () throws(KafkaError) in try KafkaAdmin(kafka) }
        self.snapshots = snapshots.flatMap { [engine] snapshots in
            states.snapshots.map { port in
                SnapshotKeeper(
                    snapshots, engine, port: port, time: settings.time,
                    makeTrimmer: makeTrimmer ?? ownTrimmer,
                    isOwned: { seats[Int($0.rawValue)].standing?.role == .owner })
            }
        }
    }

    /// How it stands.
    package var figures: EngineNodeFigures {
        EngineNodeFigures(
            member: member.figures, replicas: seats.compactMap(\.standing),
            failures: seats.map(\.failure), router: router.figures,
            routerFailure: router.failure, globalFailure: global.failure)
    }

    /// What the head of a record says that is written here for others.
    package var recordHead: RecordHead { engine.recordHead }

    /// Whether all is known that was told before this node came.
    package var isReady: Bool { member.figures.isReady && global.isReady }

    /// A partition where it is open here.
    package func replica(of partition: PartitionID) -> PartitionOwner? {
        seats[Int(partition.rawValue)].replica
    }

    /// Through which a partition is asked where it is open here, as its owner or standing by.
    package func host(of partition: PartitionID) -> PartitionHost<FollowedLog, State>? {
        seats[Int(partition.rawValue)].host
    }

    /// Ends it so that others go on at once: they take its partitions while it still has them,
    /// where that is quick enough; then it hands over what is left, and says that it is gone.
    /// Returns when it has ended; to be called once.
    package func leave() {
        let routing = SystemThread { [router] in router.stop() }
        snapshots?.stop()
        _ = member.leave()
        endSeats(.handOver)
        routing.join()
        member.stop(.leave)
        global.stop()
    }

    /// Ends it at once, without a word, as if it had died. To be called once.
    package func abandon() {
        snapshots?.stop()
        member.stop(.abandon)
        endSeats(.abandon)
        router.stop()
        global.stop()
    }

    private func endSeats(_ ending: PartitionOwner.Ending) {
        for seat in seats { seat.end(ending) }
        for seat in seats { seat.join() }
    }
}
