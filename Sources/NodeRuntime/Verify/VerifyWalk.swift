internal import GraphCore
internal import IdentityModel
internal import WireFormat

/// How the rows of a home are counted.
struct HomeRows {
    let expected: Int
    var count = 0
}

/// One verification under way: entries go in, in the order of their keys; a report comes out.
///
/// ```
/// header, names ──> homes ──> (all nodes known: joinPairs) ──> components ──> report
///  └─ of each partition ─┘                              └─ of each partition ─┘
/// ```
struct VerifyWalk {
    /// What is counted and summed up on the way, for the header to agree with.
    struct Tally {
        var entries: UInt64 = 0
        var identifiers: UInt64 = 0
        /// Components with a head.
        var components: UInt64 = 0
        var pairs: UInt64 = 0
        var liveLinks: UInt64 = 0
        var evidenceDigest = Digest.zero
        var componentDigest = Digest.zero
        /// The component of the greatest sequence that this partition minted.
        var lastMinted = ComponentID.none
    }

    /// What is known of one partition's store alone.
    struct Part {
        var tally = Tally()
        var header: PartitionHeader?
        /// Whether there is a header that could not be read.
        var headerIsDamaged = false
        var namespaces: NameLedger
        var sources: NameLedger
        var feed = FeedLedger()
    }

    let settings: StoreVerifier
    let partitionCount: UInt16
    /// The partitions that are not being looked at.
    private var parts: [Part]
    private var place = 0
    /// The partition that is being looked at.
    private(set) var partition: PartitionID
    var findings = FindingList()
    var part: Part
    var evidence = EvidenceTable()
    /// Sets of nodes that live pairs connect.
    var customers: UInt64 = 0
    /// Whether the homes have all been seen and their pairs joined.
    var isJoined = false
    var collector = RowCollector()
    /// Components that could not be read in whole: their members are not looked for.
    var partial: Set<ComponentID> = []  // membership only
    /// The pairs of the home in rows that was seen last: how many its head says, and how many came.
    var homeRows: HomeRows?

    // Kept to be filled again.
    var home = HomeImage()
    var text: [UInt8] = []
    var places: [Int?] = []

    /// A walk that has seen nothing.
    init(_ settings: StoreVerifier, partitionCount: UInt16) {
        self.settings = settings
        self.partitionCount = partitionCount
        part = Part(
            namespaces: NameLedger(.namespace, settings.namespaces),
            sources: NameLedger(.source, settings.namespaces))
        parts = Array(repeating: part, count: Int(partitionCount))
        partition = settings.partition
    }

    /// The entries of a partition come.
    mutating func enter(_ place: Int) {
        self.place = place
        swap(&part, &parts[place])
        if partitionCount > 1 { partition = PartitionID(UInt16(place)) }
        if !isJoined { evidence.startRun() }
    }

    /// No more of them come for now.
    mutating func leave() {
        if isJoined { finishComponent(startingNext: .none) } else { finishHome() }
        swap(&part, &parts[place])
    }

    /// All partitions' homes, then all partitions' components were seen.
    mutating func endPass() { if isJoined { sweepNodes() } else { joinPairs() } }

    /// Takes the store's next entry.
    mutating func take(_ key: Span<UInt8>, _ value: Span<UInt8>) {
        part.tally.entries += 1
        let parsed = StateKey.parse(key)
        switch parsed {
        case nil:
            findings.add(
                .unknownKey, "key \(Self.hexadecimal(key))", "no release writes such a key")
        case .header: takeHeader(value)
        case .namespace(let number): part.namespaces.take(number, value, &findings)
        case .source(let number): part.sources.take(number, value, &findings)
        case .home(let node): takeHome(node, value)
        case .pair(let a, let b): takePair(a, b, value)
        case .component(let id):
            startComponent(id)
            collector.takeHead(value, &findings)
        case .member(_, let id)?, .edge(_, _, let id)?, .backEdge(_, _, let id)?,
            .rank(_, let id)?:
            startComponent(id)
            if let parsed { collector.takeRow(parsed, value, &findings) }
        case .touched(let id): takeTouched(id, value)
        case .pointer, .parked, .staged, .outgoing:
            if let parsed { takeTransit(parsed, value) }
        }
    }

    /// Takes an entry of what is under way: at rest nothing is but pointers that were not
    /// collected, and those only where there are several partitions.
    private mutating func takeTransit(_ key: StateKey.Parsed, _ value: Span<UInt8>) {
        var subject = ""
        do throws(WireError) {
            switch key {
            case .pointer(let id):
                subject = "pointer of \(Self.name(id))"
                _ = try TransitCodec.decodePointer(value, from: id)
            case .parked(let node):
                subject = "messages for \(Self.name(node))"
                _ = try TransitCodec.decodeParked(value, node: node)
            case .staged(let transfer, let index):
                subject = "staged page \(index) of \(Self.name(transfer))"
                _ = try TransitCodec.decodePage(value, transfer: transfer, index: index)
            case .outgoing(let transfer, let index):
                subject = "outgoing page \(index) of \(Self.name(transfer))"
                _ = try TransitCodec.decodePage(value, transfer: transfer, index: index)
            default: preconditionFailure("what is under way was parsed as that")
            }
        } catch {
            return findings.add(Self.code(error), subject, error.reason)
        }
        if case .pointer = key, partitionCount > 1 { return }
        findings.add(.unknownKey, subject, "in a store at rest nothing is under way")
    }

    private mutating func startComponent(_ id: ComponentID) {
        if id != collector.id { finishComponent(startingNext: id) }
    }

    /// What was found, once there are no more entries.
    mutating func report() -> VerifyReport {
        var sum = Tally()
        for place in parts.indices {
            swap(&part, &parts[place])
            if partitionCount > 1 { partition = PartitionID(UInt16(place)) }
            checkHeader()
            checkFeed()
            sum.identifiers += part.tally.identifiers
            sum.pairs += part.tally.pairs
            sum.liveLinks += part.tally.liveLinks
            swap(&part, &parts[place])
        }
        checkArrivals(parts.map(\.header))
        checkVersions(parts)
        return VerifyReport(
            findings: findings.listed, counts: findings.counts, identifiers: sum.identifiers,
            customers: customers, pairs: sum.pairs, liveLinks: sum.liveLinks)
    }

    /// Looks at each node once more: members that no component lists, and customers.
    private mutating func sweepNodes() {
        for node in evidence.nodes.indices where evidence.nodes[node].version != 0 {
            let (component, marks) = (
                evidence.nodes[node].component, evidence.nodes[node].marks
            )
            if !marks.contains(.isListed), !partial.contains(component) {
                findings.add(
                    .memberMissing, Self.name(evidence.keys[node]),
                    "its home names \(Self.name(component)), which does not hold it")
            }
            let root = evidence.root(of: node)
            if evidence.nodes[root].marks.insert(.isCounted).inserted { customers += 1 }
        }
    }

    // MARK: Words for findings

    /// A node as findings name it.
    static func name(_ key: NodeKey) -> String { "node \(key.hexadecimal)" }

    /// A pair as findings name it.
    static func name(_ a: NodeKey, _ b: NodeKey) -> String {
        "pair \(a.hexadecimal) \(b.hexadecimal)"
    }

    /// A component as findings name it.
    static func name(_ id: ComponentID) -> String {
        "component \(HexadecimalText.print(id.rawValue))"
    }

    /// The code of bytes that do not decode.
    static func code(_ error: WireError) -> VerifyFinding.Code {
        error.code == .newerFormat ? .newerFormat : .undecodableValue
    }

    /// The longest key that a release writes, in bytes: an edge's.
    private static let longestKeyBytes = 10 + 2 * NodeKey.byteCount

    /// A key's bytes as digits, as far as a known key could reach; then how many there are.
    private static func hexadecimal(_ key: Span<UInt8>) -> String {
        var digits = ""
        for index in 0..<min(key.count, longestKeyBytes) {
            digits += HexadecimalText.print(UInt64(key[index])).suffix(2)
        }
        return key.count > longestKeyBytes ? "\(digits)… of \(key.count) bytes" : digits
    }
}
