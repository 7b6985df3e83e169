import IdentityModel
import KafkaEngine
import NodeRuntime
import Testing
import WireFormat

/// What a node has stored of a partition is damaged: it is set aside once, and made anew.
@Suite("Damaged states of a cluster", .serialized)
struct DamagedStateTests {
    private static let partition = PartitionID(1)

    /// A node that has folded and stored what these lines say, and does not run.
    private static func stored(_ lines: [[UInt8]]) async throws -> ClusterFixture {
        let cluster = try await ClusterFixture(names: ["a"], partitions: 3)
        try cluster.join("a")
        try cluster.send(all: lines)
        try await cluster.rest()
        try await cluster.leave("a")
        return cluster
    }

    /// Found where it is opened, or where a record needs it.
    @Test(arguments: [StateKey.Family.header, .home, .component])
    func shouldMakeAnewWhatIsDamaged(_ family: StateKey.Family) async throws {
        let lines = Streams.retail(seed: 81, links: 800)
        let cluster = try await Self.stored(Array(lines.prefix(400)))
        defer { cluster.close() }
        try cluster.damage("a", Self.partition, family)
        try cluster.join("a")
        try cluster.send(all: Array(lines.dropFirst(400)))
        try await cluster.wait { try cluster.setAside(by: "a") == [Self.partition] }
        try await cluster.rest()
        let wanted = try EmbeddedReference(lines)
        #expect(try cluster.digest() == wanted.digest)
        #expect(try cluster.consumer() == wanted.customers)
        // What is found before a record is folded is no failure of the partition.
        let failures = try cluster.node("a").figures.failures
        #expect(failures.map { $0 != nil } == [false, family != .header, false])
    }

    /// What went wrong is told until it has gone well for long.
    @Test func shouldForgetWhatIsOver() async throws {
        let cluster = try await ClusterFixture(names: ["a"], partitions: 3)
        defer { cluster.close() }
        cluster.longestRetryNanoseconds = 1_000_000_000
        try cluster.refuse("a", Self.partition, times: .max)
        try cluster.join("a")
        try await cluster.wait { try cluster.node("a").figures.failures[1] != nil }
        try cluster.refuse("a", Self.partition, times: 0)
        try await cluster.wait { cluster.isOwned() }
        try await cluster.wait { try cluster.node("a").figures.failures == [nil, nil, nil] }
    }

    /// What is damaged twice is not made anew for ever, and nothing else stands for it.
    @Test func shouldStandWhereItIsDamagedAgain() async throws {
        let lines = Streams.retail(seed: 82, links: 100)
        let cluster = try await Self.stored(lines)
        defer { cluster.close() }
        for round in 1...2 {
            try cluster.damage("a", Self.partition, .header)
            try cluster.join("a")
            if round == 1 { try await cluster.rest() } else { break }
            try await cluster.leave("a")
        }
        try await cluster.wait {
            let figures = try cluster.node("a").figures
            return figures.failures[1]?.reason == "damaged again"
                && figures.replicas.count { $0.role == .owner } == 2
        }
        #expect(try cluster.setAside(by: "a") == [Self.partition])
    }
}
