internal import IdentityModel

// The change feed: changes are coalesced between ticks, and told only when a tick is folded. So it
// is the same on every replay, however the log was cut into batches.
//
// A member carries its customer's version, and whether that customer is live. What a customer was
// told to have lies with the component that holds the member: all that are not untold, and those
// that have departed since the last tick. It costs what has changed, not what there is. Where the
// member came from elsewhere that knowledge is gone, and the customer is told as a whole.
extension IdentityGraph {
    /// Tells what has changed since the last tick, ordered by component id.
    ///
    /// - Throws: `StateError`; the graph is then unusable and must be opened again.
    package mutating func tellChanges(
        reader: some StateReader
    ) throws(StateError) -> [CustomerChange] {
        var changes = ToldChanges(isHeard: true)
        try tell(to: &changes, reader)
        return changes.all
    }

    /// Does all that `tellChanges` does but make the changes: nobody listens.
    ///
    /// - Returns: how many there are.
    /// - Throws: as `tellChanges`.
    package mutating func countChanges(reader: some StateReader) throws(StateError) -> Int {
        var changes = ToldChanges(isHeard: false)
        try tell(to: &changes, reader)
        return changes.count
    }

    private mutating func tell(
        to changes: inout ToldChanges, _ reader: some StateReader
    ) throws(StateError) {
        guard awaitsTick else { return }
        try sweepSome(reader)
        let records = feed.takeTouched()
        let present = presentComponents(of: records)
        let untold = listUntold()
        var told: [Ordinal] = []
        told.reserveCapacity(records.count)
        for (place, record) in records.enumerated() {
            prefetchNextTold(present, place)
            var component = present[place]
            // One in rows keeps its untold members in memory, even where its head is not.
            var isListed = component != noOrdinal
            if component == noOrdinal {
                component = try hosted(feed.records[record].id, reader)
                guard component != noOrdinal else { throw Self.awaitsInVain }
                isListed = components[component].isInRows
            }
            try tell(component, record, isListed ? untold : nil, &changes, reader)
            told.append(component)
        }
        // Only now: until the last is told, `names` asks which of the others are touched.
        for (component, record) in zip(told, records) {
            components[component].touched = noOrdinal
            feed.release(record)
        }
        feed.untold.removeAll(keepingCapacity: true)
    }

    private static var awaitsInVain: StateError {
        StateError(.damaged, "a component that awaits the next tick is not there")
    }

    /// The components of touched records, as far as memory has them; none for others.
    private func presentComponents(of records: [Ordinal]) -> [Ordinal] {
        let distance = 12
        return records.indices.map { place in
            if place + distance < records.count {
                componentIndex.prefetch(
                    Self.indexHash(feed.records[records[place + distance]].id))
            }
            let id = feed.records[records[place]].id
            return componentIndex.find(Self.indexHash(id)) { components[$0].id == id }
        }
    }

    /// Hints at the memory that the next touched components will need: the component, then its
    /// anchor, then the members on both sides of that. It changes no result.
    @inline(__always)
    private func prefetchNextTold(_ present: [Ordinal], _ place: Int) {
        let distances = (component: 9, anchor: 6, next: 3)
        if place + distances.component < present.count {
            components.prefetch(present[place + distances.component])
        }
        if let anchor = anchorToTell(present, place + distances.anchor) { nodes.prefetch(anchor) }
        if let anchor = anchorToTell(present, place + distances.next) {
            nodes.prefetch(nodes[anchor].nextMember)
            nodes.prefetch(nodes[anchor].previousMember)
        }
    }

    @inline(__always)
    private func anchorToTell(_ present: [Ordinal], _ place: Int) -> Ordinal? {
        guard place < present.count, present[place] != noOrdinal else { return nil }
        let anchor = components[present[place]].anchor
        return anchor == noOrdinal ? nil : anchor
    }

    /// The untold members that the queue knows, by the records of their components.
    private func listUntold() -> UntoldLists {
        var lists = UntoldLists(
            members: feed.untold.count, records: Int(feed.records.ordinals.upperBound))
        let (memberDistance, componentDistance) = (16, 8)
        for (place, node) in feed.untold.enumerated() {
            if place + memberDistance < feed.untold.count {
                nodes.prefetch(feed.untold[place + memberDistance])
            }
            if place + componentDistance < feed.untold.count {
                components.prefetch(nodes[feed.untold[place + componentDistance]].component)
            }
            guard nodes[node].flags.contains(.isUntold) else { continue }
            let record = components[nodes[node].component].touched
            if record != noOrdinal { lists.add(place, to: record) }
        }
        return lists
    }

    private mutating func tell(
        _ component: Ordinal, _ record: Ordinal, _ listed: UntoldLists?,
        _ changes: inout ToldChanges, _ reader: some StateReader
    ) throws(StateError) {
        let anchor = components[component].anchor
        // Where only joins have named the members, their values are still on their way.
        guard nodes[anchor].namespace != 0 else { return }
        let before = feed.records[record]
        let isWhole = !before.hasTold || before.told != nodes[anchor].key
        var told = ToldMembers(isHeard: changes.isHeard)
        let departed = feed.takeDeparted(record)
        if !isWhole { try take(departed.members, into: &told, component, reader) }
        let looksForAll = isWhole || !before.knowsUntold
        if !looksForAll, let listed {
            listed.forEach(of: record) { place in
                take(feed.untold[place], isWhole: false, into: &told, component)
            }
        } else {
            var member = anchor
            repeat {
                take(member, isWhole: isWhole, into: &told, component)
                member = nodes[member].nextMember
            } while member != anchor
            if looksForAll {
                try takeAbsent(of: component, isWhole: isWhole, into: &told, reader)
            }
        }
        let profile = try profile(of: component, reader)
        if isWhole || !told.isEmpty || profile.hash != toldProfiles[anchor] ?? 0 {
            noteToldProfile(profile.hash, of: anchor)
            if changes.isHeard {
                told.profile = profile.bytes
                told.come = told.come.sorted
                told.retiring.sort { nodes[$0].key < nodes[$1].key }
                told.parts = try names(of: departed.parts, reader)
                appendChanges(component, isWhole, told, &changes.all)
            } else {
                let count = changeCount(of: told)
                raiseVersion(of: anchor, by: count, isLive: true)
                changes.count += count
            }
        }
        let name = nodes[anchor].key
        for node in told.retiring {
            raiseVersion(of: node, by: 1, isLive: false)
            noteToldProfile(0, of: node)
            guard changes.isHeard else {
                changes.count += 1
                continue
            }
            changes.all.append(
                CustomerChange(
                    .retired, nodes[node].key, version: nodes[node].customerVersion,
                    others: [name]))
        }
    }

    /// How many changes it takes to tell what happened to a customer.
    private func changeCount(of told: ToldMembers) -> Int {
        let limit = configuration.limits.changeIdentifiers
        return max(1, (told.identifierCount + limit - 1) / limit)
    }

    // MARK: Members

    /// Takes those that have left. Who came back was never away; but elsewhere it may have come to
    /// name a customer.
    private mutating func take(
        _ departed: ValuedMembers, into told: inout ToldMembers, _ component: Ordinal,
        _ reader: some StateReader
    ) throws(StateError) {
        #if Mutants
        if Mutant.returnedIsGone.isPlanted {
            told.take(departed)
            return
        }
        #endif
        var start = 0
        for member in departed.members {
            let end = start + member.valueCount
            if try isMember(member.key, of: component, reader) {
                let node = findNode(member.key)
                markTold(node)
                if namesAnother(node) { told.retiring.append(node) }
            } else {
                told.noteGone(member, departed.values[start..<end])
            }
            start = end
        }
    }

    /// Whether a member names a customer that is not its component's.
    private func namesAnother(_ node: Ordinal) -> Bool {
        nodes[node].flags.contains(.namesCustomer)
            && components[nodes[node].component].anchor != node
    }

    /// Takes a member in memory, if its customer is to be told to have it, or if it names another.
    private mutating func take(
        _ node: Ordinal, isWhole: Bool, into told: inout ToldMembers, _ component: Ordinal
    ) {
        let flags = nodes[node].flags
        guard nodes[node].component == component, nodes[node].namespace != 0 else { return }
        guard isWhole || flags.contains(.isUntold) else { return }
        if namesAnother(node) { told.retiring.append(node) }
        markTold(node)
        told.comeCount += 1
        if told.isHeard { append(node, to: &told.come) }
    }

    /// Takes the members that memory lacks. Those that change are brought into memory.
    private mutating func takeAbsent(
        of component: Ordinal, isWhole: Bool, into told: inout ToldMembers,
        _ reader: some StateReader
    ) throws(StateError) {
        #if Mutants
        if Mutant.absentIsNotTold.isPlanted { return }
        #endif
        var walk = StoredMemberWalk(after: nil)
        while let page = try absentMembers(of: component, &walk, reader) {
            var changed: [NodeKey] = []
            var start = 0
            // What the page leaves out is in memory; its values stand between those of the page.
            var left = page[...]
            for member in componentImage.members {
                defer { start += member.valueCount }
                guard left.first?.key == member.key else { continue }
                left.removeFirst()
                if member.isUntold || member.namesCustomer {
                    changed.append(member.key)
                } else if isWhole, member.namespace != 0 {
                    told.noteCome(
                        ChangedIdentifier(
                            key: member.key, namespace: member.namespace,
                            valueCount: member.valueCount),
                        componentImage.values[start..<start + member.valueCount])
                }
            }
            for key in changed {
                let node = self.node(key)
                try loadMember(node, of: component, reader)
                take(node, isWhole: isWhole, into: &told, component)
            }
        }
    }

    private mutating func markTold(_ node: Ordinal) {
        guard nodes[node].flags.contains(.isUntold) else { return }
        nodes[node].flags.remove(.isUntold)
        markCarried(node)
    }

    /// What a member carries has changed: it must be written at the next checkpoint.
    private mutating func markCarried(_ node: Ordinal) {
        let component = nodes[node].component
        if components[component].isInRows { markMember(node) } else { markDirty(component) }
    }

    // MARK: Changes

    /// What happened to a component's customer, in as many changes as its identifiers take.
    private mutating func appendChanges(
        _ component: Ordinal, _ isWhole: Bool, _ told: ToldMembers,
        _ changes: inout [CustomerChange]
    ) {
        let anchor = components[component].anchor
        let wasLive = nodes[anchor].flags.contains(.namesCustomer)
        var kind = CustomerChange.Kind.updated
        var others = told.retiring.map { nodes[$0].key }
        if !others.isEmpty {
            kind = !wasLive && others.count == 1 ? .renamed : .merged
        } else if !wasLive {
            kind = .created
        } else if told.goneCount > 0 || !told.parts.isEmpty {
            kind = .split
            others = told.parts
        }
        var cursor = ToldCursor()
        for place in 0..<changeCount(of: told) {
            raiseVersion(of: anchor, by: 1, isLive: true)
            let isFirst = place == 0
            var change = CustomerChange(
                isFirst ? kind : .updated, nodes[anchor].key,
                version: nodes[anchor].customerVersion, isWhole: isFirst && isWhole,
                others: isFirst ? others : [])
            change.profile = told.profile
            told.fill(&change, from: &cursor, atMost: configuration.limits.changeIdentifiers)
            changes.append(change)
        }
        precondition(cursor.place == told.identifierCount, "all identifiers are told")
    }

    /// Counted in the member: at the host it would begin again with each move.
    private mutating func raiseVersion(of node: Ordinal, by count: Int, isLive: Bool) {
        nodes[node].customerVersion += UInt64(count)
        if isLive {
            nodes[node].flags.insert(.namesCustomer)
        } else {
            nodes[node].flags.remove(.namesCustomer)
        }
        markCarried(node)
    }

    /// The customers of components that have come about since the last tick, as far as they are
    /// hosted here, ordered by key. Those are touched: of others the store may still have some.
    private mutating func names(
        of parts: [ComponentID], _ reader: some StateReader
    ) throws(StateError) -> [NodeKey] {
        var names: [NodeKey] = []
        for id in parts {
            guard feed.find(id) != noOrdinal else { continue }
            let part = try hosted(id, reader)
            let anchor = components[part].anchor
            if nodes[anchor].namespace != 0 { names.append(nodes[anchor].key) }
        }
        return names.sorted()
    }
}

/// What a tick tells; where nobody listens, how much that would be.
private struct ToldChanges {
    let isHeard: Bool
    var all: [CustomerChange] = []
    var count = 0

    init(isHeard: Bool) { self.isHeard = isHeard }
}

/// What a tick finds in a component. Where nobody listens, members are counted only.
private struct ToldMembers {
    let isHeard: Bool
    private(set) var gone = ValuedMembers()
    private(set) var goneCount = 0
    var come = ValuedMembers()
    var comeCount = 0
    /// Members that name customers which have gone up in this one.
    var retiring: [Ordinal] = []
    /// The customers of those that left.
    var parts: [NodeKey] = []
    /// What the customer is told to be.
    var profile: [UInt8] = []

    init(isHeard: Bool) { self.isHeard = isHeard }

    var identifierCount: Int { goneCount + comeCount }
    var isEmpty: Bool { identifierCount == 0 && retiring.isEmpty }

    /// Notes a member that left.
    mutating func noteGone(_ member: ChangedIdentifier, _ value: ArraySlice<UInt8>) {
        goneCount += 1
        guard isHeard else { return }
        gone.members.append(member)
        gone.values += value
    }

    /// Notes a member that came, or that is told again.
    mutating func noteCome(_ member: ChangedIdentifier, _ value: ArraySlice<UInt8>) {
        comeCount += 1
        guard isHeard else { return }
        come.members.append(member)
        come.values += value
    }

    #if Mutants
    /// Takes all that left, whether or not they came back.
    mutating func take(_ departed: ValuedMembers) {
        (gone, goneCount) = (departed, departed.members.count)
    }
    #endif

    /// Puts the next identifiers into a change: those that left first.
    func fill(_ change: inout CustomerChange, from cursor: inout ToldCursor, atMost limit: Int) {
        let end = min(identifierCount, cursor.place + limit)
        while cursor.place < end {
            let hasLeft = cursor.place < goneCount
            let member =
                hasLeft ? gone.members[cursor.place] : come.members[cursor.place - goneCount]
            if cursor.place == goneCount { cursor.start = 0 }
            let bytes = cursor.start..<cursor.start + member.valueCount
            if hasLeft {
                change.removed.append(member)
                change.values += gone.values[bytes]
            } else {
                change.added.append(member)
                change.values += come.values[bytes]
            }
            cursor.start = bytes.upperBound
            cursor.place += 1
        }
    }
}

/// Places of members in a list, chained by the record of what they belong to.
private struct UntoldLists {
    private static let end = UInt32.max
    /// By record.
    private var first: [UInt32]
    /// By place.
    private var next: [UInt32]

    /// Room for so many members of records below a number.
    init(members: Int, records: Int) {
        precondition(members < Int(Self.end), "a place takes 32 bits")
        first = Array(repeating: Self.end, count: records)
        next = Array(repeating: Self.end, count: members)
    }

    mutating func add(_ place: Int, to record: Ordinal) {
        next[place] = first[Int(record)]
        first[Int(record)] = UInt32(place)
    }

    /// Gives the places that were added to a record, the last one first.
    func forEach(of record: Ordinal, _ body: (Int) -> Void) {
        var place = first[Int(record)]
        while place != Self.end {
            body(Int(place))
            place = next[Int(place)]
        }
    }
}

/// How far the identifiers of a tick were told, and where the next one's value starts.
private struct ToldCursor {
    var place = 0
    var start = 0
}
