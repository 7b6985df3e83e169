import Foundation
import HTTPAPI
import TestSupport
import Testing

/// `POST /v1/resolve`.
@Suite("Resolve of many")
struct ResolveManyTests {
    private func body(_ ids: [String], _ more: String = "") -> String {
        "{\"ids\":[" + ids.map { "\"\($0)\"" }.joined(separator: ",") + "]\(more)}"
    }

    @Test func shouldAnswerInTheOrderOfTheIds() async throws {
        try await ServedNode.with { node in
            _ = try await node.post("/v1/events", Events.lines(2))
            let ids = ["cookie:c1", "cookie:none", "nothing", "EMAIL:x", "cookie:c0"]
            let answer = try await node.post("/v1/resolve", body(ids))
            #expect(answer.status == 200)
            let results = try #require(answer.object["results"] as? [[String: String]])
            #expect(
                results.map { $0["error"] } == [
                    nil, "not_found", "bad_id", "bad_namespace", nil,
                ])
            #expect(results[0]["customer_id"] == results[4]["customer_id"])
            #expect(results[0]["customer_id"]?.count == 32)
            #expect(results.map { $0["id"] } == ids)
            #expect((answer.object["position"] as? [String: Int])?["offset"] == 1)
        }
    }

    @Test func shouldIncludeWhatIsAskedFor() async throws {
        try await ServedNode.with { node in
            _ = try await node.post("/v1/events", Events.lines(2))
            let ids = (0..<70).map { _ in "cookie:c1" } + ["nothing", "cookie:none"]
            let counted = try await node.post(
                "/v1/resolve", body(ids, #","include":["identifier_count"]"#))
            let counts = try #require(counted.object["results"] as? [[String: Any]])
            #expect(counts.count == 72)
            #expect(counts[69]["identifier_count"] as? Int == 3)
            #expect(counts[69]["identifiers"] == nil && counts[69]["next_cursor"] == nil)
            #expect(counts[70]["error"] as? String == "bad_id")
            #expect(counts[71]["error"] as? String == "not_found")
            let listed = try await node.post(
                "/v1/resolve", body(["cookie:c1"], #","include":["identifiers"]"#))
            let lists = try #require(listed.object["results"] as? [[String: Any]])
            #expect((lists[0]["identifiers"] as? [String])?.count == 3)
            #expect(lists[0]["identifier_count"] == nil && lists[0]["position"] == nil)
            #expect(listed.object["position"] != nil)
        }
    }

    @Test func shouldTakeAThousandIdsAndNoMore() async throws {
        try await ServedNode.with { node in
            let ids = (0..<1_000).map { "cookie:c\($0)" }
            let most = try await node.post("/v1/resolve", body(ids))
            #expect(most.status == 200)
            #expect((most.object["results"] as? [Any])?.count == 1_000)
            let over = try await node.post("/v1/resolve", body(ids + ["cookie:x"]))
            #expect(over.status == 413 && over.problem == "too_many_ids")
        }
    }

    @Test func shouldRefuseOtherBodies() async throws {
        try await ServedNode.with { node in
            for (text, word) in [
                ("", "empty_body"), ("[]", "bad_type"), ("{", "malformed_json"),
                ("{}", "missing_key"), (#"{"ids":[1]}"#, "bad_type"),
                (#"{"ids":[],"more":1}"#, "unknown_key"),
                (#"{"ids":[],"include":["provenance"]}"#, "unknown_include"),
                (#"{"ids":["a:b"]} x"#, "malformed_json"),
            ] {
                let refused = try await node.post("/v1/resolve", text)
                #expect(refused.status == 400)
                #expect(refused.problem == word, "\(text)")
            }
            let none = try await node.post("/v1/resolve", #"{"ids":[]}"#)
            #expect(none.object["results"] as? [String] == [])
            let counted = try await node.post(
                "/v1/resolve", #"{"ids":[],"include":["identifier_count"]}"#)
            #expect(counted.object["results"] as? [String] == [])
        }
    }
}
