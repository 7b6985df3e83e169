package import IdentityModel

/// A directory's entry.
package struct DirectoryPlace: Equatable, Sendable {
    /// The component that holds the node, as far as its home knows.
    package let component: ComponentID
    /// Counts the node's moves.
    package let version: UInt32
}

// How a message finds the member that it is for: directory, forwarding pointers, parking.
extension IdentityGraph {
    // MARK: At the home

    /// Has the node exist, alone if need be: whoever names it for the first time makes it. To be
    /// called at the node's home only.
    @inline(__always)
    mutating func ensurePlace(
        of node: Ordinal, _ reader: some StateReader
    ) throws(StateError) {
        try needHome(of: node, reader)
        if nodes[node].directoryVersion == 0 { try makeMember(node) }
    }

    private mutating func makeMember(_ node: Ordinal) throws(StateError) {
        guard nodes[node].component == noOrdinal else {
            throw StateError(.damaged, "a component holds an identifier that its home lacks")
        }
        let made = mintComponent()
        components[made].anchor = node
        components[made].count = 1
        components[made].residentCount = 1
        components[made].rank = 1
        nodes[node].component = made
        nodes[node].nextMember = node
        nodes[node].previousMember = node
        nodes[node].memberVersion = 1
        components[made].memberSum = memberDigest(node)
        setPlace(of: node, component: components[made].id, version: 1)
        count { $0.identifiers += 1 }
    }

    /// Writes the directory's entry of a node whose home is in memory.
    @inline(__always)
    mutating func setPlace(of node: Ordinal, component: ComponentID, version: UInt32) {
        nodes[node].directoryComponent = component
        nodes[node].directoryVersion = version
        markHome(node)
    }

    /// Sends a message to wherever its node's home says that the node is. `asked`: the version of
    /// the home's directory that was followed in vain, 0 for none.
    mutating func askHome(_ message: MemberMessage, asked: UInt32) {
        var message = message
        message.component = .none
        send(to: home(of: message.node), .resolve(message, asked: asked))
    }

    /// At a node's home: sends a message on, or parks it until the directory is newer.
    mutating func resolve(
        _ message: MemberMessage, asked: UInt32, _ reader: some StateReader
    ) throws(StateError) {
        let node = self.node(message.node)
        #if Mutants
        if Mutant.joinMakesNoNode.isPlanted {
            try needHome(of: node, reader)
            if nodes[node].directoryVersion == 0 { return transit.park(message) }
        }
        if Mutant.noParking.isPlanted {
            try ensurePlace(of: node, reader)
            return sendFromHome(node, message)
        }
        #endif
        try ensurePlace(of: node, reader)
        if nodes[node].directoryVersion <= asked {
            transit.park(message)
        } else {
            sendFromHome(node, message)
        }
    }

    private mutating func sendFromHome(_ node: Ordinal, _ message: MemberMessage) {
        var message = message
        message.component = nodes[node].directoryComponent
        send(
            to: message.component.host, .via(message, version: nodes[node].directoryVersion))
    }

    /// At a home: where some of its nodes are now. What was parked for them goes on.
    mutating func take(
        _ assignment: Assignment, _ reader: some StateReader
    ) throws(StateError) {
        for assigned in assignment.nodes {
            let node = try home(of: assigned.key, reader)
            #if Mutants
            if Mutant.assignWithoutVersion.isPlanted { nodes[node].directoryVersion = 0 }
            #endif
            guard assigned.version > nodes[node].directoryVersion else { continue }
            setPlace(of: node, component: assignment.component, version: assigned.version)
            releaseParked(node)
        }
    }

    private mutating func releaseParked(_ node: Ordinal) {
        #if Mutants
        if Mutant.parkedIsForgotten.isPlanted { _ = transit.takeParked(nodes[node].key) }
        #endif
        for message in transit.takeParked(nodes[node].key) { sendFromHome(node, message) }
    }

    // MARK: At the host

    /// The component that a message is addressed to, if it holds the member. Otherwise the message
    /// goes on, along the forwarding pointer or back to the member's home, and there is none here.
    mutating func find(
        _ message: MemberMessage, left: UInt32, _ reader: some StateReader
    ) throws(StateError) -> Ordinal {
        #if Mutants
        if Mutant.viaVersionIsDropped.isPlanted, left > 0 {
            return try find(message, left: 0, reader)
        }
        #endif
        if let onward = transit.pointers[message.component] {
            var message = message
            message.component = onward
            send(to: onward.host, left > 0 ? .via(message, version: left) : .forMember(message))
            return noOrdinal
        }
        let component = try hosted(message.component, reader)
        if component != noOrdinal, try isMember(message.node, of: component, reader) {
            return component
        }
        #if Mutants
        if Mutant.seenIsNotSentOn.isPlanted, case .seen = message.content { return noOrdinal }
        #endif
        askHome(message, asked: left)
        return noOrdinal
    }

    /// The component that the directory names, if this partition hosts it and the node, whose home
    /// is here, is its member: then what is said to it needs no message.
    @inline(__always)
    mutating func hostedHere(
        _ node: Ordinal, _ reader: some StateReader
    ) throws(StateError) -> Ordinal {
        let id = nodes[node].directoryComponent
        let known = nodes[node].component
        if known != noOrdinal, components[known].id == id {
            components[known].wasUsed = true
            if components[known].isInRows { nodes[node].flags.insert(.wasUsed) }
            return known
        }
        guard id.host == oneself, transit.pointers[id] == nil else { return noOrdinal }
        let component = try hosted(id, reader)
        guard component != noOrdinal, try isMember(nodes[node].key, of: component, reader) else {
            return noOrdinal
        }
        return component
    }

    /// Whether a node is a member of a component that is hosted here; brings it into memory then.
    mutating func isMember(
        _ key: NodeKey, of component: Ordinal, _ reader: some StateReader
    ) throws(StateError) -> Bool {
        let found = findNode(key)
        if found != noOrdinal, nodes[found].component != noOrdinal {
            guard nodes[found].component == component else { return false }
            if components[component].isInRows { nodes[found].flags.insert(.wasUsed) }
            return true
        }
        let record = components[component]
        guard record.isInRows, record.residentCount < record.count,
            !transit.isGone(key, from: record.id),
            try reader.readMember(key, of: record.id, into: &componentImage)
        else { return false }
        _ = try installMemberRow(of: component)
        return true
    }

    /// The partition that is a node's home.
    @inline(__always)
    func home(of key: NodeKey) -> PartitionID {
        hasOthers ? .home(of: key, among: configuration.partitionCount) : oneself
    }

    // MARK: Moves

    /// Raises a member's version, for it has moved to another component of this host; its home is
    /// told by `tellHomes`. A small home is stored as one value, evidence and all: it must be in
    /// memory before a part of it changes.
    @inline(__always)
    mutating func noteMove(
        of node: Ordinal, to component: Ordinal, _ reader: some StateReader
    ) throws(StateError) {
        #if Mutants
        if Mutant.memberVersionStays.isPlanted { nodes[node].memberVersion -= 1 }
        #endif
        nodes[node].memberVersion += 1
        let (key, version) = (nodes[node].key, nodes[node].memberVersion)
        let home = home(of: key)
        guard home == oneself else {
            moves.append(Move(home: home, node: AssignedNode(key: key, version: version)))
            return
        }
        try needHome(of: node, reader)
        setPlace(of: node, component: components[component].id, version: version)
        if hasOthers { moves.append(Move(home: home, node: AssignedNode(key: key, version: 0))) }
    }

    /// Tells the homes of the members that moved to a component, each once, in the order of
    /// partitions, and of each the nodes in the order of their keys.
    mutating func tellHomes(of component: Ordinal) {
        guard !moves.isEmpty else { return }
        #if Mutants
        let told = Mutant.hashOrder.isPlanted ? movesInHashOrder() : moves.sorted()
        #else
        let told = moves.sorted()
        #endif
        moves.removeAll(keepingCapacity: true)
        var start = 0
        while start < told.count {
            let home = told[start].home
            var end = start
            while end < told.count, told[end].home == home { end += 1 }
            if home == oneself {
                #if Mutants
                if Mutant.parkedStaysAtHome.isPlanted {
                    start = end
                    continue
                }
                #endif
                for move in told[start..<end] { releaseParked(findNode(move.node.key)) }
            } else {
                let nodes = told[start..<end].map(\.node)
                send(
                    to: home, .assign(Assignment(component: components[component].id, nodes: nodes))
                )
            }
            start = end
        }
    }
}

/// A member that moved, and who is to be told.
struct Move: Comparable {
    let home: PartitionID
    let node: AssignedNode

    static func < (left: Move, right: Move) -> Bool {
        left.home != right.home ? left.home < right.home : left.node.key < right.node.key
    }
}
