import Foundation
import KafkaTestSupport
import TestSupport
import Testing

/// A store whose logs are in Kafka, and the built program as its nodes.
final class ClusterSite {
    /// How long anything is waited for, in seconds.
    static let patience = 120.0

    let brokers: TestBrokers
    let partitions: Int
    private let scratch: TestStore
    private var stores: [String: TestStore] = [:]  // lookup only

    /// A store of so many partitions without a node.
    init(partitions: Int) throws {
        self.partitions = partitions
        scratch = try TestStore(partitions: partitions)
        brokers = try TestBrokers()
        try Data("000102030405060708090a0b0c0d0e0f\n".utf8)
            .write(to: URL(filePath: scratch.folder + "/key"))
        try createTopics()
    }

    /// Has the program make the topics; a mock takes no such request, and is told.
    private func createTopics() throws {
        let topics = [
            ("events", 3), ("graph", partitions), ("changes", 3), ("dead-letters", 2),
            ("profiles", 3), ("global", 1),
        ]
        guard TestBrokers.areReal else {
            for (topic, count) in topics {
                _ = try brokers.createTopic(topic, partitions: Int32(count))
            }
            return
        }
        let made = try scratch.run(
            ["kafka", "create-topics", "--partitions", "\(partitions)"] + place + safety
                + ["--replication", "\(brokers.replication)", "--events-partitions", "3"]
                + ["--changes-partitions", "3"])
        try #require(made.status == 0, "\(made)")
        try brokers.awaitTopics(topics.map(\.0))
    }

    /// Where the store's topics are.
    var place: [String] { ["--brokers", brokers.bootstrap, "--prefix", brokers.prefix] }

    /// Whether one broker alone may have what is acknowledged.
    private var safety: [String] { brokers.areInsecure ? ["--insecure-dev"] : [] }

    /// What a node is started with.
    var words: [String] {
        ["--engine", "kafka"] + place + safety + ["--key-file", scratch.folder + "/key"]
    }

    /// The folder of a node, which it has for life.
    func store(_ name: String) throws -> TestStore {
        if let store = stores[name] { return store }
        let store = try TestStore(partitions: 0)
        stores[name] = store
        return store
    }

    /// Starts a node, and waits until it serves.
    func start(_ name: String, _ more: [String] = []) throws -> ServedStore {
        try ServedStore(try store(name), words + ["--node-name", name] + more)
    }

    /// A synthetic stream, one event a line.
    func events(seed: Int, links: Int) throws -> [String] {
        let path = scratch.folder + "/events-\(seed)"
        try #require(
            try scratch.run(
                "generate", "--links", "\(links)", "--unlinks", "5", "--seed", "\(seed)",
                "--output", path
            ).status == 0)
        return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
            .map(String.init)
    }

    /// The digest of a store that keeps its logs itself and has folded the same events.
    func embeddedDigest(of events: [String]) throws -> String {
        let (path, data) = (scratch.folder + "/all", scratch.folder + "/embedded")
        try Data(events.joined(separator: "\n").utf8).write(to: URL(filePath: path))
        let key = ["--key-file", scratch.folder + "/key"]
        try #require(try scratch.run(["replay", path, "--data", data] + key).status == 0)
        return try scratch.json("stats", "--data", data)["digest"].string
    }

    /// The digest that a node tells.
    func digest(_ node: ServedStore) throws -> String? {
        let answer = try node.client().get("/v1/stats")
        return answer.status == 200 ? answer.object["digest"] as? String : nil
    }

    /// How many partitions each living node owns, as a node knows it.
    func owned(_ node: ServedStore) throws -> [String: Int] {
        let answer = try node.client().get("/v1/cluster")
        var owned: [String: Int] = [:]  // lookup only
        for other in answer.object["nodes"] as? [[String: Any]] ?? []
        where other["alive"] as? Bool == true {
            guard let name = other["name"] as? String else { continue }
            let parts = other["partitions"] as? [[String: Any]] ?? []
            owned[name] = parts.count { $0["role"] as? String == "owner" }
        }
        return owned
    }

    /// Waits until something holds.
    func wait(_ what: String, until holds: () throws -> Bool) throws {
        let end = Date().addingTimeInterval(Self.patience)
        while try !holds() {
            guard Date() < end else { throw ServeFailure(description: "in vain: \(what)") }
            usleep(50_000)
        }
    }
}
