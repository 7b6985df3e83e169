package import IdentityModel

/// A customer as a query sees it.
package struct CustomerView: Equatable, Sendable {
    /// The customer's public id.
    package let id: CustomerID
    /// The component behind it; internal.
    package let component: ComponentID
    /// How many identifiers the customer has.
    package let identifierCount: Int
    /// The version of its last change that was told; 0 for none.
    package let version: UInt64

    /// A customer with its members.
    package init(
        id: CustomerID, component: ComponentID, identifierCount: Int, version: UInt64
    ) {
        self.id = id
        self.component = component
        self.identifierCount = identifierCount
        self.version = version
    }
}

/// Where a node's customer is, as the node's home knows.
package enum Whereabouts: Equatable, Sendable {
    /// Here.
    case here(CustomerView)
    /// In a component that another partition hosts, or that is not here yet.
    case elsewhere(ComponentID)
    /// Nowhere: no link or observe has named the node.
    case nowhere
}

/// An identifier as a query sees it.
package struct MemberView: Equatable, Sendable {
    /// Its key.
    package let key: NodeKey
    /// Its namespace's name.
    package let namespace: [UInt8]
    /// Its namespace's priority.
    package let priority: UInt32
    /// Its normalised value.
    package let value: [UInt8]
    /// The least time of any link or observe that named it; `never` while its value, too, is still
    /// on its way from another partition.
    package let firstSeen: EventTime

    /// An identifier with its members.
    package init(
        key: NodeKey, namespace: [UInt8], priority: UInt32, value: [UInt8], firstSeen: EventTime
    ) {
        self.key = key
        self.namespace = namespace
        self.priority = priority
        self.value = value
        self.firstSeen = firstSeen
    }
}

/// What one source said last of a pair.
package struct WordView: Equatable, Sendable {
    /// The source's name.
    package let source: [UInt8]
    /// link, unlink, ban or unban.
    package let operation: LinkOperation
    /// When it happened.
    package let time: EventTime
    /// Why, in a person's words; empty for none.
    package let reason: [UInt8]

    /// A word with its members.
    package init(source: [UInt8], operation: LinkOperation, time: EventTime, reason: [UInt8]) {
        self.source = source
        self.operation = operation
        self.time = time
        self.reason = reason
    }
}

/// A pair and all that was said of it.
package struct LinkView: Equatable, Sendable {
    /// The lesser end.
    package let a: NodeKey
    /// The greater end.
    package let b: NodeKey
    /// Whether the pair is live.
    package let isLive: Bool
    /// The least time of any link of the pair; `never` if none came.
    package let firstLinked: EventTime
    /// What each source says, ordered by (source name, kind).
    package let words: [WordView]

    /// A pair with its members.
    package init(
        a: NodeKey, b: NodeKey, isLive: Bool, firstLinked: EventTime, words: [WordView]
    ) {
        self.a = a
        self.b = b
        self.isLive = isLive
        self.firstLinked = firstLinked
        self.words = words
    }
}

// Questions. They change no fact, but bring into memory what they look at.
extension IdentityGraph {
    /// The customer of a node; nil if no link or observe has named it.
    package mutating func customer(
        of key: NodeKey, reader: some StateReader
    ) throws(StateError) -> CustomerView? {
        guard case .here(let customer) = try whereabouts(of: key, reader: reader) else {
            return nil
        }
        return customer
    }

    /// Where the customer of a node is, whose home is here.
    package mutating func whereabouts(
        of key: NodeKey, reader: some StateReader
    ) throws(StateError) -> Whereabouts {
        let node = try existingHome(of: key, reader)
        guard node != noOrdinal else { return .nowhere }
        var component = nodes[node].component
        if component == noOrdinal { component = try directoryComponent(of: node, reader) }
        if component != noOrdinal { return .here(view(ofCustomer: component)) }
        guard nodes[node].directoryVersion > 0 else { return .nowhere }
        return .elsewhere(nodes[node].directoryComponent)
    }

    /// Where a node is, as its home knows: to be asked of the home. Nil if no link or observe has
    /// named it.
    package mutating func place(
        of key: NodeKey, reader: some StateReader
    ) throws(StateError) -> DirectoryPlace? {
        let node = try existingHome(of: key, reader)
        guard node != noOrdinal, nodes[node].directoryVersion > 0 else { return nil }
        return DirectoryPlace(
            component: nodes[node].directoryComponent, version: nodes[node].directoryVersion)
    }

    /// The customer of a node that is a member of that component; nil where it is not, or this
    /// partition does not host the component. Afterwards questions about the node find it.
    package mutating func customer(
        of key: NodeKey, in id: ComponentID, reader: some StateReader
    ) throws(StateError) -> CustomerView? {
        let component = try hosted(id, reader)
        guard component != noOrdinal, try isMember(key, of: component, reader) else { return nil }
        return view(ofCustomer: component)
    }

    /// Where a component that was hosted here has gone; nil where it has not, or the pointer was
    /// collected.
    package func forwardingPointer(from id: ComponentID) -> ComponentID? { transit.pointers[id] }

    /// The identifier itself; nil if no link or observe has named it.
    package mutating func member(
        _ key: NodeKey, reader: some StateReader
    ) throws(StateError) -> MemberView? {
        guard try component(of: key, reader) != noOrdinal else { return nil }
        return view(of: findNode(key))
    }

    /// The identifiers of a node's customer, ordered by (namespace priority, key); empty if the
    /// node does not exist.
    package mutating func members(
        withMember key: NodeKey, reader: some StateReader
    ) throws(StateError) -> [MemberView] {
        try memberPage(withMember: key, after: nil, limit: .max - 1, reader: reader).members
    }

    /// The pairs of which both ends are identifiers of a node's customer, live or not, ordered by
    /// (a, b); empty if the node does not exist.
    package mutating func links(
        withMember key: NodeKey, reader: some StateReader
    ) throws(StateError) -> [LinkView] {
        try linkPage(withMember: key, after: nil, limit: .max - 1, reader: reader).links
    }

    /// What is known of one pair; nil if no event has named it. The ends may come in any order.
    package mutating func link(
        _ one: NodeKey, _ other: NodeKey, reader: some StateReader
    ) throws(StateError) -> LinkView? {
        let a = try existingHome(of: min(one, other), reader)
        guard a != noOrdinal else { return nil }
        if nodes[a].flags.contains(.lacksPairs),
            try reader.readPair(nodes[a].key, max(one, other), into: &homeImage)
        {
            try installPairs(of: a)
        }
        let b = findNode(max(one, other))
        guard b != noOrdinal else { return nil }
        let pair = findLink(a, b)
        guard pair != noOrdinal, links[pair].flags.contains(.hasEvidence) else { return nil }
        return view(ofPair: pair)
    }

    /// The shortest path of live links from one node to another: the nodes on it, both ends
    /// included; nil if they are not one customer. Of several shortest paths, the one that a
    /// breadth-first search in key order finds first.
    package mutating func path(
        from one: NodeKey, to other: NodeKey, reader: some StateReader
    ) throws(StateError) -> [NodeKey]? {
        let component = try component(of: one, reader)
        guard component != noOrdinal, try self.component(of: other, reader) == component else {
            return nil
        }
        try needWhole(component, reader)
        let (start, goal) = (findNode(one), findNode(other))
        var cameFrom: [Ordinal: Ordinal] = [start: start]  // lookup only
        var frontier = [start]
        while cameFrom[goal] == nil, !frontier.isEmpty {
            var following: [Ordinal] = []
            for node in frontier {
                for neighbour in sortedNeighbours(of: node)
                where cameFrom[neighbour] == nil && nodes[neighbour].component == component {
                    cameFrom[neighbour] = node
                    following.append(neighbour)
                }
            }
            frontier = following
        }
        guard var step = cameFrom[goal] else {
            throw StateError(.damaged, "a component is not connected by its links")
        }
        var path = [other]
        var node = goal
        while node != start {
            path.append(nodes[step].key)
            node = step
            step = cameFrom[node]!
        }
        return path.reversed()
    }

    // MARK: Parts

    /// The component of a node, as `componentOfMember` brings it into memory; none if the node does
    /// not exist.
    mutating func component(
        of key: NodeKey, _ reader: some StateReader
    ) throws(StateError) -> Ordinal {
        let node = try existingHome(of: key, reader)
        guard node != noOrdinal else { return noOrdinal }
        return try componentOfMember(node, reader)
    }

    private func sortedNeighbours(of node: Ordinal) -> [Ordinal] {
        var found: [Ordinal] = []
        var pair = nodes[node].liveLinks
        while pair != noOrdinal {
            found.append(otherEnd(pair, from: node))
            pair = nextLink(pair, at: node)
        }
        return found.sorted { nodes[$0].key < nodes[$1].key }
    }

    private func view(ofCustomer component: Ordinal) -> CustomerView {
        let anchor = components[component].anchor
        return CustomerView(
            id: CustomerID(anchor: nodes[anchor].key), component: components[component].id,
            identifierCount: Int(components[component].count),
            version: nodes[anchor].customerVersion)
    }

    func view(of node: Ordinal) -> MemberView {
        var value: [UInt8] = []
        bytes.append(nodes[node].value, count: Int(nodes[node].valueCount), to: &value)
        let namespace = Int(nodes[node].namespace)
        return MemberView(
            key: nodes[node].key, namespace: namespaces.names[namespace],
            priority: priorities[namespace], value: value, firstSeen: nodes[node].firstSeen)
    }

    func view(ofPair pair: Ordinal) -> LinkView {
        let words = registerChain(of: pair).map { word, ordinal in
            WordView(
                source: sources.names[Int(word.source)], operation: word.operation,
                time: word.time, reason: ordinal == noOrdinal ? [] : reasonBytes(ordinal))
        }
        return LinkView(
            a: nodes[links[pair].a].key, b: nodes[links[pair].b].key,
            isLive: links[pair].flags.contains(.evidenceIsLive),
            firstLinked: links[pair].leastLinkTime,
            words: words.sorted {
                if $0.source != $1.source { return $0.source.lexicographicallyPrecedes($1.source) }
                return $0.operation.rawValue < $1.operation.rawValue
            })
    }
}
