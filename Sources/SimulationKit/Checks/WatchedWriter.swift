internal import GraphCore
internal import IdentityModel

/// Writes a witness's changes into its table, and notes for the watch what they were.
struct WatchedWriter: StateWriter {
    /// Where they go.
    var base: TableWriter
    /// What the watch looks at.
    var step: WatchedStep

    mutating func writeHome(_ image: HomeImage) {
        step.places.append((Identifiers.number(image.key), image.version))
        base.writeHome(image)
    }

    mutating func writePair(_ image: HomeImage) { base.writePair(image) }

    mutating func writeComponent(_ image: ComponentImage) {
        let count = image.isInRows ? image.memberCount : image.members.count
        step.heads.append(
            WatchedStep.Head(
                id: image.id, rank: image.rank, count: count, isInRows: image.isInRows))
        if !image.isInRows { for member in image.members { claim(member, image.id) } }
        base.writeComponent(image)
    }

    mutating func removeComponent(_ id: ComponentID) {
        step.gone.append(id)
        base.removeComponent(id)
    }

    mutating func writeMember(_ image: ComponentImage, rank: AnchorRank) {
        claim(image.members[0], image.id)
        base.writeMember(image, rank: rank)
    }

    mutating func removeMember(_ key: NodeKey, of id: ComponentID) {
        step.leaving.append(
            WatchedStep.Member(node: Identifiers.number(key), component: id))
        base.removeMember(key, of: id)
    }

    mutating func removeRank(_ rank: AnchorRank, of id: ComponentID) {
        base.removeRank(rank, of: id)
    }

    mutating func writeEdge(_ edge: StoredEdge, of id: ComponentID) {
        base.writeEdge(edge, of: id)
    }

    mutating func removeEdge(_ a: NodeKey, _ b: NodeKey, of id: ComponentID) {
        base.removeEdge(a, b, of: id)
    }

    mutating func writeNamespace(_ number: UInt32, _ name: [UInt8]) {
        base.writeNamespace(number, name)
    }

    mutating func writeSource(_ number: UInt32, _ name: [UInt8]) {
        base.writeSource(number, name)
    }

    mutating func writePointer(_ pointer: ForwardingPointer) {
        step.departed.append(pointer.from)
        base.writePointer(pointer)
    }

    mutating func removePointer(from id: ComponentID) { base.removePointer(from: id) }
    mutating func writeTouched(_ component: TouchedComponent) { base.writeTouched(component) }
    mutating func removeTouched(_ id: ComponentID) { base.removeTouched(id) }
    mutating func writeParked(_ parked: ParkedMessages) { base.writeParked(parked) }
    mutating func removeParked(_ node: NodeKey) { base.removeParked(node) }
    mutating func writeStaged(_ page: StatePage) { base.writeStaged(page) }

    mutating func removeStaged(_ transfer: ComponentID, index: UInt32) {
        base.removeStaged(transfer, index: index)
    }

    mutating func writeOutgoing(_ page: StatePage) { base.writeOutgoing(page) }

    mutating func removeOutgoing(_ transfer: ComponentID, index: UInt32) {
        base.removeOutgoing(transfer, index: index)
    }

    private mutating func claim(_ member: MemberImage, _ id: ComponentID) {
        step.claims.append(
            WatchedStep.Claim(
                node: Identifiers.number(member.key), component: id, version: member.version))
    }
}
