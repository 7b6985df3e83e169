internal import IdentityModel

// Finding nodes, pairs and components, in memory or in the store.
extension IdentityGraph {
    // MARK: Hashes of memory's indexes

    @inline(__always)
    static func indexHash(_ key: NodeKey) -> UInt64 {
        (key.high ^ key.low) &* 0x9e37_79b9_7f4a_7c15
    }

    @inline(__always)
    static func indexHash(_ a: Ordinal, _ b: Ordinal) -> UInt64 {
        let pair = UInt64(a) << 32 | UInt64(b)
        return (pair ^ pair >> 29) &* 0x9e37_79b9_7f4a_7c15
    }

    @inline(__always)
    static func indexHash(_ id: ComponentID) -> UInt64 { id.rawValue &* 0x9e37_79b9_7f4a_7c15 }

    // MARK: Memory

    /// The node's record in memory, or none.
    @inline(__always)
    func findNode(_ key: NodeKey) -> Ordinal {
        nodeIndex.find(Self.indexHash(key)) { nodes[$0].key == key }
    }

    /// The node's record, made if memory has none; its parts may still be in the store.
    @inline(__always)
    mutating func node(_ key: NodeKey) -> Ordinal {
        let found = findNode(key)
        if found != noOrdinal { return found }
        let made = nodes.allocate()
        nodes[made].key = key
        nodeIndex.insert(Self.indexHash(key), made)
        return made
    }

    /// The pair's record in memory, or none.
    @inline(__always)
    func findLink(_ a: Ordinal, _ b: Ordinal) -> Ordinal {
        linkIndex.find(Self.indexHash(a, b)) { links[$0].a == a && links[$0].b == b }
    }

    /// The pair's record, made if memory has none. `a` is the lesser end.
    @inline(__always)
    mutating func link(_ a: Ordinal, _ b: Ordinal) -> Ordinal {
        let found = findLink(a, b)
        if found != noOrdinal { return found }
        let made = links.allocate()
        links[made].a = a
        links[made].b = b
        links[made].nextOut = nodes[a].outLinks
        nodes[a].outLinks = made
        nodes[b].inLinkCount += 1
        linkIndex.insert(Self.indexHash(a, b), made)
        return made
    }

    // MARK: The store

    /// The node with its home's part in memory, made where the store has none either.
    @inline(__always)
    mutating func home(
        of key: NodeKey, _ reader: some StateReader
    ) throws(StateError) -> Ordinal {
        let ordinal = node(key)
        try needHome(of: ordinal, reader)
        return ordinal
    }

    /// The node with its home's part in memory, or none if no event has named it.
    mutating func existingHome(
        of key: NodeKey, _ reader: some StateReader
    ) throws(StateError) -> Ordinal {
        let found = findNode(key)
        if found != noOrdinal {
            try needHome(of: found, reader)
            return found
        }
        guard !holdsEverything else { return noOrdinal }
        guard try reader.readHome(key, into: &homeImage) else { return noOrdinal }
        let made = node(key)
        try installHome(made)
        return made
    }

    /// The component of this partition that the node is a member of, with the node and the anchor,
    /// or all of a component that is not in rows, in memory; none if there is none. A member that
    /// memory lacks is found by its directory, where this is its home.
    @inline(__always)
    mutating func componentOfMember(
        _ node: Ordinal, _ reader: some StateReader
    ) throws(StateError) -> Ordinal {
        let component = nodes[node].component
        if component != noOrdinal {
            components[component].wasUsed = true
            if components[component].isInRows { nodes[node].flags.insert(.wasUsed) }
            return component
        }
        let host = try directoryComponent(of: node, reader)
        if host != noOrdinal, nodes[node].component == noOrdinal {
            try loadMember(node, of: host, reader)
        }
        return host
    }

    /// The component that the node's directory names, with at least its anchor in memory; none if
    /// the node does not exist or another partition hosts it.
    mutating func directoryComponent(
        of node: Ordinal, _ reader: some StateReader
    ) throws(StateError) -> Ordinal {
        try needHome(of: node, reader)
        guard nodes[node].directoryVersion != 0 else { return noOrdinal }
        if hasOthers { return try hostedHere(node, reader) }
        return try loadedComponent(nodes[node].directoryComponent, reader)
    }

    /// Brings the home's part of a node into memory, if it is not there.
    @inline(__always)
    mutating func needHome(
        of node: Ordinal, _ reader: some StateReader
    ) throws(StateError) {
        if !nodes[node].flags.contains(.homeIsResident) { try loadHome(node, reader) }
        nodes[node].flags.insert(.wasUsed)
    }

    private mutating func loadHome(
        _ ordinal: Ordinal, _ reader: some StateReader
    ) throws(StateError) {
        if !holdsEverything, try reader.readHome(nodes[ordinal].key, into: &homeImage) {
            try installHome(ordinal)
        } else {
            nodes[ordinal].flags.insert(.homeIsResident)
        }
    }
}
