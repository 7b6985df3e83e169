import Glibc
import GraphCore
import IdentityModel
import TestSupport
import Testing

/// What a customer of a given shape and size costs, made and taken apart: about as much a link at
/// four times the size. A step that looks at all members, or all leaves of a hub, would make it
/// four times as much a link.
@Suite("Hostile sizes", .serialized)
struct HostileSizesTests {
    /// Between 4, which is what a linear cost would be, and 16, a quadratic one's.
    private static let mostGrowth = 9.0

    @Test(arguments: ["star", "chain", "clique"], [false, true])
    func shouldCostAsMuchALinkInLargeCustomers(_ shape: String, readsBack: Bool) throws {
        let small = shape == "clique" ? 120 : 4_000
        // A clique of twice the members has four times the links.
        let large = shape == "clique" ? 240 : 16_000
        var growth = Double.infinity
        for _ in 0..<5 where growth > Self.mostGrowth {
            let base = try cost(shape, small, readsBack)
            growth = min(growth, try cost(shape, large, readsBack) / base)
        }
        #expect(growth < Self.mostGrowth, "four times the links cost \(growth) times as much")
    }

    /// The processor seconds that it takes to link and cut everything.
    private func cost(_ shape: String, _ count: Int, _ readsBack: Bool) throws -> Double {
        var chance = SeededGenerator(seed: UInt64(count))
        let ends = (0..<count).map { TestEnd("cookie", "c\($0)") }
        let pairs: [(Int, Int)] =
            switch shape {
            case "star": (1..<count).map { (0, $0) }
            case "chain": (1..<count).map { ($0 - 1, $0) }
            default: (0..<count).flatMap { left in (0..<left).map { ($0, left) } }
            }
        let links = pairs.map { TestEvent(.link, ends[$0.0], ends[$0.1], at: 1) }
        let cuts = chance.shuffled(pairs).map { TestEvent(.unlink, ends[$0.0], ends[$0.1], at: 2) }
        let driver = GraphDriver()
        let start = Self.seconds()
        try driver.fold(links)
        #expect(driver.graph.counters.customers == 1)
        if readsBack { driver.reopen() }
        try driver.fold(cuts)
        #expect(driver.graph.counters.customers == UInt64(count))
        return Self.seconds() - start
    }

    /// What this thread has used of a processor, in seconds: others' work does not count.
    private static func seconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
