package import GraphCore
package import IdentityModel
internal import WireFormat

// What is under way between partitions, as keys and values.
extension CheckpointBatch {
    /// Adds where a component has gone.
    package mutating func writePointer(_ pointer: ForwardingPointer) {
        add(StateKey.pointer(pointer.from), isRemoval: false) {
            TransitCodec.encode(pointer, into: &$0)
        }
    }

    /// Adds the removal of a pointer.
    package mutating func removePointer(from id: ComponentID) { remove(StateKey.pointer(id)) }

    /// Adds a component that was touched since the last tick.
    package mutating func writeTouched(_ component: TouchedComponent) {
        add(StateKey.touched(component.id), isRemoval: false) {
            TransitCodec.encode(component, into: &$0)
        }
    }

    /// Adds that a component is told, or no more.
    package mutating func removeTouched(_ id: ComponentID) { remove(StateKey.touched(id)) }

    /// Adds the messages that wait at a node's home.
    package mutating func writeParked(_ parked: ParkedMessages) {
        add(StateKey.parked(parked.node), isRemoval: false) {
            TransitCodec.encode(parked, into: &$0)
        }
    }

    /// Adds that no message waits at a node's home.
    package mutating func removeParked(_ node: NodeKey) { remove(StateKey.parked(node)) }

    /// Adds a page that came.
    package mutating func writeStaged(_ page: StatePage) {
        add(StateKey.staged(page.transfer, index: page.index), isRemoval: false) {
            TransitCodec.encode(page, into: &$0)
        }
    }

    /// Adds the removal of a page that came.
    package mutating func removeStaged(_ transfer: ComponentID, index: UInt32) {
        remove(StateKey.staged(transfer, index: index))
    }

    /// Adds a page that goes out.
    package mutating func writeOutgoing(_ page: StatePage) {
        add(StateKey.outgoing(page.transfer, index: page.index), isRemoval: false) {
            TransitCodec.encode(page, into: &$0)
        }
    }

    /// Adds the removal of a page that goes out.
    package mutating func removeOutgoing(_ transfer: ComponentID, index: UInt32) {
        remove(StateKey.outgoing(transfer, index: index))
    }
}
