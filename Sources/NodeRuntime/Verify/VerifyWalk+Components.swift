internal import GraphCore
internal import IdentityModel
internal import ProfileCore
internal import WireFormat

// Components: each is exactly one set of the evidence, and its head says what its members give.
extension VerifyWalk {
    /// Checks the component whose rows have all come, and makes ready for the next.
    mutating func finishComponent(startingNext next: ComponentID) {
        defer { collector.start(next) }
        guard collector.id != .none || collector.hasHead else { return }
        collector.finish(&findings)
        if collector.isPartial { partial.insert(collector.id) }
        guard collector.hasHead else { return }
        part.tally.components += 1
        noteFeed()
        checkOrigin()
        findPlaces()
        if isStale {
            findings.add(
                .componentStale, Self.name(collector.id),
                "the homes of its \(places.count) members name other components")
        } else {
            checkMembers()
            checkHead()
            checkSet()
        }
    }

    /// The id was minted here.
    private mutating func checkOrigin() {
        let id = collector.id
        guard id.host == partition, id.sequence > 0 else {
            findings.add(
                .componentForeign, Self.name(id),
                "it was not minted by partition \(partition.rawValue)")
            return
        }
        part.tally.lastMinted = max(part.tally.lastMinted, id)
    }

    /// Fills `places` with the members' nodes.
    private mutating func findPlaces() {
        places.removeAll(keepingCapacity: true)
        for index in collector.image.members.indices {
            places.append(evidence.find(collector.image.members[index].key))
        }
    }

    /// Whether its members are all elsewhere, as far as their homes are known. Its members are
    /// then not looked at one by one: there is one fault, not one for each.
    private var isStale: Bool {
        guard !collector.isPartial else { return false }
        var isElsewhere = false
        for case let place? in places {
            let node = evidence.nodes[place]
            if node.component == collector.id || node.marks.contains(.isUndecoded) { return false }
            isElsewhere = isElsewhere || node.component != .none
        }
        return isElsewhere
    }

    // MARK: The head

    /// Rank, anchor and the component's part of the digest.
    private mutating func checkHead() {
        let id = collector.id
        checkRank()
        guard !collector.isPartial else { return }
        var sum = Digest.zero
        var anchor = 0
        var start = 0
        var units: UInt32 = 0
        for index in collector.image.members.indices {
            let member = collector.image.members[index]
            sum += ComponentDigest.member(member.key, firstSeen: member.firstSeen)
            if member.fragmentCount > 0 {
                let end = start + member.fragmentCount
                checkFragment(of: member.key, start..<end, &sum)
                units += UInt32((member.fragmentCount + 15) / 16)
                start = end
            }
            if precedes(index, anchor) { anchor = index }
        }
        // Rows are read one by one: none of them may be there.
        guard !collector.image.members.isEmpty else { return }
        checkSums(sum, units)
        let key = collector.image.members[anchor].key
        part.tally.componentDigest += ComponentDigest.component(anchor: key, memberSum: sum)
        if collector.image.anchor != key {
            findings.add(
                .anchorMismatch, Self.name(id),
                "its least member is \(key.hexadecimal), and its anchor is "
                    + collector.image.anchor.hexadecimal)
        }
    }

    /// A member's profile fragment can be read, and is part of its component's sum.
    private mutating func checkFragment(
        of key: NodeKey, _ range: Range<Int>, _ sum: inout Digest
    ) {
        let copy = Array(collector.image.fragments[range])
        let fragment = copy.span
        let content = ProfileArithmetic.content(of: fragment)
        sum += ComponentDigest.fragment(of: key, fragment.extracting(content))
        do throws(WireError) {
            var fold: [UInt8] = []
            try ProfileArithmetic(.standing).join(fragment, of: key, into: &fold)
        } catch {
            findings.add(
                .fragmentMismatch, key.hexadecimal,
                "its profile fragment cannot be read: \(error.reason)")
        }
    }

    /// The sums that only rows have.
    private mutating func checkSums(_ memberSum: Digest, _ fragmentUnits: UInt32) {
        guard collector.image.isInRows else { return }
        if collector.image.fragmentUnits != fragmentUnits {
            findings.add(
                .fragmentMismatch, Self.name(collector.id),
                "its head counts \(collector.image.fragmentUnits) units of profile fragments, and "
                    + "its members have \(fragmentUnits)")
        }
        if collector.image.memberSum != memberSum {
            findings.add(
                .memberSumMismatch, Self.name(collector.id),
                "its head says \(collector.image.memberSum.hexadecimal), and its members give "
                    + memberSum.hexadecimal)
        }
        var ranks = Digest.zero
        for member in collector.image.members {
            ranks += RowCollector.digest(
                AnchorRank(
                    priority: priority(of: member), firstSeen: member.firstSeen, key: member.key))
        }
        guard ranks != collector.ranks else { return }
        findings.add(
            .rankRowMismatch, Self.name(collector.id),
            "its rows of ranks are not those of its members")
    }

    /// The rank is the largest size that the component ever had; no component can have been larger
    /// than all identifiers together, unless other partitions sent it members.
    private mutating func checkRank() {
        let rank = collector.image.rank
        let least = collector.leastMembers
        var most = UInt64.max
        if let header = part.header, header.sent.isEmpty, header.seen.isEmpty {
            most = max(header.counters.identifiers, part.tally.identifiers)
        }
        guard rank < UInt64(least) || rank > most else { return }
        findings.add(
            .rankMismatch, Self.name(collector.id),
            "it has \(least) members and rank \(rank), and there are \(part.tally.identifiers) "
                + "identifiers")
    }

    /// Whether the member at `left` names a customer rather than the one at `right`: the lesser
    /// namespace priority, then the earlier first sighting, then the lesser key.
    private func precedes(_ left: Int, _ right: Int) -> Bool {
        let (one, other) = (collector.image.members[left], collector.image.members[right])
        return (priority(of: one), one.firstSeen, one.key)
            < (priority(of: other), other.firstSeen, other.key)
    }

    /// A member whose namespace has no name comes behind all others.
    private func priority(of member: MemberImage) -> UInt32 {
        guard let place = part.namespaces.index(of: member.namespace) else { return .max }
        return part.namespaces[place].priority
    }

    // MARK: The set

    /// The members are exactly one set of nodes that live pairs connect. Nothing is said where
    /// part of the evidence or of the component could not be read: that was noted already.
    private mutating func checkSet() {
        guard !collector.isPartial else { return }
        var first: Int?
        for place in places {
            guard let place, !evidence.nodes[place].marks.contains(.isUndecoded) else { return }
            let root = evidence.root(of: place)
            guard root == first ?? root else {
                findings.add(
                    .componentDisconnected, Self.name(collector.id),
                    "no path of live pairs connects all of its members")
                return
            }
            first = root
        }
        guard let first, evidence.size(ofRoot: first) != places.count else { return }
        findings.add(
            .componentIncomplete, Self.name(collector.id),
            "it has \(places.count) members, and live pairs connect them with "
                + "\(evidence.size(ofRoot: first) - places.count) more")
    }
}
