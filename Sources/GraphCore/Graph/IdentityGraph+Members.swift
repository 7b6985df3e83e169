internal import IdentityModel

// Membership: who exists, since when, and who names the customer.
extension IdentityGraph {
    /// The node was named by a link or an observe at `time`: it exists from now on, and its
    /// first-seen time falls if that was earlier than all before.
    mutating func see(
        _ node: Ordinal, namespace: UInt32, value: Span<UInt8>, at time: EventTime,
        _ reader: some StateReader
    ) throws(StateError) {
        let component = try ensureMember(node, reader)
        if nodes[node].namespace == 0 {
            touch(component)
            forgetRank(of: node)
            nodes[node].namespace = namespace
            nodes[node].value = bytes.store(value)
            nodes[node].valueCount = UInt16(value.count)
            markMember(node)
            reconsiderAnchor(of: component, node)
        }
        guard time < nodes[node].firstSeen else { return }
        touch(component)
        forgetRank(of: node)
        markMember(node)
        components[component].memberSum -= memberDigest(node)
        nodes[node].firstSeen = time
        components[component].memberSum += memberDigest(node)
        reconsiderAnchor(of: component, node)
    }

    /// The component of a node, minted for it alone if it does not exist yet.
    private mutating func ensureMember(
        _ node: Ordinal, _ reader: some StateReader
    ) throws(StateError) -> Ordinal {
        let component = try componentOfMember(node, reader)
        if component != noOrdinal { return component }
        let made = mintComponent()
        components[made].anchor = node
        components[made].count = 1
        components[made].residentCount = 1
        components[made].rank = 1
        components[made].memberSum = memberDigest(node)
        nodes[node].component = made
        nodes[node].nextMember = node
        nodes[node].previousMember = node
        nodes[node].memberVersion = 0
        try assign(node, to: made, reader)
        count { $0.identifiers += 1 }
        return made
    }

    /// A new component with no members yet, hosted here.
    mutating func mintComponent() -> Ordinal {
        count {
            $0.minted += 1
            $0.customers += 1
        }
        let made = components.allocate()
        let id = ComponentID(partition: configuration.partition, sequence: counters.minted)
        components[made].id = id
        components[made].isDirty = true
        componentIndex.insert(Self.indexHash(id), made)
        changes.components.append(made)
        changes.undigested.append(made)
        return made
    }

    /// Raises the member's version and tells its directory where it is now. A small home is stored
    /// as one value, evidence and all: it must be in memory before a part of it changes.
    @inline(__always)
    mutating func assign(
        _ node: Ordinal, to component: Ordinal, _ reader: some StateReader
    ) throws(StateError) {
        try needHome(of: node, reader)
        nodes[node].memberVersion += 1
        nodes[node].directoryComponent = components[component].id
        nodes[node].directoryVersion = nodes[node].memberVersion
        markHome(node)
    }

    /// To be called before a component's members, edges, anchor or sums change: it leaves the
    /// digest until `settleDigest`, and the next checkpoint writes it.
    @inline(__always)
    mutating func touch(_ component: Ordinal) {
        if components[component].isInDigest {
            componentDigest -= digestPart(of: component)
            components[component].isInDigest = false
            changes.undigested.append(component)
        }
        guard !components[component].isDirty else { return }
        components[component].isDirty = true
        changes.components.append(component)
    }

    /// Brings `componentDigest` up to date. Called at the end of each record.
    package mutating func settleDigest() {
        for component in changes.undigested
        where components[component].count > 0 && !components[component].isInDigest {
            components[component].isInDigest = true
            componentDigest += digestPart(of: component)
        }
        changes.undigested.removeAll(keepingCapacity: true)
    }

    // MARK: Digest parts

    @inline(__always)
    func memberDigest(_ node: Ordinal) -> Digest {
        ComponentDigest.member(nodes[node].key, firstSeen: nodes[node].firstSeen)
    }

    @inline(__always)
    private func digestPart(of component: Ordinal) -> Digest {
        ComponentDigest.component(
            anchor: nodes[components[component].anchor].key,
            memberSum: components[component].memberSum)
    }
}
