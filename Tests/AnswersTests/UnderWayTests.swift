import Answers
import IdentityModel
import NodeRuntime
import PartitionCore
import TestSupport
import Testing
import WireFormat

/// Questions while something is on its way from one partition to another.
@Suite("Answers: under way")
struct UnderWayTests {
    /// Three partitions, whose letters a test carries.
    private final class Post {
        let runtimes: [LoopbackTransport.Runtime]
        let states = (0..<3).map { _ in MemoryState() }
        /// What has left and not arrived, in the order of leaving.
        private var bag: [(from: Int, bundle: DeliveryBundle)] = []
        private var used: Set<String> = []

        init() throws {
            let log = MemoryLog()
            var settings = NodeSettings(
                namespaces: RandomEvents.namespaces, configurationDigest: 0x5eed)
            settings.partitionCount = 3
            runtimes = try states.enumerated().map { place, state in
                try PartitionRuntime(
                    PartitionID(UInt16(place)), log: log, state: state, settings: settings)
            }
        }

        /// An identifier that is at home in that partition, behind another one.
        func end(at home: UInt16, behind other: TestEnd? = nil) throws -> TestEnd {
            let found = (0..<1_000).map { TestEnd("cookie", "c\($0)") }.first { end in
                PartitionID.home(of: end.key, among: 3).rawValue == home
                    && end.key > other?.key ?? NodeKey(high: 0, low: 0)
                    && !used.contains(end.value)
            }
            let end = try #require(found)
            used.insert(end.value)
            return end
        }

        func link(_ a: TestEnd, _ b: TestEnd) throws {
            let home = Int(PartitionID.home(of: min(a.key, b.key), among: 3).rawValue)
            let event = TestEvent(.link, a, b, at: 5)
            _ = try runtimes[home].append(EventRecords.record([event], runtimes[0].recordHead))
        }

        /// Carries all letters, and those that come of them, but for what one partition has for
        /// another.
        func carry(but held: (from: Int, to: Int)? = nil) throws {
            var isMore = true
            while isMore {
                isMore = false
                for (place, runtime) in runtimes.enumerated() {
                    bag += runtime.bundles(of: runtime.takeDeliveries()).map { (place, $0) }
                }
                var stays: [(from: Int, bundle: DeliveryBundle)] = []
                for (from, bundle) in bag {
                    let to = Int(bundle.to.rawValue)
                    if let held, held == (from, to) {
                        stays.append((from, bundle))
                        continue
                    }
                    _ = try runtimes[to].append(bundle.record)
                    runtimes[from].noteArrived(at: bundle.to, number: bundle.numbers.upperBound)
                    isMore = true
                }
                bag = stays
            }
        }

        var desk: PartitionDesk<ClusterQuestion<NearRuntimes>> {
            PartitionDesk(
                ClusterQuestion(
                    partitionCount: 3, near: NearRuntimes(),
                    far: LoopbackTransport(runtimes, states),
                    by: .after(nanoseconds: 600_000_000_000)))
        }
    }

    /// A join has named an identifier whose own first sighting, with its name and its time, is
    /// still on its way: pages leave it out, until it comes.
    @Test func regressionMemberWithoutAName() throws {
        let post = try Post()
        let a = try post.end(at: 0)
        let b = try post.end(at: 1, behind: a)
        let (c, d) = (try post.end(at: 2, behind: a), try post.end(at: 2))
        // The customer is hosted at partition 2: what it says of `b` comes before what 0 says.
        try post.link(c, d)
        try post.carry()
        try post.link(a, c)
        try post.carry()
        try post.link(a, b)
        try post.carry(but: (from: 0, to: 1))
        let question = Question(text: "a", key: a.key, isCustomer: false)
        let early = try post.desk.resolve(question, after: nil, limit: 10, reveal: false)
        #expect(early.identifierCount == 4)
        #expect(Set(early.identifiers ?? []) == Set([a, c, d].map { "cookie:\($0.value)" }))
        let page = try post.desk.component(
            question, from: nil, limit: 10, bridges: true, reveal: false)
        #expect(page.members?.count == 3 && page.links?.count == 3 && page.bridgeCount == 3)
        #expect(page.links?.contains { $0.b == b.key.hexadecimal } == true)
        let other = Question(text: "b", key: b.key, isCustomer: false)
        let path = try post.desk.explain(question, other, from: nil, limit: 10)
        #expect(path.path == ["cookie:\(a.value)", b.key.hexadecimal])
        try post.carry()
        let all = try post.desk.component(
            question, from: nil, limit: 10, bridges: false, reveal: false)
        #expect(all.members?.map(\.id).contains("cookie:\(b.value)") == true)
        #expect(all.members?.count == 4 && all.links?.count == 3)
    }
}
