import Foundation
import KafkaTestSupport
import TestSupport
import Testing

/// `kindred replay` into a store whose logs are in Kafka.
@Suite("Replay into Kafka", .serialized)
struct ClusterReplayTests {
    private static func words(_ site: ClusterSite) -> [String] {
        site.words.filter { !["--engine", "kafka", "--insecure-dev"].contains($0) }
    }

    /// What it comes to is what a replay into a folder comes to, with the same lines refused.
    @Test func shouldFeedTheNodes() throws {
        let site = try ClusterSite(partitions: 3)
        var events = try site.events(seed: 71, links: 3_000)
        events.insert("bad", at: 100)
        events.insert(#"{"a":"email:a@x","ts":5}"#, at: 2_000)
        let node = try site.start("a", ["--standbys", "0"])
        let store = try site.store("feeder")
        let file = try store.write("events.jsonl", events.joined(separator: "\n"))
        let whole = try store.run(
            ["replay", file, "--rejects", "one", "--json"] + Self.words(site))
        try #require(whole.status == 0, "\(whole.errors)")
        #expect(try whole.json["accepted"].integer == events.count - 2)
        #expect(try whole.json["rejected"].integer == 2)
        #expect(try whole.json["folded"] == .bool(true))
        let wanted = try site.embeddedDigest(of: events)
        try site.wait("the digest") { try site.digest(node) == wanted }
        let other = try store.run("replay", file, "--rejects", "two", "--dry-run")
        #expect(other.status == 0)
        #expect(try store.read(store.folder + "/one") == store.read(store.folder + "/two"))

        // A repeat changes nothing; nobody has to wait.
        let again = try store.run(
            ["replay", file, "--no-wait", "--events-per-second", "100000"] + Self.words(site))
        #expect(again.status == 0 && again.text.contains("not waited for"), "\(again)")
        let link = ServedStore.link("cookie:own", "email:own@example.com")
        #expect(try node.client().post("/v1/events", link).status == 200)
        let last = try site.embeddedDigest(of: events + [link])
        try site.wait("the digest with the link") { try site.digest(node) == last }
        #expect(try node.stop().status == 0)
    }

    /// An interruption while the brokers are silent acknowledges nothing, and names the command
    /// that goes on.
    @Test func shouldGoOnWithThePrintedCommand() throws {
        let site = try ClusterSite(partitions: 2)
        let events = try site.events(seed: 72, links: 20_000)
        let node = try site.start("a", ["--standbys", "0"])
        let store = try site.store("feeder")
        let file = try store.write("events.jsonl", events.joined(separator: "\n"))
        let words = ["replay", file, "--progress-every", "0.001"] + Self.words(site)
        let child = try store.start(words + ["--events-per-second", "4000"])
        #expect(child.waitForErrors { $0.contains("events acknowledged, up to line") })
        child.send(SIGINT)
        let stopped = try child.finish()
        #expect(stopped.status == 130 && stopped.output.isEmpty)
        let said = try #require(stopped.errors.split(separator: "\n").last)
        let counted = try #require(said.firstMatch(of: /acknowledged: (\d+) events, up to line/))
        let count = try #require(Int(counted.1))
        #expect(count > 0 && count < events.count)
        let command = String(try #require(said.components(separatedBy: "go on with: ").last))
        #expect(command.contains("--from-line \(count + 1)"), "\(command)")
        #expect(!command.contains("--data"))
        let done = try store.shell(
            command.replacing("--events-per-second 4000", with: "") + " --json")
        #expect(done.status == 0, "\(command): \(done.errors)")
        #expect(try done.json["accepted"].integer == events.count - count)
        let wanted = try site.embeddedDigest(of: events)
        try site.wait("the digest") { try site.digest(node) == wanted }
        #expect(try node.stop().status == 0)
    }

    @Test(.stopsBrokers) func shouldSayNothingIsAcknowledgedBeforeItIs() throws {
        let site = try ClusterSite(partitions: 1)
        let node = try site.start("a", ["--standbys", "0"])
        let store = try site.store("feeder")
        let child = try store.start(["replay", "-", "--no-wait"] + Self.words(site))
        #expect(child.waitUntilItWaits())
        try site.brokers.setDown()
        #expect(child.write(Array(ServedStore.link("a:1", "b:1").utf8)))
        usleep(500_000)
        child.send(SIGINT)
        let stopped = try child.finish()
        #expect(stopped.status == 130, "\(stopped)")
        #expect(stopped.errors.contains("acknowledged: 0 events; go on with: kindred replay"))
        try site.brokers.setUp()
        try node.kill()
    }

    @Test func shouldRefuseWhatCannotBe() throws {
        let site = try ClusterSite(partitions: 1)
        let store = try site.store("feeder")
        let file = try store.write("one.jsonl", ServedStore.link("a:1", "b:1"))
        let words = Self.words(site)
        let early = try store.run(["replay", file] + words)
        #expect(early.status == 3 && early.errors.contains("start a node first"), "\(early)")
        for flag in [["--changes", "c"], ["--dry-run"], ["--partitions", "2"], ["--data", "d"]] {
            let refused = try store.run(["replay", file] + words + flag)
            #expect(refused.status == 2 && refused.errors.contains(flag[0]), "\(refused)")
        }
        let stray = try store.run("replay", file, "--no-wait")
        #expect(stray.status == 2 && stray.errors.contains("--brokers"))
        let keyless = try store.run(["replay", file] + words.dropLast(2))
        #expect(keyless.status == 2 && keyless.errors.contains("--key-file"))
        let node = try site.start("a", ["--standbys", "0"])
        try store.write("key", "ff0102030405060708090a0b0c0d0e0f\n")
        let other = try store.run(["replay", file] + words.dropLast() + ["key"])
        #expect(other.status == 3 && other.errors.contains("has the key"), "\(other)")
        #expect(try node.stop().status == 0)
    }
}
