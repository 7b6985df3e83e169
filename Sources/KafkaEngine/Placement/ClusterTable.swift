/// What is known of all nodes, from the records of the global topic and this node's own time.
///
/// A node is judged by its beats as they come here, never by its clock, nor by the broker's. While
/// this node's own beats do not come back to it, it is the topic that is silent, or this node that
/// has slept: nobody is judged, and the time counts for nobody.
///
///     read from the past ──no beat in time──▶ dead ◀──no beat in time── alive
///             └──────────── a beat ───────────▶ alive ◀──── a beat ──────┘
///
/// **The coordinator** needs no election: it is whoever wrote the last placement, while that node
/// lives and stays; else the first by id of those who do. Nodes that see the same say the same, and
/// of two that do not, the one whose placement stands later in the log is the one for both.
package struct ClusterTable {
    private enum Life { case unheard, alive, dead }

    private struct Entry {
        let id: NodeID
        var record: NodeRecord
        /// When its last beat came, or was found.
        var heard: UInt64
        /// Whether it was found among what was written before this node came.
        var isOfThePast: Bool
    }

    private let settings: ClusterSettings
    private let incarnation: String
    /// By rising id.
    private var entries: [Entry] = []
    /// When this node's own last beat came back; nil before the first.
    private var ownHeard: UInt64?
    private var damagedRecords: UInt64 = 0
    /// Earlier lives of this node, whose beats are of no account.
    private var earlierIncarnations: [String] = []
    /// Where a node runs that has this one's name and started later; nil: nowhere.
    package private(set) var successor: String?
    /// The last placement.
    package private(set) var placement: Placement?
    /// Which version of the machine's logic the store is at.
    package private(set) var logic = LogicRegister()

    /// A table in which nothing stands.
    ///
    /// - Parameter incarnation: of this node.
    package init(_ settings: ClusterSettings, incarnation: String) {
        self.settings = settings
        self.incarnation = incarnation
    }

    /// Nanoseconds without an own beat over which nobody is judged: half of what counts as death.
    private var stallNanoseconds: UInt64 { settings.deadNanoseconds / 2 }

    /// Takes a record in.
    ///
    /// - Parameters:
    ///   - now: when it came, in nanoseconds of the settings' time.
    ///   - isOfThePast: whether it was written before this node came, as far as is known.
    package mutating func note(_ record: ClusterRecord, at now: UInt64, isOfThePast: Bool) {
        switch record {
        case .node(let id, nil): entries.removeAll { $0.id == id }
        case .node(let id, let record?):
            if id == settings.node { noteOwnName(record, at: now) }
            let entry = Entry(id: id, record: record, heard: now, isOfThePast: isOfThePast)
            let place = entries.firstIndex { $0.id >= id } ?? entries.count
            if place < entries.count, entries[place].id == id {
                entries[place] = entry
            } else {
                entries.insert(entry, at: place)
            }
        case .placement(let placement): self.placement = placement
        case .logic(let version): logic.take(version)
        case .damaged: damagedRecords += 1
        case .other: break
        }
    }

    /// A beat of this node, or of another of its name: one that was there before this one's first
    /// beat is an earlier one, which ends when it hears of this one; any other came later.
    private mutating func noteOwnName(_ record: NodeRecord, at now: UInt64) {
        if record.incarnation == incarnation {
            noteOwnBeat(at: now)
        } else if ownHeard == nil {
            earlierIncarnations.append(record.incarnation)
        } else if !earlierIncarnations.contains(record.incarnation) {
            successor = record.address
        }
    }

    /// A gap between own beats is taken out of the silence of all who were not dead before it.
    private mutating func noteOwnBeat(at now: UInt64) {
        defer { ownHeard = now }
        guard let ownHeard, now - ownHeard > stallNanoseconds else { return }
        for place in entries.indices
        where entries[place].heard + settings.deadNanoseconds > ownHeard {
            entries[place].heard = min(now, entries[place].heard + (now - ownHeard))
        }
    }

    private func life(of entry: Entry, at now: UInt64) -> Life {
        if entry.heard + settings.deadNanoseconds <= now { return .dead }
        return entry.isOfThePast ? .unheard : .alive
    }

    /// Who says who has which partition; nil where nobody could.
    package func coordinator(at now: UInt64) -> NodeID? {
        let able = entries.filter {
            life(of: $0, at: now) == .alive && !$0.record.isLeaving
        }.map(\.id)
        return able.first { $0 == placement?.coordinator } ?? able.first
    }

    /// What a plan is made from; nil where nothing may be planned: this node does not hear itself,
    /// or there are nodes of which it is not known yet whether they live.
    package func input(partitionCount: Int, at now: UInt64) -> PlacementInput? {
        guard isCertain(at: now) else { return nil }
        let living = entries.filter { life(of: $0, at: now) == .alive }
        return PlacementInput(
            living.map {
                PlacementInput.Node(
                    $0.id, isLeaving: $0.record.isLeaving, $0.record.replicas)
            }, partitionCount: partitionCount, standbys: settings.standbys)
    }

    /// The version of the machine's logic that is to be written: a greater one, once every node
    /// knows it and allows it; else the one that stands, where the last record does not say it.
    /// Nil: none is to be written, or nothing may be decided, as in `input`.
    ///
    /// A node that is dead counts as long as it is not forgotten: it may come back as it was, and
    /// would be shut out.
    package func nextLogic(at now: UInt64) -> UInt64? {
        guard isCertain(at: now) else { return nil }
        let raised = entries.map(\.record.logic.raised).min() ?? 0
        if raised > logic.standing { return raised }
        return logic.isLast ? nil : logic.standing
    }

    /// Whether this node hears itself, and knows of all nodes whether they live.
    private func isCertain(at now: UInt64) -> Bool {
        guard let ownHeard, now - ownHeard <= stallNanoseconds else { return false }
        return !entries.contains { life(of: $0, at: now) == .unheard }
    }

    /// The nodes that are dead for so long that they are to be forgotten.
    package func forgotten(at now: UInt64) -> [NodeID] {
        entries.filter { now - $0.heard >= settings.forgetNanoseconds }.map(\.id)
    }

    /// What is known. While this node does not hear itself it cannot know who is dead: those that
    /// lived when it last did are asked still, and answer if they live.
    package func view(partitionCount: Int, at now: UInt64) -> ClusterView {
        let judged = min(now, ownHeard.map { $0 + stallNanoseconds } ?? now)
        let living = entries.filter { life(of: $0, at: judged) != .dead }
        let ends = ReplicaTable(
            living.map { PlacementInput.Node($0.id, $0.record.replicas) },
            partitionCount: partitionCount
        ).ends
        let nodes = entries.map { entry in
            ClusterView.Node(
                id: entry.id, record: entry.record, isAlive: life(of: entry, at: judged) != .dead,
                silenceNanoseconds: now - entry.heard,
                lags: entry.record.replicas.map { replica in
                    guard Int(replica.partition) < partitionCount else { return nil }
                    return replica.position.map { position in
                        let end = ends[Int(replica.partition)]
                        return end - min(end, position)
                    }
                })
        }
        return ClusterView(
            nodes: nodes, coordinator: coordinator(at: judged), placement: placement,
            logicVersion: logic.standing, damagedRecords: damagedRecords)
    }
}
