internal import IdentityModel

/// One pair of nodes in memory: its evidence (kept at the home of `a`) and its edge (kept where
/// the component of `a` is hosted). `a` is the lesser end by node key.
struct LinkRecord: BitwiseCopyable {
    var a: Ordinal
    var b: Ordinal

    /// The least time of any link event of the pair, whoever said it.
    var leastLinkTime: EventTime
    /// The first source's register, in place: nearly every pair has one source.
    var register: Register
    var flags: LinkFlags
    /// Further registers, through `RegisterRecord.next`.
    var moreRegisters: Ordinal
    /// Rises by one whenever the evidence turns live or dead.
    var evidenceVersion: UInt32
    /// The version of `evidenceVersion` that the component knows of.
    var edgeVersion: UInt32

    /// The next link with the same lesser end.
    var nextOut: Ordinal
    var nextAtA: Ordinal
    var previousAtA: Ordinal
    var nextAtB: Ordinal
    var previousAtB: Ordinal

    static let blank = LinkRecord(
        a: noOrdinal, b: noOrdinal, leastLinkTime: .never, register: .absent, flags: [],
        moreRegisters: noOrdinal, evidenceVersion: 0, edgeVersion: 0, nextOut: noOrdinal,
        nextAtA: noOrdinal, previousAtA: noOrdinal, nextAtB: noOrdinal, previousAtB: noOrdinal)
}

/// What is known of a pair in memory.
struct LinkFlags: OptionSet, BitwiseCopyable {
    let rawValue: UInt8
    /// The home's part is here.
    static let hasEvidence = LinkFlags(rawValue: 1)
    /// The evidence says that the pair is one customer.
    static let evidenceIsLive = LinkFlags(rawValue: 2)
    /// The component's part is here.
    static let hasEdge = LinkFlags(rawValue: 4)
    /// The component counts the edge, and both ends list it.
    static let edgeIsLive = LinkFlags(rawValue: 8)
    /// The edge's row changed since the last checkpoint. Only in a component in rows.
    static let edgeIsDirty = LinkFlags(rawValue: 16)
    /// The evidence's row changed since the last checkpoint. Only in a home in rows.
    static let evidenceIsDirty = LinkFlags(rawValue: 32)
    /// The store may hold rows of the edge in the present component of its lesser end.
    static let edgeIsStored = LinkFlags(rawValue: 128)
    /// The pair was looked at since the last sweep for memory.
    static let wasUsed = LinkFlags(rawValue: 64)
}

/// The greatest word of one kind that one source said of a pair.
struct Register: BitwiseCopyable {
    var time: EventTime
    /// The graph's own number of the source; 0 for no register.
    var source: UInt32
    var kind: RegisterKind
    /// The word that stands.
    var operation: LinkOperation

    static let absent = Register(time: .never, source: 0, kind: .link, operation: .unlink)
}

/// A register that does not fit into its link, or that carries a person's reason.
struct RegisterRecord: BitwiseCopyable {
    var register: Register
    var next: Ordinal
    var reason: UInt32
    var reasonCount: UInt16

    static let blank = RegisterRecord(
        register: .absent, next: noOrdinal, reason: 0, reasonCount: 0)
}
