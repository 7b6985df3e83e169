import Foundation
import KafkaTestSupport
import TestSupport
import Testing

/// The built program as nodes of a store whose brokers die.
@Suite("Nodes over Kafka whose brokers die", .serialized)
struct ClusterBrokerTests {
    /// Events that are posted at once.
    private static let eventsAtOnce = 50

    /// Microseconds for which nothing is acknowledged: 5 s.
    private static let silenceMicroseconds: UInt32 = 5_000_000

    /// A thread that posts.
    ///
    /// `@unchecked Sendable`: what it came to is written before the group is left, and read after.
    private final class Posting: @unchecked Sendable {
        private let group = DispatchGroup()
        private var found = false

        init(_ post: @escaping @Sendable () -> Bool) {
            group.enter()
            Thread.detachNewThread {
                self.found = post()
                self.group.leave()
            }
        }

        /// Waits for it: whether all is acknowledged.
        var isAcknowledged: Bool {
            group.wait()
            return found
        }
    }

    /// Posts events to one node after the other until all are acknowledged. What is not is posted
    /// again: an event that comes twice changes nothing.
    ///
    /// - Returns: whether all are, before patience is at its end.
    private static func post(_ events: [String], to ports: [Int]) -> Bool {
        let end = Date().addingTimeInterval(ClusterSite.patience)
        for (place, start) in stride(from: 0, to: events.count, by: eventsAtOnce).enumerated() {
            let part = events[start..<min(start + eventsAtOnce, events.count)]
            let text = part.joined(separator: "\n")
            var attempt = place
            while Date() < end {
                let port = ports[attempt % ports.count]
                let answer = try? HTTPConnection(port: port).post("/v1/events", text)
                if answer?.status == 200 { break }
                attempt += 1
                usleep(100_000)
            }
        }
        return Date() < end
    }

    /// A broker of three dies, and all goes on; another dies, and nothing is acknowledged; they
    /// come back. A single broker dies and comes back.
    @Test(.stopsBrokers) func shouldLoseNothingThatWasAcknowledged() throws {
        let site = try ClusterSite(partitions: 12)
        let events = try site.events(seed: 55, links: 1_500)
        let third = events.count / 3
        let nodes = try ["a", "b", "c"].map { try site.start($0) }
        let ports = nodes.map(\.port)
        try #require(Self.post(Array(events.prefix(third)), to: ports))
        try site.brokers.setDown(site.brokers.numbers[0])
        if !site.brokers.areInsecure {
            try #require(Self.post(Array(events[third..<(2 * third)]), to: ports))
            try site.brokers.setDown(site.brokers.numbers[1])
        }
        let rest = Array(events.dropFirst(site.brokers.areInsecure ? third : 2 * third))
        let posting = Posting { Self.post(rest, to: ports) }
        usleep(Self.silenceMicroseconds)
        try site.brokers.setUp()
        try #require(posting.isAcknowledged)
        let wanted = try site.embeddedDigest(of: events)
        for node in nodes {
            try site.wait("the digest on all nodes") { try site.digest(node) == wanted }
        }
        try site.wait("four owned by each node") {
            try site.owned(nodes[0]) == ["a": 4, "b": 4, "c": 4]
        }
        for node in nodes { #expect(try node.stop().status == 0) }
    }
}
