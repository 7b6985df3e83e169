internal import IdentityModel

// What the next tick has to tell: noted where it happens, at a cost of what has changed.
extension IdentityGraph {
    /// Whether a tick would find something to tell, or at least to look at.
    package var awaitsTick: Bool { !feed.isEmpty || sweep != nil }

    /// How much awaits the next tick: the components that were touched since the last one, or the
    /// members that came to some, whichever are more. Of components in rows these members stay in
    /// memory until then.
    package var untoldCount: Int { max(feed.records.count, feed.untold.count) }

    /// To be called before a component's members, or the one that names it, change.
    @inline(__always)
    mutating func touchFeed(_ component: Ordinal) {
        if components[component].touched == noOrdinal { noteTouched(component) }
    }

    private mutating func noteTouched(_ component: Ordinal) {
        let anchor = components[component].anchor
        var told: NodeKey?
        if anchor != noOrdinal, nodes[anchor].flags.contains(.namesCustomer) {
            told = nodes[anchor].key
        }
        components[component].touched = feed.touch(components[component].id, told: told)
    }

    /// A member has come to its component, or has got its value: if it has one, its customer is to
    /// be told to have it.
    @inline(__always)
    mutating func noteUntold(_ node: Ordinal) {
        guard nodes[node].namespace != 0 else { return }
        nodes[node].flags.insert(.isUntold)
        feed.untold.append(node)
    }

    /// Members are about to leave a component. If the one whose customer was told to have them all
    /// stays, they have departed from it; if it leaves, what was told counts no more, and both
    /// sides are told as a whole.
    mutating func takeBack(_ members: [Ordinal], from component: Ordinal, as part: Ordinal) {
        let record = components[component].touched
        guard feed.records[record].hasTold else { return }
        let told = feed.records[record].told
        #if Mutants
        if Mutant.toldOutlivesItsMember.isPlanted,
            members.contains(where: { nodes[$0].key == told })
        {
            return
        }
        if Mutant.departedIsForgotten.isPlanted { return }
        #endif
        if members.contains(where: { nodes[$0].key == told }) {
            return feed.leaveTold(record, for: components[part].touched)
        }
        var departed = ValuedMembers()
        for member in members where nodes[member].namespace != 0 {
            guard !nodes[member].flags.contains(.isUntold) else { continue }
            append(member, to: &departed)
        }
        feed.depart(departed, from: record, as: components[part].id)
    }

    /// Gives what has changed to `writer`, of `room` entries at most; at the cut all that is left.
    mutating func drainFeed(
        to writer: inout some StateWriter, _ room: inout Int, isCut: Bool
    ) {
        #if Mutants
        if Mutant.touchedIsNotStored.isPlanted { feed.markStored() }
        #endif
        while room > 0, let id = feed.popRemoved() {
            writer.removeTouched(id)
            room -= 1
        }
        while room > 0, let image = feed.popChanged() {
            writer.writeTouched(image)
            room -= 1
        }
        guard isCut else { return }
        while let image = feed.popChangedList() { writer.writeTouched(image) }
    }

    /// Appends a member in memory with its value.
    func append(_ node: Ordinal, to members: inout ValuedMembers) {
        let count = Int(nodes[node].valueCount)
        members.members.append(
            ChangedIdentifier(
                key: nodes[node].key, namespace: nodes[node].namespace, valueCount: count))
        bytes.append(nodes[node].value, count: count, to: &members.values)
    }
}
