#if Mutants
internal import IdentityModel

// What mutants do where it takes more than to leave a line out.
extension IdentityGraph {
    /// Leaves changes of what is under way out of a checkpoint.
    mutating func forgetTransitChanges() {
        switch Mutant.current {
        case .pointersAreNotStored: transit.changedPointers = ChangeQueue()
        case .parkedIsNotStored: transit.changedParked = ChangeQueue()
        case .stagedIsNotStored: transit.changedStaged = ChangeQueue()
        case .outgoingIsNotStored: transit.changedOutgoing = ChangeQueue()
        default: break
        }
    }

    /// Loses some of what a member that arrives carries.
    mutating func spoilCarried(by node: Ordinal) {
        switch Mutant.current {
        case .versionsCountedAtHost:
            nodes[node].customerVersion = 0
            nodes[node].flags.remove(.namesCustomer)
        case .namesStaysBehind: nodes[node].flags.remove(.namesCustomer)
        case .fragmentStaysBehind:
            let nothing: [UInt8] = []
            setFragment(of: node, nothing.span)
        case .arrivalsAreNotTold: nodes[node].flags.remove(.isUntold)
        default: break
        }
    }

    /// Sends a state on under the name that its target had, which may be in use.
    ///
    /// - Returns: whether it had to be sent on.
    mutating func sendOnUnderAnOldName(_ state: ComponentState) -> Bool {
        var onward = state
        while let next = transit.pointers[onward.target] { onward.target = next }
        guard onward.target.host != oneself else { return false }
        transfer(onward, as: state.target)
        return true
    }

    /// Sends a page along the forwarding pointer.
    ///
    /// - Returns: whether there was one.
    mutating func sendAlongThePointer(_ page: StatePage) -> Bool {
        guard let onward = transit.pointers[page.state.target] else { return false }
        var page = page
        page.state.target = onward
        send(to: onward.host, .page(page))
        return true
    }

    /// Loses the last page's edges.
    func torn(_ page: StatePage) -> StatePage {
        var page = page
        if page.isLast { page.state.edges = [] }
        return page
    }

    /// What moved, by home, in the order of a hash table.
    func movesInHashOrder() -> [Move] {
        Set(moves).sorted { $0.home < $1.home }
    }
}

extension Move: Hashable {
    func hash(into hasher: inout Hasher) { hasher.combine(node.key) }
}
#endif
