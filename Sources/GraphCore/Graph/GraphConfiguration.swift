package import IdentityModel

/// What a partition's graph is told when it is made, fixed for the store's life.
package struct GraphConfiguration: Equatable, Sendable {
    /// The partition that this graph is.
    package let partition: PartitionID
    /// How many partitions there are.
    package let partitionCount: UInt16
    /// The namespaces that were named, whose priorities choose anchors.
    package let namespaces: NamespaceTable
    /// From which sizes on things are stored and looked at in another way.
    package let limits: GraphLimits

    /// A configuration.
    package init(
        partition: PartitionID, partitionCount: UInt16 = 1, namespaces: NamespaceTable,
        limits: GraphLimits = .standard
    ) {
        // A lone partition may have any number.
        precondition(
            partitionCount == 1 || partition.rawValue < partitionCount, "partitions count from 0")
        self.partition = partition
        self.partitionCount = partitionCount
        self.namespaces = namespaces
        self.limits = limits
    }
}

/// From which sizes on a graph stores and looks at things in another way. No answer depends on
/// them; stored bytes and messages depend on all but those of reading and searching, so that
/// replicas must have them alike.
package struct GraphLimits: Equatable, Sendable {
    /// How many members a component stored as one value has at most.
    package var inlineMembers: UInt32
    /// How many edges, dead ones included, a component stored as one value has at most.
    package var inlineEdges: UInt32
    /// How much its members' fragments take at most, in units of 16 bytes.
    package var inlineFragmentUnits: UInt32
    /// How many pairs a home stored as one value has at most.
    package var inlinePairs: UInt32
    /// Members up to which a component that loses its anchor is searched whole for another;
    /// larger ones keep a heap.
    package var searchedMembers: UInt32
    /// How many members and edges go to another host in one message.
    package var pageEntries: Int
    /// How many bytes of them go in one message, as `ComponentState.byteCount` counts.
    package var pageBytes: Int
    /// How many identifiers a change of the feed names; where more came and left it takes several.
    package var changeIdentifiers: Int
    /// How many components and members a tick brings to new rules.
    package var sweptAtOnce: Int
    /// How many rows are read at once where all are needed.
    package var rowsAtOnce: Int
    /// How many rows are read at once where a few may do.
    package var fewRows: Int

    /// Limits with their members.
    package init(
        inlineMembers: UInt32, inlineEdges: UInt32,
        inlineFragmentUnits: UInt32 = GraphLimits.standardFragmentUnits, inlinePairs: UInt32,
        searchedMembers: UInt32,
        pageEntries: Int = GraphLimits.standardPageEntries,
        pageBytes: Int = GraphLimits.standardPageBytes,
        changeIdentifiers: Int = GraphLimits.standardChangeIdentifiers,
        sweptAtOnce: Int = GraphLimits.standardSweptAtOnce, rowsAtOnce: Int,
        fewRows: Int
    ) {
        self.inlineMembers = inlineMembers
        self.inlineEdges = inlineEdges
        self.inlineFragmentUnits = inlineFragmentUnits
        self.inlinePairs = inlinePairs
        self.searchedMembers = searchedMembers
        self.pageEntries = pageEntries
        self.pageBytes = pageBytes
        self.changeIdentifiers = changeIdentifiers
        self.sweptAtOnce = sweptAtOnce
        self.rowsAtOnce = rowsAtOnce
        self.fewRows = fewRows
    }

    /// Fragments of a component in one value: 64 KiB, so that an observation writes no more.
    package static let standardFragmentUnits: UInt32 = 4_096
    /// Entries of a page: more than fit into its bytes.
    package static let standardPageEntries = 16_384
    /// Identifiers of a change: with values of 1 KiB it stays under Kafka's default of 1 MiB.
    package static let standardChangeIdentifiers = 500
    /// Components and members that a tick brings to new rules: some ten milliseconds, if they are
    /// read from the store.
    package static let standardSweptAtOnce = 1_024
    /// Bytes of a page: with its message and record it stays under Kafka's default of 1 MiB.
    package static let standardPageBytes = 512 << 10

    /// What stores are made with. Chosen so that the largest value takes about 40 KB, and nearly
    /// every customer and identifier is one value.
    package static let standard = GraphLimits(
        inlineMembers: 256, inlineEdges: 1_024, inlinePairs: 64, searchedMembers: 512,
        rowsAtOnce: 512, fewRows: 32)
}
