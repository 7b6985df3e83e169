internal import GraphCore
internal import IdentityModel

/// What a consumer of the feed may count on: it folds the changes of each customer in the order of
/// their versions, whatever partition told them and when, and then holds the customers there are.
struct FeedCheck {
    private var customers: [NodeKey: Set<Int>] = [:]  // sorted where it is looked through
    /// By customer: what it was last told to be, beside its identifiers.
    private var profiles: [NodeKey: [UInt8]] = [:]  // lookup only

    /// - Throws: `Violation`: the first thing that does not hold.
    static func check(
        _ feed: SimulatedFeed, _ witnesses: [Replica], _ oracle: Oracle
    ) throws(Violation) {
        var all: [CustomerChange] = []
        for witness in witnesses {
            let partition = witness.partition
            try require(!witness.awaitsTick, "\(partition) has more to tell")
            try require(
                feed.arrived[partition] == Int(witness.changeOffset)
                    && feed.changes[partition].count == feed.arrived[partition],
                "of \(witness.changeOffset) changes of \(partition) came "
                    + "\(feed.arrived[partition])")
            all += feed.changes[partition].compactMap { $0 }
        }
        all.sort { ($0.customer, $0.version) < ($1.customer, $1.version) }
        var consumer = FeedCheck()
        var last: CustomerChange?
        for change in all {
            let before = last?.customer == change.customer ? last?.version ?? 0 : 0
            try require(
                change.version == before + 1,
                "\(Self.name(change)) comes behind version \(before)")
            try consumer.take(change)
            last = change
        }
        try consumer.compare(with: oracle)
    }

    private static func name(_ change: CustomerChange) -> String {
        "\(change.kind) of \(Identifiers.number(change.customer)), version \(change.version),"
    }

    private mutating func take(_ change: CustomerChange) throws(Violation) {
        let held = customers[change.customer]
        switch change.kind {
        case .created, .renamed:
            try require(held == nil && change.isWhole, "\(Self.name(change)) is there already")
        case .updated, .split, .retired:
            try require(held != nil, "\(Self.name(change)) is not there")
        case .merged: break
        }
        guard change.kind != .retired else {
            try require(
                change.added.isEmpty && change.removed.isEmpty && change.profile.isEmpty,
                "\(Self.name(change)) names identifiers, or a profile")
            customers[change.customer] = nil
            profiles[change.customer] = nil
            return
        }
        var now = change.isWhole ? [] : held ?? []
        // Who left and came back was never away.
        let gone = Set(change.removed.map(\.key))
        var isSound = change.added.allSatisfy { !gone.contains($0.key) }
        change.forEachIdentifier { identifier, value, hasCome in
            let node = Identifiers.number(identifier.key)
            isSound = isSound && Array(value) == Identifiers.value(node)
            let isNews = hasCome ? now.insert(node).inserted : now.remove(node) != nil
            isSound = isSound && isNews
        }
        try require(isSound, "\(Self.name(change)) does not lead on from what was told")
        try require(!now.isEmpty, "\(Self.name(change)) leaves a customer without identifiers")
        customers[change.customer] = now
        try require(
            change.isWhole || !change.added.isEmpty || !change.removed.isEmpty
                || !change.others.isEmpty
                || change.profile != profiles[change.customer] ?? [],
            "\(Self.name(change)) tells nothing")
        profiles[change.customer] = change.profile
    }

    private func compare(with oracle: Oracle) throws(Violation) {
        var wanted: [NodeKey: Set<Int>] = [:]  // sorted where it is looked through
        for (node, time) in oracle.firstSeen.enumerated() where time != nil {
            let anchor = oracle.anchors[oracle.labels[node]]
            wanted[Identifiers.key(anchor), default: []].insert(node)
        }
        for key in Set(customers.keys).union(wanted.keys).sorted()
        where customers[key] != wanted[key] {
            throw Violation(
                "the feed has customer \(Identifiers.number(key)) with "
                    + "\((customers[key] ?? []).sorted()), not \((wanted[key] ?? []).sorted())")
        }
        for key in wanted.keys.sorted() {
            let fold = oracle.profiles.fold(of: (wanted[key] ?? []).sorted())
            try require(
                profiles[key] ?? [] == oracle.profiles.profile(of: fold),
                "the feed has another profile of \(Identifiers.number(key)) than what was said")
        }
    }
}
