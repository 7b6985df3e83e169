import Foundation
import TestSupport
import Testing

/// `kindred serve` with a store of several partitions.
@Suite("Serving several partitions")
struct ServePartitionsTests {
    private static let count = 120

    /// Chains of seven, over all partitions.
    private static var lines: [String] {
        (0..<count).map {
            ServedStore.link("email:ana\($0 / 7)@example.com", "cookie:c-\($0)")
        }
    }

    /// What commands say of some customers.
    private static func answers(_ store: TestStore, _ more: [String]) throws -> [String] {
        let questions: [[String]] = [
            ["resolve", "cookie:c-1", "cookie:none", "email:ana4@example.com"],
            ["explain", "cookie:c-1", "cookie:c-16"], ["explain", "cookie:c-1", "cookie:c-30"],
            ["explain", "cookie:c-1", "cookie:none"], ["component", "cookie:c-30", "--bridges"],
            ["component", "cookie:c-30", "--limit", "5"], ["top", "--limit", "3"],
        ]
        return try questions.map { words in
            let finished = try store.run(words + more)
            return "\(words) \(finished.status) \(finished.text)"
        }
    }

    @Test func shouldAnswerAsTheFolderDoes() throws {
        let store = try TestStore()
        let node = try ServedStore(store, ["--partitions", "3"])
        let client = try node.client()
        let url = "http://127.0.0.1:\(node.port)"
        let taken = try client.post("/v1/events", Self.lines.joined(separator: "\n"))
        #expect(taken.status == 200)
        #expect(try taken.json["accepted"] == .number(Double(Self.count)))
        for partition in 0..<3 {
            guard case .number(let offset) = try taken.json["positions"]["\(partition)"] else {
                Issue.record("no position of partition \(partition)")
                continue
            }
            let seen = try client.get(
                "/v1/resolve?id=cookie:c-1&min_position=\(partition):\(Int(offset))")
            #expect(seen.status == 200)
        }
        let unknown = try client.get("/v1/resolve?id=cookie:c-1&min_position=3:1")
        #expect(unknown.problem == "unknown_partition")
        // What an event by hand says has gone to all partitions before its effect is told.
        for number in 0..<6 {
            let words = ["link", "cookie:c-\(number * 7)", "cookie:c-\(number * 7 + 7)"]
            let linked = try store.run(words + ["--source", "s", "--server", url, "--json"])
            #expect(linked.status == 0, "\(linked.errors)")
            #expect(try linked.json["same"] == .bool(true), "\(linked.text)")
        }
        let cut = try store.run(
            ["unlink", "cookie:c-14", "cookie:c-21", "--source", "s", "--server", url])
        #expect(cut.status == 0, "\(cut.errors)")
        let dry = try store.run(
            ["link", "cookie:c-1", "cookie:c-50", "--source", "s", "--dry-run", "--server", url])
        #expect(dry.status == 0, "\(dry.errors)")
        #expect(try store.run("explain", "cookie:c-1", "cookie:c-50").status == 1, "it was dry")
        let asked = try Self.answers(store, ["--server", url])
        let batch = try client.post(
            "/v1/resolve", #"{"ids":["cookie:c-30","cookie:none"],"include":["identifiers"]}"#)
        #expect(try batch.json["results"][1]["error"].string == "not_found")
        let stats = try client.get("/v1/stats").json
        let identifiers = Self.count + (Self.count + 6) / 7
        #expect(stats["identifiers"] == .number(Double(identifiers)))
        let digest = try stats["digest"].string
        let copied = try store.run("backup", "copies")
        #expect(copied.status == 0, "\(copied.errors)")
        let finished = try node.stop()
        #expect(finished.status == 0, "\(finished.errors)")
        let ours = try Self.answers(store, [])
        for (one, other) in zip(asked, ours) { #expect(one == other) }
        #expect(try store.run("digest").text.contains(digest))
        #expect(try store.run("verify").status == 0)
        #expect(try store.json("stats")["tail_records"] == .number(0))
        let back = ["--data", store.folder + "/back"]
        #expect(try store.run(["restore", "copies"] + back).status == 0)
        #expect(try store.run(["digest"] + back).text.contains(digest))
    }
}
