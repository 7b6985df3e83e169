internal import IdentityModel

// Membership: who exists, since when, and who names the customer.
extension IdentityGraph {
    /// A member was named by a link or an observe at `time`: its value is known from now on, and
    /// its first-seen time falls if that was earlier than all before.
    mutating func see(
        _ node: Ordinal, in component: Ordinal, namespace: UInt32, value: Span<UInt8>,
        at time: EventTime
    ) {
        if nodes[node].namespace == 0 {
            touch(component)
            touchFeed(component)
            forgetRank(of: node)
            nodes[node].namespace = namespace
            nodes[node].value = bytes.store(value)
            nodes[node].valueCount = UInt16(value.count)
            noteUntold(node)
            markMember(node)
            reconsiderAnchor(of: component, node)
        }
        guard time < nodes[node].firstSeen else { return }
        touch(component)
        touchFeed(component)
        forgetRank(of: node)
        markMember(node)
        components[component].memberSum -= memberDigest(node)
        nodes[node].firstSeen = time
        components[component].memberSum += memberDigest(node)
        reconsiderAnchor(of: component, node)
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

    /// To be called before a component's members, edges, anchor or sums change: it leaves the
    /// digest until `settleDigest`, and the next checkpoint writes it.
    @inline(__always)
    mutating func touch(_ component: Ordinal) {
        if components[component].isInDigest {
            componentDigest -= digestPart(of: component)
            components[component].isInDigest = false
            changes.undigested.append(component)
        }
        markDirty(component)
    }

    /// The component, or of one in rows its head, must be written at the next checkpoint.
    @inline(__always)
    mutating func markDirty(_ component: Ordinal) {
        guard !components[component].isDirty else { return }
        components[component].isDirty = true
        if components[component].isStored { storedReadCount += 1 }
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
        let digest = ComponentDigest.member(nodes[node].key, firstSeen: nodes[node].firstSeen)
        guard nodes[node].flags.contains(.hasFragment) else { return digest }
        return withFragment(digest, of: node)
    }

    private func withFragment(_ digest: Digest, of node: Ordinal) -> Digest {
        var fragment: [UInt8] = []
        fragments.append(node, to: &fragment)
        let content = fragment.span.extracting(algebra.content(fragment.span))
        var digest = digest
        digest += ComponentDigest.fragment(of: nodes[node].key, content)
        return digest
    }

    @inline(__always)
    private func digestPart(of component: Ordinal) -> Digest {
        ComponentDigest.component(
            anchor: nodes[components[component].anchor].key,
            memberSum: components[component].memberSum)
    }
}
