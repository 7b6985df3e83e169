internal import GraphCore
internal import IdentityModel
internal import NodeRuntime
internal import WireFormat

/// Compares what the partitions have stored with the oracle's answer, and with each other:
/// directories with owners, edges with evidence, components with what is connected.
struct StoredGraphCheck {
    /// A pair or an edge as it is stored.
    private struct Turn: Equatable {
        var a: Int
        var b: Int
        var version: UInt32
        var isLive: Bool
    }

    /// Where a node is.
    private struct Place: Equatable {
        var component: ComponentID
        var version: UInt32
    }

    private let oracle: Oracle
    private let partitions: Int
    private var owners: [Place?]
    private var directories: [Place?]
    private var pairs: [Turn] = []
    private var edges: [Turn] = []
    private var foundPairs = 0
    private var foundComponents = 0

    init(_ oracle: Oracle, partitions: Int) {
        self.oracle = oracle
        self.partitions = partitions
        owners = Array(repeating: nil, count: oracle.labels.count)
        directories = owners
    }

    /// - Throws: `Violation`.
    consuming func check(_ replicas: [Replica]) throws(Violation) {
        for replica in replicas { try read(replica) }
        for node in owners.indices {
            try require(
                owners[node] == directories[node],
                "the directory of \(node) does not name its owner")
            try require(
                (owners[node] != nil) == (oracle.firstSeen[node] != nil),
                "\(node) \(owners[node] == nil ? "is lost" : "exists and nobody named it")")
        }
        try require(foundPairs == oracle.pairs.count, "pairs are lost")
        try require(foundComponents == oracle.customerCount, "there are other components")
        let order: (Turn, Turn) -> Bool = { ($0.a, $0.b) < ($1.a, $1.b) }
        pairs.sort(by: order)
        edges.sort(by: order)
        try require(pairs == edges, "edges differ from evidence")
    }

    private mutating func read(_ replica: Replica) throws(Violation) {
        var keys: [StateKey.Parsed] = []
        replica.state.table.forEach(from: StateKey.first(of: .home)) { entry in
            if let parsed = StateKey.parse(entry.key.span) { keys.append(parsed) }
            return true
        }
        for key in keys {
            switch key {
            case .home(let node): try readHome(node, replica)
            case .component(let id): try readComponent(id, replica)
            default: break
            }
        }
    }

    // MARK: Homes

    private mutating func readHome(_ key: NodeKey, _ replica: Replica) throws(Violation) {
        let node = Identifiers.number(key)
        try require(node % partitions == replica.partition, "\(node) is not at home")
        let (head, image) = try replica.ask { _, reader throws(StateError) in
            var head = HomeImage()
            _ = try reader.readHome(key, into: &head)
            guard head.isInRows else { return (head, head) }
            var rows = HomeImage()
            try reader.readPairs(of: key, after: nil, limit: .max, into: &rows)
            return (head, rows)
        }
        if head.version > 0 {
            directories[node] = Place(component: head.component, version: head.version)
        }
        try require(
            !head.isInRows || head.pairCount == image.pairs.count, "rows of pairs are lost")
        let names = try replica.ask { graph, _ throws(StateError) in graph.summary.sources }
        var (register, reason) = (0, 0)
        for pair in image.pairs {
            let words = Array(image.registers[register..<register + pair.registerCount])
            register += pair.registerCount
            let bytes = words.reduce(0) { $0 + $1.reasonCount }
            try check(
                pair, of: node, words, names, Array(image.reasons[reason..<reason + bytes]))
            reason += bytes
        }
    }

    private mutating func check(
        _ pair: PairImage, of node: Int, _ words: [RegisterImage], _ names: [[UInt8]],
        _ reasons: [UInt8]
    ) throws(Violation) {
        let other = Identifiers.number(pair.other)
        guard let wanted = find(node, other) else {
            throw Violation("the pair \(node)-\(other) was never named")
        }
        foundPairs += 1
        var found: [(source: [UInt8], operation: LinkOperation, time: Int64, reason: [UInt8])] = []
        var start = 0
        for word in words {
            let end = start + word.reasonCount
            found.append(
                (
                    names[Int(word.source) - 1], word.operation, word.time.milliseconds,
                    Array(reasons[start..<end])
                ))
            start = end
        }
        found.sort {
            $0.source == $1.source
                ? $0.operation.rawValue < $1.operation.rawValue
                : $0.source.lexicographicallyPrecedes($1.source)
        }
        let isSame =
            found.count == wanted.words.count
            && zip(found, wanted.words).allSatisfy {
                $0.source == Identifiers.source($1.source) && $0.operation == $1.operation
                    && $0.time == $1.time && $0.reason == Identifiers.reason($1.reason)
            }
        try require(isSame, "other words stand of \(node)-\(other)")
        try require(pair.isLive == wanted.isLive, "\(node)-\(other) is live or not")
        let least = pair.leastLinkTime == .never ? nil : pair.leastLinkTime.milliseconds
        try require(
            least == wanted.leastLinkTime, "another least link time of \(node)-\(other)")
        guard pair.version > 0 else { return }
        pairs.append(
            Turn(a: node, b: other, version: pair.version, isLive: pair.isLive))
    }

    private func find(_ a: Int, _ b: Int) -> Oracle.Pair? {
        var (first, end) = (0, oracle.pairs.count)
        while first < end {
            let middle = (first + end) / 2
            let pair = oracle.pairs[middle]
            if (pair.a, pair.b) < (a, b) { first = middle + 1 } else { end = middle }
        }
        guard first < oracle.pairs.count else { return nil }
        let pair = oracle.pairs[first]
        return pair.a == a && pair.b == b ? pair : nil
    }

    // MARK: Components

    private mutating func readComponent(
        _ id: ComponentID, _ replica: Replica
    ) throws(Violation) {
        try require(
            Int(id.host.rawValue) == replica.partition, "a component is not at its host")
        foundComponents += 1
        let (head, image) = try replica.ask { _, reader throws(StateError) in
            var head = ComponentImage()
            _ = try reader.readComponent(id, into: &head)
            guard head.isInRows else { return (head, head) }
            var rows = ComponentImage()
            try reader.readMembers(of: id, after: nil, limit: .max, into: &rows)
            return (head, rows)
        }
        if head.isInRows {
            try require(head.memberCount == image.members.count, "rows of members are lost")
            let stored = try replica.ask { _, reader throws(StateError) in
                try reader.readEdges(of: id, from: nil, after: nil, limit: .max)
            }
            try require(head.edgeCount == stored.count, "rows of edges are lost")
            for edge in stored { note(edge.image, from: Identifiers.number(edge.a)) }
        }
        let names = try replica.ask { graph, _ throws(StateError) in graph.summary.namespaces }
        let label = image.members.first.map { oracle.labels[Identifiers.number($0.key)] } ?? 0
        var (value, fragment, edge) = (0, 0, 0)
        for member in image.members {
            let bytes = Array(image.values[value..<value + member.valueCount])
            value += member.valueCount
            try check(member, in: id, label, bytes, names)
            let end = fragment + member.fragmentCount
            try check(Array(image.fragments[fragment..<end]), of: Identifiers.number(member.key))
            fragment = end
            for place in edge..<edge + member.edgeCount {
                note(image.edges[place], from: Identifiers.number(member.key))
            }
            edge += member.edgeCount
        }
        try require(
            image.members.count == oracle.sizes[label], "a component has other members")
        try require(
            Identifiers.number(head.anchor) == oracle.anchors[label], "another anchor names it")
        let fold = try replica.ask { graph, reader throws(StateError) in
            try graph.profileFold(withMember: head.anchor, reader: reader)
        }
        let nodes = image.members.map { Identifiers.number($0.key) }
        try require(
            fold == oracle.profiles.fold(of: nodes),
            "the profile of \(oracle.anchors[label]) is another than what was said")
    }

    private func check(_ fragment: [UInt8], of node: Int) throws(Violation) {
        try require(
            fragment == oracle.profiles.fragments[node],
            "the fragment of \(node) is another than what was said of it")
    }

    private mutating func note(_ edge: EdgeImage, from node: Int) {
        edges.append(
            Turn(
                a: node, b: Identifiers.number(edge.other), version: edge.version,
                isLive: edge.isLive))
    }

    private mutating func check(
        _ member: MemberImage, in id: ComponentID, _ label: Int, _ value: [UInt8],
        _ names: [[UInt8]]
    ) throws(Violation) {
        let node = Identifiers.number(member.key)
        try require(owners[node] == nil, "two components hold \(node)")
        owners[node] = Place(component: id, version: member.version)
        try require(oracle.labels[node] == label, "\(node) is in another's component")
        try require(
            oracle.firstSeen[node] == member.firstSeen.milliseconds,
            "\(node) was first seen at another time")
        try require(value == Identifiers.value(node), "\(node) has another value")
        try require(
            member.namespace > 0 && names[Int(member.namespace) - 1] == Identifiers.namespace(node),
            "\(node) has another namespace")
    }
}
