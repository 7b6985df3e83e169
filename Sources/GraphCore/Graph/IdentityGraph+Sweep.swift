internal import IdentityModel

// A new algebra: fragments are brought to it bit by bit, a tick at a time, and the feed tells whose
// profile came out different.
extension IdentityGraph {
    /// Has fragments mean something else from here on.
    package mutating func take(_ algebra: FragmentAlgebra) {
        self.algebra = algebra
        folds.removeAll()
        guard counters.minted > 0 else { return }
        sweep = FragmentSweep(next: 1, end: counters.minted + 1)
    }

    /// Looks at the next few components, and touches those whose fragments it converts.
    mutating func sweepSome(_ reader: some StateReader) throws(StateError) {
        guard var sweep else { return }
        var room = configuration.limits.sweptAtOnce
        while room > 0, sweep.next < sweep.end {
            let id = ComponentID(partition: oneself, sequence: sweep.next)
            room -= 1
            // One that departed has a pointer; what has gone since the last checkpoint and is still
            // stored is known as such.
            let component = transit.pointers[id] == nil ? try hosted(id, reader) : noOrdinal
            if component != noOrdinal, components[component].fragmentUnits > 0 {
                touch(component)
                touchFeed(component)
                let isDone = try convertSome(of: component, &sweep, &room, reader)
                guard isDone else { break }
            }
            sweep.next += 1
            sweep.after = NodeKey(high: 0, low: 0)
        }
        self.sweep = sweep.next < sweep.end ? sweep : nil
    }

    /// Converts the next members of a component; says whether none is left.
    private mutating func convertSome(
        of component: Ordinal, _ sweep: inout FragmentSweep, _ room: inout Int,
        _ reader: some StateReader
    ) throws(StateError) -> Bool {
        guard components[component].isInRows else {
            for member in unsortedMembers(of: component) { try convertFragment(of: member) }
            room -= Int(components[component].count)
            considerRows(component)
            return true
        }
        #if Mutants
        if Mutant.sweepPassesRows.isPlanted { return true }
        #endif
        let start = NodeKey(high: 0, low: 0)
        // Whatever room is left: a tick that came no further would be followed by others like it.
        repeat {
            let after = sweep.after == start ? nil : sweep.after
            let keys = try memberKeys(of: component, after: after, reader)
            guard let last = keys.last else { return true }
            for key in keys {
                guard try isMember(key, of: component, reader) else { continue }
                let node = findNode(key)
                markMember(node)
                try convertFragment(of: node)
            }
            room -= keys.count
            sweep.after = last
        } while room > 0
        return false
    }
}
