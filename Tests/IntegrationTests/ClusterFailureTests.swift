import Foundation
import KafkaLog
import KafkaTestSupport
import TestSupport
import Testing

/// What an operator learns of a node over Kafka whose parts fail: by its log and by `cluster`.
@Suite("Failures over Kafka", .serialized)
struct ClusterFailureTests {
    /// A router that may not read its group is tried again in silence by librdkafka, and by the
    /// node; events would lie in the topic and nobody know why.
    @Test(.mockOnly()) func shouldTellWhyEventsAreNotTaken() throws {
        let site = try ClusterSite(partitions: 2)
        site.brokers.mock.fail(
            .joinGroup, with: Array(repeating: .groupAuthorizationFailed, count: 10_000))
        let node = try site.start("a")
        let isTold = node.child.waitForErrors { text in
            text.split(separator: "\n").contains { line in
                line.contains("events of the topic are not taken")
                    && line.contains("give this user the right") && line.contains("warning")
            }
        }
        #expect(isTold)
        #expect(try node.client().get("/readyz").status == 200)
        #expect(try node.stop().status == 0)
    }

    /// Puts what is no record into the log of partition 0.
    private func spoil(_ site: ClusterSite) throws {
        let producer = try KafkaProducer(site.brokers.settings)
        defer { producer.close() }
        let taken = try producer.enqueue(
            topic: site.brokers.name("graph"), partition: 0, key: nil,
            value: Array("nonsense".utf8).span)
        try #require(taken == .taken)
        try producer.flush(timeoutMilliseconds: 30_000) { #expect($0.error == nil) }
    }

    /// No answer comes of a partition that stands: whoever asks learns which one and where to look,
    /// and what is told there has it go on.
    @Test func shouldTellWhyAPartitionIsNotServed() throws {
        let site = try ClusterSite(partitions: 1)
        let events = try site.events(seed: 61, links: 20)
        let node = try site.start("a", ["--standbys", "0"])
        let taken = try node.client().post("/v1/events", events.joined(separator: "\n"))
        #expect(taken.status == 200)
        try spoil(site)
        let isTold = node.child.waitForErrors { $0.contains("partition 0 does not go on here") }
        #expect(isTold)
        // Now and then it is opened again, and answers until it stands before the record.
        try site.wait("a refusal") {
            let refused = try node.client().get("/v1/resolve?id=cookie:none")
            return refused.status == 503 && refused.problem == "unavailable"
                && refused.text.contains("no node has partition 0 open now")
                && refused.text.contains("/v1/cluster")
        }
        var words = ""
        try site.wait("the command") {
            let shown = try site.store("a").run("cluster").text
            let command = /pass.*over: kindred (kafka skip --partition 0 --offset [0-9]+)/
            words = shown.firstMatch(of: command).map { String($0.1) } ?? ""
            return !words.isEmpty && shown.contains("partition 0 stands before record")
        }
        try site.wait("the skip") {
            try site.store("a").run(
                words.split(separator: " ").map(String.init)
                    + site.place + ["--reason", "a trial"]
            ).status == 0
        }
        let wanted = try site.embeddedDigest(of: events)
        try site.wait("the digest behind the record") { try site.digest(node) == wanted }
        #expect(try site.store("a").run("cluster").text.contains("passed over: record"))
        #expect(try node.stop().status == 0)
    }
}
