/// How one customer's identifiers hang together: one cluster for each channel where the customer
/// was met, a tree inside each cluster, and one bridge from each cluster to an earlier one.
struct CustomerShape {
    /// A link between two members, by their numbers.
    struct Link {
        /// The earlier member.
        let first: Int
        /// The later member.
        let second: Int
        /// Who says it.
        let channel: RetailChannel
    }

    /// The kind of each member; member 0 is the first cluster's first.
    private(set) var kinds: [RetailIdentifier.Kind] = []
    /// Links inside the clusters, in the order in which they may be seen.
    private(set) var insideLinks: [Link] = []
    /// Links between clusters.
    private(set) var bridges: [Link] = []

    /// Of a hundred links, so many go to the cluster's first member: a login with many cookies.
    private static let linksToHead = 70

    /// A customer of `size` identifiers, at least two.
    init(size: Int, random: inout SplitMix64) {
        precondition(size >= 2, "a customer of the workload has a link")
        let channels = Self.channels(forSize: size, random: &random)
        let counts = Self.clusterSizes(channels, total: size, random: &random)
        var starts: [Int] = []
        for (cluster, channel) in channels.enumerated() {
            let start = kinds.count
            for index in 0..<counts[cluster] {
                kinds.append(Self.kind(index, in: channel))
                guard index > 0 else { continue }
                let earlier = Self.pick(index, &random)
                insideLinks.append(
                    Link(first: start + earlier, second: start + index, channel: channel))
            }
            if cluster > 0 {
                let other = random.next(below: cluster)
                bridges.append(
                    Link(
                        first: starts[other] + Self.pick(counts[other], &random),
                        second: start + Self.pick(counts[cluster], &random), channel: channel))
            }
            starts.append(start)
        }
    }

    /// A member below `count`, the first more often than others.
    private static func pick(_ count: Int, _ random: inout SplitMix64) -> Int {
        random.next(below: 100) < linksToHead ? 0 : random.next(below: count)
    }

    /// The channels where a customer was met, one to four; of two identifiers one channel.
    private static func channels(forSize size: Int, random: inout SplitMix64) -> [RetailChannel] {
        let draw = random.next(below: 100)
        if size == 2 {
            return [draw < 50 ? .web : draw < 75 ? .app : draw < 90 ? .store : .callCentre]
        }
        // Only browsers and apps make many identifiers, so one of them is always there.
        var chosen: [RetailChannel] = [draw < 60 ? .web : .app]
        var others = RetailChannel.allCases.filter { $0 != chosen[0] }
        for _ in 0..<random.next(below: min(4, size - 1)) {
            chosen.append(others.remove(at: random.next(below: others.count)))
        }
        return chosen
    }

    /// How many of `total` identifiers belong to each of `channels`.
    private static func clusterSizes(
        _ channels: [RetailChannel], total: Int, random: inout SplitMix64
    ) -> [Int] {
        var counts = channels.map { _ in 1 }
        let growing = channels.indices.filter { channels[$0] == .web || channels[$0] == .app }
        for _ in 0..<(total - channels.count) {
            let any = random.next(below: channels.count)
            let isFull = counts[any] >= 2 && channels.count > 1
            let fits = !isFull || growing.contains(any)
            let chosen = fits ? any : growing[random.next(below: growing.count)]
            counts[chosen] += 1
        }
        return counts
    }

    /// What a channel's `index`-th identifier is.
    private static func kind(_ index: Int, in channel: RetailChannel) -> RetailIdentifier.Kind {
        switch (channel, index) {
        case (.web, 0), (.callCentre, 1): .email
        case (.web, _): .cookie
        case (.app, 0), (.store, 0): .loyalty
        case (.store, 1), (.callCentre, 0): .phone
        case (.app, _), (.store, _), (.callCentre, _): .device
        }
    }
}
