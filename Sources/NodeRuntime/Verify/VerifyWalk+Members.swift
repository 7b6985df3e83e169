internal import GraphCore
internal import IdentityModel

// Members: each is where its directory says, is named by its key, and has its pairs' edges.
extension VerifyWalk {
    /// Checks each member of the collected component against its node.
    mutating func checkMembers() {
        var value = 0
        var edge = 0
        for index in places.indices {
            let member = collector.image.members[index]
            checkName(member, valueAt: value)
            checkTime(member.firstSeen, Self.name(member.key))
            if let node = places[index] {
                checkDirectory(of: member, node)
                if !evidence.nodes[node].marks.contains(.isUndecoded) {
                    checkEdges(edge..<edge + member.edgeCount, of: node)
                }
            } else {
                findings.add(
                    .homeMissing, Self.name(member.key),
                    "\(Self.name(collector.id)) lists it, and it has no home")
            }
            value += member.valueCount
            edge += member.edgeCount
        }
    }

    /// The namespace has a name, and the key is the hash of the name and the value.
    private mutating func checkName(_ member: MemberImage, valueAt start: Int) {
        guard let place = part.namespaces.index(of: member.namespace) else {
            findings.add(
                .namespaceUnknown, Self.name(member.key),
                "namespace \(member.namespace) has no name")
            return
        }
        text.removeAll(keepingCapacity: true)
        text.append(contentsOf: part.namespaces[place].name)
        text.append(UInt8(ascii: ":"))
        text.append(contentsOf: collector.image.values[start..<start + member.valueCount])
        guard settings.keyOf(text.span) != member.key else { return }
        findings.add(
            .keyMismatch, Self.name(member.key),
            "its namespace and value do not hash to its key")
    }

    /// The node's home names this component with this version, and no other component lists it.
    private mutating func checkDirectory(of member: MemberImage, _ node: Int) {
        let entry = evidence.nodes[node]
        evidence.nodes[node].marks.insert(.isListed)
        if entry.marks.contains(.isListed) {
            findings.add(
                .memberDuplicate, Self.name(member.key),
                "\(Self.name(collector.id)) lists it, and so does another component")
        }
        if member.firstSeen > entry.leastLinkTime {
            findings.add(
                .firstSeenTooLate, Self.name(member.key),
                "a link that names it is earlier than its first sighting")
        }
        guard !entry.marks.contains(.isUndecoded) else { return }
        if entry.component != collector.id || entry.version != member.version {
            findings.add(
                .directoryMismatch, Self.name(member.key),
                "\(Self.name(collector.id)) lists it with version \(member.version), and its home "
                    + "names \(Self.name(entry.component)) with version \(entry.version)")
        }
    }

    // MARK: Edges

    /// The edges that start at a node are those of its pairs that were ever live, with their
    /// versions and liveness.
    private mutating func checkEdges(_ edges: Range<Int>, of node: Int) {
        var edge = edges.lowerBound
        for pair in evidence.pairs(of: node) where turned(pair) {
            let other = evidence.others[pair]
            while edge < edges.upperBound, collector.image.edges[edge].other < other {
                noteExtra(edge, of: node)
                edge += 1
            }
            guard edge < edges.upperBound, collector.image.edges[edge].other == other else {
                findings.add(
                    .edgeMissing, Self.name(evidence.keys[node], other),
                    "\(Self.name(collector.id)) has no edge of it")
                continue
            }
            checkEdge(edge, pair, of: node)
            edge += 1
        }
        for extra in edge..<edges.upperBound { noteExtra(extra, of: node) }
    }

    /// Whether a pair is live or ever was.
    private func turned(_ pair: Int) -> Bool {
        evidence.isLive[pair] || evidence.versions[pair] != 0
    }

    private mutating func checkEdge(_ edge: Int, _ pair: Int, of node: Int) {
        let image = collector.image.edges[edge]
        guard image.version != evidence.versions[pair] || image.isLive != evidence.isLive[pair]
        else { return }
        findings.add(
            .edgeMismatch, Self.name(evidence.keys[node], image.other),
            "its edge has version \(image.version) and is \(image.isLive ? "live" : "dead"); the "
                + "pair has version \(evidence.versions[pair]) and is "
                + (evidence.isLive[pair] ? "live" : "dead"))
    }

    /// Notes an edge that no pair asks for.
    private mutating func noteExtra(_ edge: Int, of node: Int) {
        let (key, other) = (evidence.keys[node], collector.image.edges[edge].other)
        findings.add(
            .edgeExtra, Self.name(key, other),
            "\(Self.name(collector.id)) has an edge of it, and it was never live")
    }
}
