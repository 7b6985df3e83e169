import Foundation
import KafkaTestSupport
import TestSupport
import Testing

/// The built program as a node over Kafka that loses its data folder.
@Suite("Snapshots of nodes over Kafka", .serialized)
struct ClusterSnapshotTests {
    private static let partitions = 2

    /// The complete snapshots of a partition, the oldest first.
    private func snapshots(_ shelf: String, _ partition: Int) -> [String] {
        let parent = "\(shelf)/\(partition)"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        return names.filter { $0.hasPrefix("snapshot-") }.sorted().map { parent + "/" + $0 }
    }

    private func start(_ site: ClusterSite, _ shelf: String) throws -> ServedStore {
        try site.start(
            "a", ["--standbys", "0", "--snapshots", shelf, "--snapshot-interval", "1"])
    }

    /// A node takes events until it has a digest, and ends, and so stores all; started again it
    /// takes snapshots of that.
    private func round(
        _ site: ClusterSite, _ shelf: String, _ events: [String], to digest: String,
        snapshots count: Int
    ) throws {
        let first = try start(site, shelf)
        let answer = try first.client().post("/v1/events", events.joined(separator: "\n"))
        try #require(answer.status == 200, "\(answer)")
        try site.wait("the digest") { try site.digest(first) == digest }
        #expect(try first.stop().status == 0)
        let second = try start(site, shelf)
        try site.wait("snapshots of all partitions") {
            (0..<Self.partitions).allSatisfy { snapshots(shelf, $0).count == count }
        }
        try second.kill()
    }

    @Test func shouldComeBackFromSnapshots() throws {
        let site = try ClusterSite(partitions: Self.partitions)
        let store = try site.store("a")
        let shelf = store.folder + "/shelf"
        let events = try site.events(seed: 71, links: 600)
        let half = events.count / 2
        let middle = try site.embeddedDigest(of: Array(events.prefix(half)))
        let all = try site.embeddedDigest(of: events)
        try round(site, shelf, Array(events.prefix(half)), to: middle, snapshots: 1)
        try round(site, shelf, Array(events.dropFirst(half)), to: all, snapshots: 2)

        try FileManager.default.removeItem(atPath: store.data)
        var node = try start(site, shelf)
        try site.wait("the digest from snapshots") { try site.digest(node) == all }
        let log = try node.stop().errors
        #expect(log.ranges(of: "goes on from a snapshot").count == Self.partitions, "\(log)")
        #expect(!log.contains("passed over"))

        // One that is damaged is passed over, and the log's tail is longer by that.
        let newest = try #require(snapshots(shelf, 0).last)
        let damaged = try spoil(newest)
        try FileManager.default.removeItem(atPath: store.data)
        node = try start(site, shelf)
        try site.wait("the digest from an older one") { try site.digest(node) == all }
        let told = try node.stop().errors
        #expect(told.contains("passed over: \(newest)/\(damaged) does not match"), "\(told)")
        #expect(told.ranges(of: "goes on from a snapshot").count == Self.partitions)
    }

    /// A node without a folder of snapshots copies what another has stored.
    @Test func shouldCopyFromAnotherNode() throws {
        let site = try ClusterSite(partitions: Self.partitions)
        let events = try site.events(seed: 72, links: 400)
        let wanted = try site.embeddedDigest(of: events)
        let before = try site.start("a")
        let answer = try before.client().post("/v1/events", events.joined(separator: "\n"))
        try #require(answer.status == 200, "\(answer)")
        try site.wait("the digest") { try site.digest(before) == wanted }
        #expect(try before.stop().status == 0)
        let first = try site.start("a")
        try site.wait("the digest again") { try site.digest(first) == wanted }
        let second = try site.start("b")
        try site.wait("both partitions on the second node") {
            let nodes = try second.client().get("/v1/cluster").object["nodes"] as? [[String: Any]]
            let own = nodes?.first { $0["name"] as? String == "b" }
            let parts = own?["partitions"] as? [[String: Any]] ?? []
            return parts.count { ["owner", "standby"].contains($0["role"] as? String) }
                == Self.partitions
        }
        try first.kill()
        try site.wait("the digest of the second node") { try site.digest(second) == wanted }
        let log = try second.stop().errors
        #expect(log.ranges(of: "goes on from a snapshot").count == Self.partitions, "\(log)")
    }

    /// Changes a byte of a database's manifest.
    private func spoil(_ folder: String) throws -> String {
        let files = try FileManager.default.contentsOfDirectory(atPath: folder)
        let name = try #require(files.first { $0.hasPrefix("MANIFEST") })
        var data = try Data(contentsOf: URL(filePath: folder + "/" + name))
        data[data.count / 2] ^= 1
        try data.write(to: URL(filePath: folder + "/" + name))
        return name
    }

    /// A database that is damaged is set aside once, and made anew from the log; a second time a
    /// person is to look.
    @Test func shouldMakeADamagedStateAnew() throws {
        let site = try ClusterSite(partitions: Self.partitions)
        let store = try site.store("a")
        let state = store.data + "/partitions/1"
        let events = try site.events(seed: 73, links: 200)
        let wanted = try site.embeddedDigest(of: events)
        var node = try site.start("a", ["--standbys", "0"])
        let answer = try node.client().post("/v1/events", events.joined(separator: "\n"))
        try #require(answer.status == 200, "\(answer)")
        try site.wait("the digest") { try site.digest(node) == wanted }
        #expect(try node.stop().status == 0)

        let spoilt = try spoil(state)
        node = try site.start("a", ["--standbys", "0"])
        try site.wait("the digest of a state made anew") { try site.digest(node) == wanted }
        let log = try node.stop().errors
        #expect(log.contains("the state is damaged and is made anew"), "\(log)")
        #expect(FileManager.default.fileExists(atPath: "\(state).damaged/\(spoilt)"))

        _ = try spoil(state)
        node = try site.start("a", ["--standbys", "0"])
        let isTold = node.child.waitForErrors { $0.contains("then remove \(state).damaged") }
        #expect(isTold, "nobody says what to do")
        try FileManager.default.removeItem(atPath: state + ".damaged")
        try site.wait("the digest once it was removed") { try site.digest(node) == wanted }
        #expect(try node.stop().status == 0)
    }

    /// So many records are in the log that some are behind what is kept before a snapshot.
    private static let trimmedRecords = 1_300

    /// Posts events, each of them alone, so that each is a record.
    private func post(_ events: [String], to node: ServedStore) {
        let (port, threads) = (node.port, 4)
        onThreads(threads) { number in
            guard let client = try? HTTPConnection(port: port) else { return }
            for place in stride(from: number, to: events.count, by: threads) {
                _ = try? client.post("/v1/events", events[place])
            }
        }
    }

    /// Brokers let go of what a snapshot has folded: a node without data begins with that, and one
    /// without a snapshot says that it cannot.
    @Test(.realOnly) func shouldBeginBehindATrim() throws {
        let site = try ClusterSite(partitions: 1)
        let store = try site.store("a")
        let shelf = store.folder + "/shelf"
        let words = [
            "--standbys", "0", "--snapshots", shelf, "--snapshot-interval", "1",
            "--snapshot-keep", "1", "--trim-log", "--log-level", "info",
        ]
        let events = try site.events(seed: 73, links: Self.trimmedRecords)
        let wanted = try site.embeddedDigest(of: events)
        var node = try site.start("a", words)
        post(events, to: node)
        try site.wait("the digest") { try site.digest(node) == wanted }
        #expect(try node.stop().status == 0)
        node = try site.start("a", words)
        #expect(node.child.waitForErrors { $0.contains("log trimmed") })
        try node.kill()

        try FileManager.default.removeItem(atPath: store.data)
        node = try site.start("a", words)
        try site.wait("the digest from a snapshot") { try site.digest(node) == wanted }
        #expect(try node.stop().errors.contains("goes on from a snapshot"))

        for path in [store.data, shelf] { try FileManager.default.removeItem(atPath: path) }
        node = try site.start("a", words)
        #expect(node.child.waitForErrors { $0.contains("and no snapshot reaches it") })
        try node.kill()
    }

    @Test func shouldRefuseWhatMakesNoSense() throws {
        let site = try ClusterSite(partitions: Self.partitions)
        let store = try site.store("x")
        for (words, text) in [
            (["--trim-log"], "give --snapshots"),
            (["--snapshot-keep", "0", "--snapshots", "s"], "from 1 to 100"),
            (["--snapshot-interval", "0", "--snapshots", "s"], "from 1 to 604800"),
        ] {
            let end = try store.run(["serve", "--port", "0"] + site.words + words)
            #expect(end.status == 2 && end.errors.contains(text), "\(end.errors)")
        }
        let embedded = try store.run("serve", "--port", "0", "--snapshots", "s")
        #expect(embedded.status == 2 && embedded.errors.contains("--engine kafka"))
        try FileManager.default.createDirectory(
            atPath: store.folder + "/letters/old", withIntermediateDirectories: true)
        let foreign = try store.run(
            ["serve", "--port", "0"] + site.words + ["--snapshots", "letters"])
        #expect(foreign.status == 3 && foreign.errors.contains("holds no snapshots"))
    }
}
