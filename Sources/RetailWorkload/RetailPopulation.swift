/// The first links of a stream of a given size: which pair each is, in random order.
///
/// | part | links |
/// |---|---|
/// | supernodes | each of two to 1.2% of the link lines, beyond a million growing as its ¾ power |
/// | households | 3% of the customers share a device with one other |
/// | inside a channel, bridges | the rest, customer by customer in cohorts of a thousand |
///
/// Links inside a channel and three fifths of the noise come before the turn of the year's first
/// 60%, bridges and the rest after it. Two thirds of one supernode's customers are the other's too.
struct RetailPopulation: Sendable {
    /// A pair and who links it.
    struct Pair: Equatable, Sendable {
        /// The end that was known first.
        let first: RetailIdentifier
        /// The other end.
        let second: RetailIdentifier
        /// Who says it.
        let channel: RetailChannel
    }

    /// First links before the turn.
    let earlyCount: Int
    /// All first links.
    let count: Int
    /// Customers with all their links; one more may be cut by the stream's end.
    let customerCount: Int
    /// Customers that each supernode is linked to.
    let supernodeLinks: Int
    /// Pairs of customers that share a device.
    let households: Int

    private let cohort: CustomerCohort
    private let insideCount: Int
    private let earlyExtras: Int
    private let early: IndexPermutation
    private let late: IndexPermutation
    private let extras: IndexPermutation
    private let small: IndexPermutation
    private let everyone: IndexPermutation

    /// Streams below have neither supernodes nor households, having too few customers: 1,000 lines.
    static let noiseMinimum = 1_000

    /// The population of a stream with `linkLines` lines that link, `count` of them for the first
    /// time.
    init(linkLines: Int, count: Int, seed: UInt64) {
        let cohort = CustomerCohort(seed: SplitMix64.word(0, seed: seed))
        let supernodeLinks = Self.supernodeLinks(linkLines: linkLines)
        // A customer brings linkCount / 1000 links, and 0.03 of a household's.
        let perCustomers = cohort.linkCount + 30
        let households =
            linkLines < Self.noiseMinimum ? 0 : (count - 2 * supernodeLinks) * 15 / perCustomers
        let extraCount = 2 * supernodeLinks + 2 * households
        let (cohorts, rest) = (count - extraCount).quotientAndRemainder(
            dividingBy: cohort.linkCount)
        // The customers of the last, incomplete cohort; the next one gets the first of its links.
        var customers = 0
        while cohort.insideStarts[customers + 1] + cohort.bridgeStarts[customers + 1] <= rest {
            customers += 1
        }
        let cut = rest - cohort.insideStarts[customers] - cohort.bridgeStarts[customers]
        let cutInside = min(
            cut, cohort.insideStarts[customers + 1] - cohort.insideStarts[customers])
        insideCount =
            cohorts * cohort.insideLinks.count + cohort.insideStarts[customers] + cutInside
        earlyExtras = extraCount / 5 * 3
        earlyCount = insideCount + earlyExtras
        customerCount = cohorts * CustomerCohort.customerCount + customers
        let smallCount =
            cohorts * cohort.smallCustomers.count
            + cohort.smallCustomers.count { $0 < customers }
        precondition(supernodeLinks / 3 + supernodeLinks <= smallCount, "too few small customers")
        self.cohort = cohort
        self.count = count
        self.supernodeLinks = supernodeLinks
        self.households = households
        early = IndexPermutation(count: earlyCount, seed: SplitMix64.word(1, seed: seed))
        late = IndexPermutation(count: count - earlyCount, seed: SplitMix64.word(2, seed: seed))
        extras = IndexPermutation(count: extraCount, seed: SplitMix64.word(3, seed: seed))
        small = IndexPermutation(count: smallCount, seed: SplitMix64.word(4, seed: seed))
        everyone = IndexPermutation(count: customerCount, seed: SplitMix64.word(5, seed: seed))
    }

    /// The pair of first link `index`.
    subscript(index: Int) -> Pair {
        if index < earlyCount {
            let place = early[index]
            return place < insideCount ? inside(place) : extra(place - insideCount)
        }
        let place = late[index - earlyCount]
        let bridgeCount = late.count - (extras.count - earlyExtras)
        return place < bridgeCount ? bridge(place) : extra(earlyExtras + place - bridgeCount)
    }

    /// Customers that each supernode is linked to: 12,000 of a million lines.
    private static func supernodeLinks(linkLines: Int) -> Int {
        guard linkLines >= noiseMinimum else { return 0 }
        if linkLines <= 1_000_000 { return linkLines * 12 / 1_000 }
        let root = (Double(linkLines) / 1_000_000).squareRoot()
        return Int((12_000 * root * root.squareRoot()).rounded(.down))
    }

    private func inside(_ index: Int) -> Pair {
        let (number, place) = index.quotientAndRemainder(dividingBy: cohort.insideLinks.count)
        return pair(cohort.insideLinks[place], cohort: number)
    }

    private func bridge(_ index: Int) -> Pair {
        let (number, place) = index.quotientAndRemainder(dividingBy: cohort.bridges.count)
        return pair(cohort.bridges[place], cohort: number)
    }

    private func pair(_ link: CustomerCohort.Link, cohort number: Int) -> Pair {
        let base = UInt64(number * cohort.identifierCount)
        return Pair(
            first: RetailIdentifier(kind: link.firstKind, number: base + UInt64(link.first)),
            second: RetailIdentifier(kind: link.secondKind, number: base + UInt64(link.second)),
            channel: link.channel)
    }

    private func extra(_ index: Int) -> Pair {
        let place = extras[index]
        if place < 2 * supernodeLinks {
            let isKiosk = place >= supernodeLinks
            let turn = isKiosk ? place - supernodeLinks + supernodeLinks / 3 : place
            let (number, chosen) = small[turn].quotientAndRemainder(
                dividingBy: cohort.smallCustomers.count)
            return Pair(
                first: RetailIdentifier(kind: .supernode, number: isKiosk ? 1 : 0),
                second: head(of: cohort.smallCustomers[chosen], cohort: number),
                channel: isKiosk ? .store : .web)
        }
        let guest = place - 2 * supernodeLinks
        let (number, customer) = everyone[guest].quotientAndRemainder(
            dividingBy: CustomerCohort.customerCount)
        return Pair(
            first: RetailIdentifier(kind: .household, number: UInt64(guest / 2)),
            second: head(of: customer, cohort: number), channel: .app)
    }

    private func head(of customer: Int, cohort number: Int) -> RetailIdentifier {
        RetailIdentifier(
            kind: cohort.headKinds[customer],
            number: UInt64(number * cohort.identifierCount) + UInt64(cohort.heads[customer]))
    }
}
