import Foundation
import KafkaTestSupport
import TestSupport
import Testing

/// The built program as nodes of a store whose logs are in Kafka.
@Suite("Nodes over Kafka", .serialized)
struct ClusterServeTests {
    /// Sends events to one of some nodes after the other.
    private func send(_ events: [String], to nodes: [ServedStore]) throws {
        for (place, start) in stride(from: 0, to: events.count, by: 100).enumerated() {
            let part = events[start..<min(start + 100, events.count)].joined(separator: "\n")
            let answer = try nodes[place % nodes.count].client().post("/v1/events", part)
            try #require(answer.status == 200, "\(answer)")
            #expect(answer.object["accepted"] as? Int == part.split(separator: "\n").count)
        }
    }

    /// One node has all partitions; it comes back with what it had, and nobody else opens its
    /// folder.
    @Test func shouldServeAndComeBack() throws {
        let site = try ClusterSite(partitions: 3)
        let events = try site.events(seed: 51, links: 400)
        var node = try site.start("a", ["--standbys", "0", "--logic-limit", "1"])
        try send(events, to: [node])
        let link = ServedStore.link("cookie:own", "email:own@example.com")
        let written = try node.client().post("/v1/events", link)
        let positions = try #require(written.object["positions"] as? [String: Int])
        let place = try #require(positions.first)
        // How long a question waits is bounded; whoever must know asks again.
        var read: HTTPAnswer?
        try site.wait("the own write") {
            read = try node.client().get(
                "/v1/resolve?id=cookie:own&min_position=\(place.key):\(place.value)")
            return read?.status != 503
        }
        #expect(read?.object["identifier_count"] as? Int == 2, "\(written)")
        let wanted = try site.embeddedDigest(of: events + [link])
        try site.wait("the digest") { try site.digest(node) == wanted }
        let store = try site.store("a")
        let cluster = try store.json("cluster")
        #expect("\(cluster)".contains("owner") && cluster["logic_version"] == .number(1))
        let lines = try store.run("cluster").text
        #expect(lines.hasPrefix("version 1 of the logic\na  "))
        #expect(lines.contains("  knows 1, allows 1\n"))
        #expect(try node.stop().status == 0)
        let offline = try store.run("stats")
        #expect(offline.status == 3 && offline.errors.contains("Kafka"))
        node = try site.start("a", ["--standbys", "0"])
        try site.wait("the digest again") { try site.digest(node) == wanted }
        #expect(try node.stop().status == 0)
    }

    /// Any node answers for all partitions; one that is killed is missed by nobody for long.
    @Test func shouldGoOnWhereANodeIsKilled() throws {
        let site = try ClusterSite(partitions: 4)
        let events = try site.events(seed: 52, links: 600)
        let half = events.count / 2
        let first = try site.start("a")
        let second = try site.start("b")
        try send(Array(events.prefix(half)), to: [first, second])
        let middle = try site.embeddedDigest(of: Array(events.prefix(half)))
        for node in [first, second] {
            try site.wait("the digest on both nodes") { try site.digest(node) == middle }
        }
        try site.wait("two owned by each node") { try site.owned(first) == ["a": 2, "b": 2] }
        try first.kill()
        try site.wait("an answer after the death") { try site.digest(second) == middle }
        try send(Array(events.dropFirst(half)), to: [second])
        let wanted = try site.embeddedDigest(of: events)
        try site.wait("the digest of all") { try site.digest(second) == wanted }
        let again = try site.start("a")
        try site.wait("the digest on the one that is back") { try site.digest(again) == wanted }
        #expect(try again.stop().status == 0)
        #expect(try second.stop().status == 0)
    }

    /// A node that is stopped for longer than the others wait, and wakes as one that owns what it
    /// does not own any more.
    @Test func shouldBearANodeThatIsStoppedAndWakes() throws {
        let site = try ClusterSite(partitions: 4)
        let events = try site.events(seed: 54, links: 600)
        let half = events.count / 2
        let first = try site.start("a")
        let second = try site.start("b")
        try send(Array(events.prefix(half)), to: [first, second])
        try site.wait("two owned by each node") { try site.owned(first) == ["a": 2, "b": 2] }
        second.child.send(SIGSTOP)
        try site.wait("all owned by the one that runs") { try site.owned(first) == ["a": 4] }
        try send(Array(events.dropFirst(half)), to: [first])
        second.child.send(SIGCONT)
        let wanted = try site.embeddedDigest(of: events)
        for node in [first, second] {
            try site.wait("the digest on both nodes") { try site.digest(node) == wanted }
        }
        try site.wait("two owned by each node again") {
            try site.owned(second) == ["a": 2, "b": 2]
        }
        #expect(try second.stop().status == 0)
        #expect(try first.stop().status == 0)
    }

    /// Rules that one node takes are those of all, also of one that starts later.
    @Test func shouldPutRulesInForce() throws {
        let site = try ClusterSite(partitions: 2)
        let first = try site.start("a")
        let store = try site.store("a")
        let file = try store.write("p.yaml", ProfilesCommandTests.rules)
        let applied = try store.run("profiles", "apply", file)
        #expect(
            applied.status == 0 && applied.text.hasPrefix("version 1 is in force"), "\(applied)")
        let again = try store.run("profiles", "apply", file)
        #expect(again.text == "nothing changes: these rules are in force as version 1\n")
        let strict = try store.write("strict.yaml", "strict: true\nattributes: []\n")
        let path = store.folder + "/strict.yaml"
        let second = try site.start("b", ["--profiles", path])
        #expect(try second.client().get("/v1/profiles").object["version"] as? Int == 2)
        try site.wait("the rules on the first node") {
            try first.client().get("/v1/profiles").object["version"] as? Int == 2
        }
        let back = try store.run("profiles", "apply", strict)
        #expect(back.text.hasPrefix("nothing changes"), "\(back)")
        #expect(try second.stop().status == 0)
        #expect(try first.stop().status == 0)
    }

    /// Of two nodes of one name the one that came later goes on.
    @Test func shouldEndWhereAnotherHasTakenItsName() throws {
        let site = try ClusterSite(partitions: 2)
        let events = try site.events(seed: 53, links: 100)
        let elder = try site.start("a")
        try send(events, to: [elder])
        let later = try ServedStore(
            try site.store("twin"), site.words + ["--node-name", "a"])
        let finished = try elder.child.finish(timeout: 30)
        #expect(finished.status == 3 && finished.errors.contains("another node named a"))
        #expect(finished.errors.contains("--node-name"))
        let wanted = try site.embeddedDigest(of: events)
        try site.wait("the digest on the one that came later") {
            try site.digest(later) == wanted
        }
        #expect(try later.stop().status == 0)
    }

    @Test func shouldRefuseWhatCannotBeRun() throws {
        let site = try ClusterSite(partitions: 2)
        let missing = try site.store("x").run("serve", "--engine", "kafka", "--prefix", "t")
        #expect(missing.status == 2 && missing.errors.contains("--brokers"))
        let stray = try site.store("x").run("serve", "--brokers", site.brokers.bootstrap)
        #expect(stray.status == 2 && stray.errors.contains("--engine kafka"))
        let node = try site.start("a")
        let sound = try site.store("x").run(
            ["kafka", "skip"] + site.place
                + ["--partition", "0", "--offset", "5", "--reason", "a trial"])
        #expect(sound.status == 3 && sound.errors.contains("no node stands before record 5"))
        let other = try site.store("other")
        try Data("ff0102030405060708090a0b0c0d0e0f\n".utf8)
            .write(to: URL(filePath: other.folder + "/key"))
        let key = try other.run(
            ["serve", "--port", "0"] + site.words.dropLast() + [other.folder + "/key"])
        #expect(key.status == 3 && key.errors.contains("--key-file"))
        let own = try site.store("own")
        #expect(try own.run("link", "a:1", "b:1", "--source", "s").status == 0)
        let embedded = try own.run(["serve", "--port", "0"] + site.words.dropLast(2))
        #expect(embedded.status == 3 && embedded.errors.contains("keeps its logs itself"))
        #expect(try node.stop().status == 0)
    }
}
