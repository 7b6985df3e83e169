import GraphCore
import IdentityModel
import NodeRuntime
import WireFormat

// Damage that takes several entries, each of which stays well formed.
extension VerifyStore {
    /// An id that was minted here and has merged away.
    func vacantID() throws -> ComponentID {
        let minted = try PartitionHeader(value(StateKey.header).span).counters.minted
        let stored = Set(entries.map(\.key))
        for sequence in 1...minted {
            let id = ComponentID(partition: Self.partition, sequence: sequence)
            if !stored.contains(StateKey.component(id)) { return id }
        }
        preconditionFailure("no component has merged away")
    }

    /// Writes a component as its value.
    func write(_ image: ComponentImage) throws {
        var batch = CheckpointBatch()
        batch.writeComponent(image)
        state.apply(batch)
    }

    /// Gives the component of an identifier that is alone another id, in its home too.
    func move(_ text: String, to id: ComponentID) throws {
        var image = try component(holding: text)
        remove(StateKey.component(image.id))
        image.id = id
        try write(image)
        try editHome(text) { $0.component = id }
    }

    /// Lists an identifier that is alone in another's component, too.
    func copy(_ text: String, into other: String) throws {
        let lonely = try component(holding: text)
        try editComponent(holding: other) { image, _ in
            image.insert(lonely.members[0], value: lonely.values)
            image.rank = UInt64(image.members.count)
        }
    }

    /// Moves an identifier that is alone into another's component; its home says so.
    func adopt(_ text: String, into other: String) throws {
        try copy(text, into: other)
        remove(StateKey.component(try home(text).component))
        let id = try home(other).component
        try editHome(text) { $0.component = id }
    }

    /// Moves one of two identifiers into a component of its own; its home says so.
    func part(_ text: String, to id: ComponentID) throws {
        let whole = try component(holding: text)
        let own = Self.key(text)
        for isOwn in [true, false] {
            var image = ComponentImage()
            image.reset(isOwn ? id : whole.id)
            image.rank = whole.rank
            var (value, edge) = (0, 0)
            for member in whole.members {
                if (member.key == own) == isOwn {
                    image.anchor = member.key
                    image.members.append(member)
                    image.values += whole.values[value..<value + member.valueCount]
                    image.edges += whole.edges[edge..<edge + member.edgeCount]
                }
                value += member.valueCount
                edge += member.edgeCount
            }
            try write(image)
        }
        try editHome(text) { $0.component = id }
    }

    /// Changes the edges of a pair's lesser end.
    func editEdges(
        _ one: String, _ other: String, _ change: (inout [EdgeImage]) -> Void
    ) throws {
        let text = Self.key(one) < Self.key(other) ? one : other
        try editComponent(holding: text) { image, member in
            let start = image.members[..<member].reduce(0) { $0 + $1.edgeCount }
            let end = start + image.members[member].edgeCount
            var edges = Array(image.edges[start..<end])
            change(&edges)
            image.edges.replaceSubrange(start..<end, with: edges)
            image.members[member].edgeCount = edges.count
        }
    }
}

extension ComponentImage {
    /// Adds a member that starts no edge, in its place.
    mutating func insert(_ member: MemberImage, value: [UInt8]) {
        let place = members.firstIndex { $0.key > member.key } ?? members.count
        let start = members[..<place].reduce(0) { $0 + $1.valueCount }
        precondition(member.edgeCount == 0 && member.fragmentCount == 0)
        var member = member
        member.valueCount = value.count
        members.insert(member, at: place)
        values.insert(contentsOf: value, at: start)
    }
}
