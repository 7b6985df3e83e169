package import IdentityModel

// What is under way, on its way to the store; and pointers that are no longer needed.
extension IdentityGraph {
    /// What is under way, as values.
    package var underway: TransitState {
        var state = transit.state
        state.touched = feed.state
        return state
    }

    /// Forgets the forwarding pointers of components that departed. A message that would have
    /// followed one asks the member's home instead.
    package mutating func collect(_ ids: [ComponentID]) {
        for id in ids { transit.collect(id) }
    }

    /// How many forwarding pointers there are.
    package var pointerCount: Int { transit.pointers.count }

    /// Up to `limit` forwarding pointers that may be collected, from the oldest on.
    package mutating func collectablePointers(limit: Int) -> [ComponentID] {
        transit.collectable(limit)
    }

    /// Gives what has changed to `writer`, of `room` entries at most.
    mutating func drainTransit(to writer: inout some StateWriter, _ room: inout Int) {
        #if Mutants
        forgetTransitChanges()
        #endif
        while room > 0, let id = transit.changedPointers.popFirst() {
            if let to = transit.pointers[id] {
                writer.writePointer(ForwardingPointer(from: id, to: to))
            } else {
                writer.removePointer(from: id)
            }
            room -= 1
        }
        while room > 0, let node = transit.changedParked.popFirst() {
            if let parked = transit.parked(for: node) {
                writer.writeParked(parked)
            } else {
                writer.removeParked(node)
            }
            room -= 1
        }
        while room > 0, let place = transit.changedStaged.popFirst() {
            if let page = transit.stagedPage(place) {
                writer.writeStaged(page)
            } else {
                writer.removeStaged(place.transfer, index: place.index)
            }
            room -= 1
        }
        while room > 0, let place = transit.changedOutgoing.popFirst() {
            if let page = transit.outgoingPage(place) {
                writer.writeOutgoing(page)
            } else {
                writer.removeOutgoing(place.transfer, index: place.index)
            }
            room -= 1
        }
    }
}
