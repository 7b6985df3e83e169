internal import GraphCore
internal import IdentityModel
internal import WireFormat

/// Writes what changed straight into a table, as `CheckpointBatch` would by way of a batch: the
/// same keys and values.
struct TableWriter: StateWriter {
    /// Where it goes.
    var table: EntryTable
    /// Where a value is written first, so that its array is as long as it is.
    var scratch: [UInt8]

    mutating func writeHome(_ image: HomeImage) {
        put(StateKey.home(image.key)) { HomeCodec.encode(image, into: &$0) }
    }

    mutating func writePair(_ image: HomeImage) {
        put(StateKey.pair(image.key, image.pairs[0].other)) {
            HomeCodec.encodeRow(image, into: &$0)
        }
    }

    mutating func writeComponent(_ image: ComponentImage) {
        put(StateKey.component(image.id)) { ComponentCodec.encode(image, into: &$0) }
    }

    mutating func removeComponent(_ id: ComponentID) { table.remove(StateKey.component(id)) }

    mutating func writeMember(_ image: ComponentImage, rank: AnchorRank) {
        put(StateKey.member(rank.key, of: image.id)) {
            ComponentCodec.encodeMemberRow(image, into: &$0)
        }
        table.put(StateKey.rank(rank, of: image.id), ComponentCodec.rankRow)
    }

    mutating func removeMember(_ key: NodeKey, of id: ComponentID) {
        table.remove(StateKey.member(key, of: id))
    }

    mutating func removeRank(_ rank: AnchorRank, of id: ComponentID) {
        table.remove(StateKey.rank(rank, of: id))
    }

    mutating func writeEdge(_ edge: StoredEdge, of id: ComponentID) {
        put(StateKey.edge(edge.a, edge.image.other, of: id)) {
            ComponentCodec.encodeEdgeRow(edge.image, into: &$0)
        }
        let back = StateKey.backEdge(edge.a, edge.image.other, of: id)
        if edge.image.isLive {
            put(back) { ComponentCodec.encodeEdgeRow(edge.image, into: &$0) }
        } else {
            table.remove(back)
        }
    }

    mutating func removeEdge(_ a: NodeKey, _ b: NodeKey, of id: ComponentID) {
        table.remove(StateKey.edge(a, b, of: id))
        table.remove(StateKey.backEdge(a, b, of: id))
    }

    mutating func writeNamespace(_ number: UInt32, _ name: [UInt8]) {
        table.put(StateKey.namespace(number), name)
    }

    mutating func writeSource(_ number: UInt32, _ name: [UInt8]) {
        table.put(StateKey.source(number), name)
    }

    mutating func writeHeader(_ header: PartitionHeader) {
        table.put(StateKey.header, header.encoded)
    }

    mutating func put(_ key: [UInt8], _ encode: (inout [UInt8]) -> Void) {
        scratch.removeAll(keepingCapacity: true)
        encode(&scratch)
        table.put(key, scratch.withUnsafeBufferPointer { Array($0) })
    }
}

// What is under way between partitions.
extension TableWriter {
    mutating func writePointer(_ pointer: ForwardingPointer) {
        put(StateKey.pointer(pointer.from)) { TransitCodec.encode(pointer, into: &$0) }
    }

    mutating func removePointer(from id: ComponentID) { table.remove(StateKey.pointer(id)) }

    mutating func writeTouched(_ component: TouchedComponent) {
        put(StateKey.touched(component.id)) { TransitCodec.encode(component, into: &$0) }
    }

    mutating func removeTouched(_ id: ComponentID) { table.remove(StateKey.touched(id)) }

    mutating func writeParked(_ parked: ParkedMessages) {
        put(StateKey.parked(parked.node)) { TransitCodec.encode(parked, into: &$0) }
    }

    mutating func removeParked(_ node: NodeKey) { table.remove(StateKey.parked(node)) }

    mutating func writeStaged(_ page: StatePage) {
        put(StateKey.staged(page.transfer, index: page.index)) {
            TransitCodec.encode(page, into: &$0)
        }
    }

    mutating func removeStaged(_ transfer: ComponentID, index: UInt32) {
        table.remove(StateKey.staged(transfer, index: index))
    }

    mutating func writeOutgoing(_ page: StatePage) {
        put(StateKey.outgoing(page.transfer, index: page.index)) {
            TransitCodec.encode(page, into: &$0)
        }
    }

    mutating func removeOutgoing(_ transfer: ComponentID, index: UInt32) {
        table.remove(StateKey.outgoing(transfer, index: index))
    }
}
