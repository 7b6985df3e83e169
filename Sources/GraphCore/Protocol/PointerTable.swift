internal import IdentityModel

/// Where components that departed have gone: each merge of two partitions leaves a pointer behind.
struct PointerTable: ~Copyable {
    private struct Pointer: BitwiseCopyable {
        var from: ComponentID
        var to: ComponentID
    }

    private var pointers = Slab(blank: Pointer(from: .none, to: .none))
    private var index = OrdinalIndex()

    /// How many there are.
    var count: Int { pointers.count }

    /// Where a component has gone; nil for one that left no pointer. To set nil forgets it.
    subscript(_ id: ComponentID) -> ComponentID? {
        @inline(__always) get {
            guard pointers.count > 0 else { return nil }
            let found = find(id)
            return found == noOrdinal ? nil : pointers[found].to
        }
        set {
            let found = find(id)
            if let newValue {
                let place = found == noOrdinal ? pointers.allocate() : found
                pointers[place] = Pointer(from: id, to: newValue)
                if found == noOrdinal { index.insert(IdentityGraph.indexHash(id), place) }
            } else if found != noOrdinal {
                index.remove(IdentityGraph.indexHash(id), found)
                pointers.release(found)
            }
        }
    }

    /// All of them, ordered by the components that departed.
    var sorted: [ForwardingPointer] {
        var all: [ForwardingPointer] = []
        for ordinal in pointers.ordinals where pointers[ordinal].from != .none {
            all.append(
                ForwardingPointer(from: pointers[ordinal].from, to: pointers[ordinal].to))
        }
        return all.sorted { $0.from < $1.from }
    }

    @inline(__always)
    private func find(_ id: ComponentID) -> Ordinal {
        index.find(IdentityGraph.indexHash(id)) { pointers[$0].from == id }
    }
}
