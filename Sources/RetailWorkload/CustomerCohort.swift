/// A thousand customers whose sizes are exactly the workload's distribution.
///
/// Every cohort has the same shapes and its own identifiers. So the table of one cohort describes
/// all of them, any link of any customer is found by a division, and the stream needs no memory
/// that grows with it.
struct CustomerCohort: Sendable {
    /// A link between two members of one customer.
    struct Link: Sendable {
        /// The first end's number within the cohort, and its kind.
        let first: UInt16
        /// The second end's number within the cohort.
        let second: UInt16
        /// The first end's kind.
        let firstKind: RetailIdentifier.Kind
        /// The second end's kind.
        let secondKind: RetailIdentifier.Kind
        /// Who says it.
        let channel: RetailChannel
    }

    /// How many identifiers customers have: (identifiers, customers of a thousand). Mean 5.5,
    /// median 3, p90 11, p99 40, greatest 400.
    static let sizes: [(identifiers: Int, customers: Int)] = [
        (2, 455), (3, 170), (4, 100), (5, 65), (6, 36), (7, 24), (8, 18), (9, 14), (10, 12),
        (11, 12), (12, 14), (13, 11), (14, 9), (15, 7), (16, 6), (17, 5), (18, 5), (20, 5),
        (22, 4), (24, 4), (26, 3), (28, 3), (30, 2), (33, 2), (36, 2), (38, 2), (40, 1), (41, 1),
        (43, 1), (46, 1), (50, 1), (55, 1), (62, 1), (72, 1), (95, 1), (400, 1),
    ]
    /// The number of customers.
    static let customerCount = 1_000
    /// Customers of at most so many identifiers are those whom a supernode catches.
    static let supernodeSize = 5

    /// Links inside a channel, customer by customer.
    private(set) var insideLinks: [Link] = []
    /// Links between two channels of a customer, customer by customer.
    private(set) var bridges: [Link] = []
    /// Of each customer and the end: how many of `insideLinks` come before.
    private(set) var insideStarts: [Int] = []
    /// Of each customer and the end: how many of `bridges` come before.
    private(set) var bridgeStarts: [Int] = []
    /// Each customer's first identifier: its number within the cohort.
    private(set) var heads: [UInt16] = []
    /// Each customer's first identifier's kind.
    private(set) var headKinds: [RetailIdentifier.Kind] = []
    /// The customers whom a supernode may catch, ascending.
    private(set) var smallCustomers: [Int] = []
    /// All identifiers.
    private(set) var identifierCount = 0

    /// The cohort whose shapes `seed` picks.
    init(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for (customer, size) in Self.shuffledSizes(&random).enumerated() {
            if size <= Self.supernodeSize { smallCustomers.append(customer) }
            insideStarts.append(insideLinks.count)
            bridgeStarts.append(bridges.count)
            let shape = CustomerShape(size: size, random: &random)
            heads.append(UInt16(identifierCount))
            headKinds.append(shape.kinds[0])
            insideLinks += shape.insideLinks.map { link($0, of: shape) }
            bridges += shape.bridges.map { link($0, of: shape) }
            identifierCount += size
        }
        insideStarts.append(insideLinks.count)
        bridgeStarts.append(bridges.count)
        precondition(heads.count == Self.customerCount, "the sizes' counts add up to a cohort")
    }

    /// Links of both sorts.
    var linkCount: Int { insideLinks.count + bridges.count }

    private func link(_ link: CustomerShape.Link, of shape: CustomerShape) -> Link {
        Link(
            first: UInt16(identifierCount + link.first),
            second: UInt16(identifierCount + link.second), firstKind: shape.kinds[link.first],
            secondKind: shape.kinds[link.second], channel: link.channel)
    }

    /// The sizes in random order, but the greatest last: a short stream, which is the beginning
    /// of a cohort, should not be one customer.
    private static func shuffledSizes(_ random: inout SplitMix64) -> [Int] {
        var order = sizes.flatMap { Array(repeating: $0.identifiers, count: $0.customers) }
        let greatest = order.removeLast()
        for index in stride(from: order.count - 1, to: 0, by: -1) {
            order.swapAt(index, random.next(below: index + 1))
        }
        return order + [greatest]
    }
}
