internal import IdentityModel

/// One partition's identity graph: evidence, components and directory, as a pure machine.
///
/// It computes; it performs nothing. The same facts in the same order give the same state on any
/// machine; what it lacks in memory it reads through a `StateReader`, and what changed since the
/// last checkpoint it lists in `drainChanges`. It does not know that it is stored.
///
/// Of several partitions each keeps the homes of some nodes (directory and evidence) and hosts some
/// components; they tell each other by messages (`apply`, `takeOutgoing`).
///
/// Invariants, between facts at one partition, and at rest over several:
/// - a node with a directory version is a member of exactly the component that the directory names;
/// - an edge is live in its component exactly when its pair's evidence is live;
/// - each component is connected by its live edges, and its anchor is its least member.
package struct IdentityGraph: ~Copyable {
    let configuration: GraphConfiguration
    var nodes = Slab(blank: NodeRecord.blank)
    var nodeIndex = OrdinalIndex()
    var links = Slab(blank: LinkRecord.blank)
    var linkIndex = OrdinalIndex()
    var components = Slab(blank: ComponentRecord.blank)
    var componentIndex = OrdinalIndex()
    var registers = Slab(blank: RegisterRecord.blank)
    var bytes = ByteArena()
    var namespaces = NameTable()
    /// By namespace number; a node that no value has named yet sorts after all others.
    var priorities: [UInt32] = [UInt32.max]
    var sources = NameTable()
    var fragments = FragmentTable()
    /// By component in rows: the fold over its members' fragments, as far as it was asked for.
    var folds: [Ordinal: [UInt8]] = [:]  // lookup only
    /// By member that names a customer: the hash of the profile that it was told to have.
    var toldProfiles: [Ordinal: UInt64] = [:]  // lookup only
    var feed = FeedQueue()
    var anchorHeaps: [Ordinal: AnchorHeap] = [:]  // lookup only
    var changes = ChangeLists()
    var search = SearchScratch()
    var eviction = EvictionHands()
    var postbox = Postbox()
    var transit: Transit
    var moves: [Move] = []
    var homeImage = HomeImage()
    var componentImage = ComponentImage()
    var memberOrder = KeyedOrdinals()
    var linkOrder = KeyedOrdinals()
    var ringWalks = RingWalks()
    /// Whether memory holds all that the store holds, so that what is not here is nowhere.
    var holdsEverything: Bool
    /// What fragments mean.
    package internal(set) var algebra: FragmentAlgebra
    /// How far fragments were brought to the present algebra; nil where all were.
    package internal(set) var sweep: FragmentSweep?

    /// About how many homes and components of the store whoever folds again what came since the
    /// graph was opened must read: those that changed, and one for each event that changed nothing.
    /// It depends on when checkpoints were made, and nothing that is kept on it.
    package internal(set) var storedReadCount: UInt64 = 0
    /// What the graph holds and has done.
    package private(set) var counters: GraphCounters
    /// The sum over all pairs' evidence.
    package internal(set) var evidenceDigest: Digest
    /// The sum over all components that are in the digest now; exact after `settleDigest`.
    package internal(set) var componentDigest: Digest

    /// An empty graph.
    package init(_ configuration: GraphConfiguration, algebra: FragmentAlgebra = .none) {
        self.configuration = configuration
        self.algebra = algebra
        counters = GraphCounters()
        transit = Transit(TransitState())
        evidenceDigest = .zero
        componentDigest = .zero
        holdsEverything = true
    }

    /// A graph as a checkpoint left it. Nothing is read yet: entities come as they are needed.
    package init(
        _ configuration: GraphConfiguration, restoring state: GraphSummary,
        transit underway: TransitState = TransitState(), sweep: FragmentSweep? = nil,
        algebra: FragmentAlgebra = .none
    ) {
        self.configuration = configuration
        self.sweep = sweep
        self.algebra = algebra
        counters = state.counters
        transit = Transit(underway)
        for component in underway.touched { feed.restore(component) }
        feed.markStored()
        evidenceDigest = state.evidenceDigest
        componentDigest = state.componentDigest
        holdsEverything = false
        for name in state.namespaces { _ = numberNamespace(name) }
        for name in state.sources { _ = numberSource(name) }
        namespaces.markStored()
        sources.markStored()
    }

    /// The logical digest: equal for equal graphs under one key, whatever order their events came
    /// in. A sum over components (anchor and members) and one over pairs (all registers).
    package var logicalDigest: Digest {
        var digest = evidenceDigest
        digest += componentDigest
        return digest
    }

    /// The bytes of memory that records, indexes and values take.
    package var byteCount: Int {
        nodes.byteCount + nodeIndex.byteCount + links.byteCount + linkIndex.byteCount
            + components.byteCount + componentIndex.byteCount + registers.byteCount
            + bytes.byteCount + fragments.byteCount
    }

    /// How many namespaces have names.
    package var namespaceCount: Int { namespaces.names.count - 1 }

    /// How many sources have names.
    package var sourceCount: Int { sources.names.count - 1 }

    /// The graph's number of a namespace, given now if it is new.
    package mutating func numberNamespace(_ name: [UInt8]) -> UInt32 {
        let number = namespaces.number(name)
        if Int(number) == priorities.count {
            let named = configuration.namespaces.namespaces.first {
                $0.name.utf8.elementsEqual(name)
            }
            priorities.append(UInt32(named?.priority ?? Namespace.unnamedPriority))
        }
        return number
    }

    /// The graph's number of a source, given now if it is new.
    package mutating func numberSource(_ name: [UInt8]) -> UInt32 { sources.number(name) }

    /// The name behind a namespace's number.
    package func namespaceName(_ number: UInt32) -> [UInt8] { namespaces.names[Int(number)] }

    /// The name behind a source's number.
    package func sourceName(_ number: UInt32) -> [UInt8] { sources.names[Int(number)] }

    /// Changes the counters; the one place that may.
    @inline(__always)
    mutating func count(_ change: (inout GraphCounters) -> Void) { change(&counters) }
}

/// What a checkpoint keeps of a graph beside its entities.
package struct GraphSummary: Equatable, Sendable {
    /// What the graph held and had done.
    package var counters: GraphCounters
    /// The sum over all pairs' evidence.
    package var evidenceDigest: Digest
    /// The sum over all components.
    package var componentDigest: Digest
    /// The namespaces' names by number, from 1.
    package var namespaces: [[UInt8]]
    /// The sources' names by number, from 1.
    package var sources: [[UInt8]]

    /// A summary with its members.
    package init(
        counters: GraphCounters, evidenceDigest: Digest, componentDigest: Digest,
        namespaces: [[UInt8]], sources: [[UInt8]]
    ) {
        self.counters = counters
        self.evidenceDigest = evidenceDigest
        self.componentDigest = componentDigest
        self.namespaces = namespaces
        self.sources = sources
    }
}

/// What changed since the last checkpoint, and which components the digest lacks. Ordinals in no
/// order; an ordinal may stand twice after its record was given again, so each is looked at.
struct ChangeLists {
    var homes = ChangeQueue<Ordinal>()
    var components = ChangeQueue<Ordinal>()
    var removed = ChangeQueue<RemovedEntity>()
    var undigested: [Ordinal] = []

    // Rows of large components and of hubs' homes.
    var members = ChangeQueue<Ordinal>()
    var edges = ChangeQueue<Ordinal>()
    var pairs = ChangeQueue<Ordinal>()

    var count: Int {
        homes.count + components.count + removed.count + members.count + edges.count + pairs.count
    }
}

/// What the store is to forget.
enum RemovedEntity {
    case component(ComponentID)
    case member(NodeKey, of: ComponentID)
    case rank(AnchorRank, of: ComponentID)
    case edge(NodeKey, NodeKey, of: ComponentID)
}

/// The two sides of a search, kept to be filled again.
struct SearchScratch {
    var fromA = SearchSide(mark: .reachedFromA)
    var fromB = SearchSide(mark: .reachedFromB)
}
