internal import IdentityModel

// How a component's state goes to another host: whole, or in pages, one after the other. While it
// is under way it is hosted nowhere.
extension IdentityGraph {
    // MARK: Away

    /// Takes a component out of this host, as a state that can be sent.
    mutating func takeAway(
        _ component: Ordinal, to target: ComponentID, via: LinkPosition,
        _ reader: some StateReader
    ) throws(StateError) -> ComponentState {
        try needWhole(component, reader)
        touch(component)
        orderMembers(of: component)
        let members = memberOrder.all
        var state = ComponentState(target: target, via: via)
        componentImage.reset(components[component].id)
        for member in members {
            appendMember(member)
            orderLinks(of: member) { $0.contains(.hasEdge) }
            for place in 0..<linkOrder.count {
                let image = edgeImage(linkOrder[place])
                state.edges.append(StoredEdge(a: nodes[member].key, image: image))
            }
        }
        state.members = componentImage.members
        state.values = componentImage.values
        state.fragments = componentImage.fragments
        for index in state.members.indices { state.members[index].isUntold = false }
        for member in members { forgetRows(of: member) }
        for member in members {
            evictEdges(of: member)
            evictMember(member)
            releaseIfUnused(member)
        }
        remove(component)
        try countCustomerAway()
        #if KillPoints
        KillPoint.componentDeparted.pass()
        #endif
        return state
    }

    /// Sends a state to its target's host, whole or in pages under a name of its own, which is
    /// minted if none is given.
    mutating func transfer(_ state: ComponentState, as name: ComponentID?) {
        let host = state.target.host
        let limits = configuration.limits
        if state.entryCount <= limits.pageEntries, state.byteCount <= limits.pageBytes {
            return send(to: host, .absorb(state))
        }
        let pages = state.pages(
            of: name ?? mintName(), entries: limits.pageEntries, bytes: limits.pageBytes,
            back: oneself)
        transit.send(pages)
        send(to: host, .page(pages[0]))
    }

    /// The name of a transfer: an id that no component has.
    private mutating func mintName() -> ComponentID {
        count { $0.minted += 1 }
        return ComponentID(partition: oneself, sequence: counters.minted)
    }

    /// The receiver has staged the pages before `index`: the next one goes, or none is left.
    mutating func sendPage(of transfer: ComponentID, _ index: UInt32) throws(StateError) {
        guard let pages = transit.pages(of: transfer) else {
            throw StateError(.damaged, "a page is asked for that nobody sends")
        }
        guard Int(index) < pages.count else { return transit.endSending(transfer) }
        let page = pages[Int(index)]
        #if KillPoints
        KillPoint.pageSent.pass()
        #endif
        send(to: page.state.target.host, .page(page))
    }

    // MARK: Here

    /// A page came. It is staged where it was addressed, whatever became of the component
    /// meanwhile; the last one completes the state.
    mutating func take(_ page: StatePage, _ reader: some StateReader) throws(StateError) {
        #if Mutants
        if Mutant.pagesFollowThePointer.isPlanted, sendAlongThePointer(page) { return }
        if Mutant.pagesAreAppliedAtOnce.isPlanted {
            send(to: page.back, .next(transfer: page.transfer, index: page.index + 1))
            return try absorb(page.state, reader)
        }
        if Mutant.tornPages.isPlanted, page != torn(page) { return try take(torn(page), reader) }
        #endif
        guard let pages = transit.stage(page) else {
            throw StateError(.damaged, "a page came before the one in front of it")
        }
        send(to: page.back, .next(transfer: page.transfer, index: page.index + 1))
        #if KillPoints
        if pages.isEmpty { KillPoint.pageStaged.pass() }
        #endif
        guard !pages.isEmpty else { return }
        try absorb(ComponentState(pages), reader)
        #if KillPoints
        KillPoint.pagesAbsorbed.pass()
        #endif
    }

    /// A whole state came.
    mutating func absorb(
        _ state: ComponentState, _ reader: some StateReader
    ) throws(StateError) {
        #if Mutants
        if Mutant.transferIsNotRenamed.isPlanted, sendOnUnderAnOldName(state) { return }
        #endif
        var state = state
        while let onward = transit.pointers[state.target] { state.target = onward }
        guard state.target.host == oneself else { return transfer(state, as: nil) }
        let component = try landing(state.target, state.via, reader)
        #if Mutants
        if Mutant.strandedStateIsDropped.isPlanted, components[component].count == 0 {
            remove(component)
            count { $0.customers -= 1 }
            return
        }
        #endif
        try settle(state, in: component, reader)
        try reconsider(component, state.via, reader)
        #if KillPoints
        KillPoint.stateAbsorbed.pass()
        #endif
    }

    /// Makes the members and edges of a state members and edges of a component of this host.
    private mutating func settle(
        _ state: ComponentState, in component: Ordinal, _ reader: some StateReader
    ) throws(StateError) {
        touch(component)
        touchFeed(component)
        if components[component].count > 0 { count { $0.merges += 1 } }
        componentImage.reset(components[component].id)
        componentImage.members = state.members
        componentImage.values = state.values
        componentImage.fragments = state.fragments
        let wasInRows = components[component].isInRows
        var cursor = MemberCursor()
        var settled: [Ordinal] = []
        settled.reserveCapacity(state.members.count)
        for index in state.members.indices {
            settled.append(try settleMember(index, at: &cursor, in: component))
        }
        for edge in state.edges { try settleEdge(edge, in: component) }
        components[component].rank = max(
            components[component].rank, UInt64(components[component].count))
        for member in settled {
            if wasInRows { enterRows(member) }
            try noteMove(of: member, to: component, reader)
        }
        considerRows(component)
        tellHomes(of: component)
    }

    private mutating func settleMember(
        _ index: Int, at cursor: inout MemberCursor, in component: Ordinal
    ) throws(StateError) -> Ordinal {
        let anchor = components[component].anchor
        let node = try installMember(index, at: &cursor, of: component, after: anchor)
        #if Mutants
        if Mutant.valueStaysBehind.isPlanted {
            nodes[node].namespace = 0
            nodes[node].valueCount = 0
        }
        if Mutant.firstSeenStaysBehind.isPlanted { nodes[node].firstSeen = .never }
        #endif
        noteUntold(node)
        #if Mutants
        spoilCarried(by: node)
        #endif
        components[component].count += 1
        components[component].memberSum += memberDigest(node)
        components[component].fragmentUnits += fragmentUnits(of: node)
        try joinIntoFold(of: component, node)
        #if Mutants
        if !Mutant.arrivalIsNotConverted.isPlanted { try convertFragment(of: node) }
        #else
        try convertFragment(of: node)
        #endif
        if anchor == noOrdinal {
            components[component].anchor = node
        } else {
            reconsiderAnchor(of: component, node)
        }
        return node
    }

    private mutating func settleEdge(
        _ edge: StoredEdge, in component: Ordinal
    ) throws(StateError) {
        let pair = link(node(edge.a), node(edge.image.other))
        guard nodes[links[pair].a].component == component, !links[pair].flags.contains(.hasEdge)
        else { throw StateError(.damaged, "a state under way holds a link that is not its own") }
        install(edge.image, as: pair)
        components[component].edgeCount += 1
    }

    /// A member has come into a component in rows. Edges of it that lead here from members whose
    /// edges memory lacks are in the store, where they lay while they led to another component.
    mutating func enterRows(_ member: Ordinal) {
        let component = nodes[member].component
        transit.noteBack(nodes[member].key, in: components[component].id)
        markRows(of: member)
        if hasOthers, components[component].lacksEdges { nodes[member].flags.insert(.lacksEdges) }
        #if Mutants
        if Mutant.newcomersLackNothing.isPlanted { nodes[member].flags.remove(.lacksEdges) }
        #endif
    }
}

extension ComponentState {
    /// What a member and an edge count for in a page, beside a member's own bytes: at least what
    /// they take as bytes.
    private static let memberBytes = 96
    private static let edgeBytes = 40

    /// How many members and edges it has.
    package var entryCount: Int { members.count + edges.count }

    /// A bound of the bytes that it takes, the same on every machine.
    package var byteCount: Int {
        members.count * Self.memberBytes + values.count + fragments.count
            + edges.count * Self.edgeBytes
    }

    /// The states of several pages as one.
    init(_ pages: [StatePage]) {
        self.init(target: pages[0].state.target, via: pages[0].state.via)
        for page in pages {
            members += page.state.members
            values += page.state.values
            fragments += page.state.fragments
            edges += page.state.edges
        }
    }

    /// Cuts it into pages of at most so many entries and bytes each, but of at least one entry:
    /// members first, then edges.
    func pages(
        of transfer: ComponentID, entries: Int, bytes: Int, back: PartitionID
    ) -> [StatePage] {
        var parts: [ComponentState] = []
        var part = ComponentState(target: target, via: via)
        func closeIfFull(_ more: Int) {
            guard part.entryCount > 0,
                part.entryCount >= entries || part.byteCount + more > bytes
            else { return }
            parts.append(part)
            part = ComponentState(target: target, via: via)
        }
        var cursor = MemberCursor()
        for member in members {
            closeIfFull(Self.memberBytes + member.valueCount + member.fragmentCount)
            part.members.append(member)
            part.values += values[cursor.value..<cursor.value + member.valueCount]
            part.fragments += fragments[cursor.fragment..<cursor.fragment + member.fragmentCount]
            cursor.pass(member)
        }
        for edge in edges {
            closeIfFull(Self.edgeBytes)
            part.edges.append(edge)
        }
        parts.append(part)
        return parts.indices.map { index in
            StatePage(
                transfer: transfer, index: UInt32(index), isLast: index == parts.count - 1,
                back: back, state: parts[index])
        }
    }
}
