import Answers
import Foundation
import NodeRuntime
import TestSupport
import Testing

/// What nodes ask each other, and what operators ask about them, over HTTP.
@Suite("Routes: cluster")
struct ClusterRouteTests {
    @Test func shouldTellTheCluster() async throws {
        try await ServedNode.with { node in
            let told = try await node.get("/v1/cluster")
            #expect(told.status == 200)
            #expect(
                told.text
                    == #"{"engine":"embedded","logic_version":1,"node":"local","nodes":[],"#
                    + #""partitions":[]}"#)
            #expect(try await node.get("/v1/cluster?x=1").problem == "unknown_parameter")
            #expect(try await node.post("/v1/cluster", "{}").status == 405)
            node.gate.turn { $0.failure = .closed }
            #expect(try await node.get("/v1/cluster").status == 503)
        }
    }

    @Test func shouldAnswerANode() async throws {
        try await ServedNode.with { node in
            let answer = try await node.post("/v1/partitions/0/ask?word=counts", "{}")
            #expect(answer.status == 200)
            #expect(answer.object["position"] as? Int != nil)
            #expect((answer.object["answer"] as? [String: Any])?["digest"] != nil)
        }
    }

    /// Refusals are for a program to read: it asks elsewhere, or again.
    @Test(arguments: [
        ("1/ask?word=counts", "{}", "closed"), ("0/ask?word=anything", "{}", "not_supported"),
        ("0/ask?word=counts", "[", "bad_question"), ("0/ask?word=look", "{}", "bad_question"),
        ("0/ask?word=counts&min_position=9", "{}", "held"),
        ("0/ask?word=exchange", #"{"partitionCount":0}"#, "bad_question"),
    ])
    func shouldRefuseInAWord(_ path: String, _ body: String, _ word: String) async throws {
        try await ServedNode.with { node in
            let answer = try await node.post("/v1/partitions/" + path, body)
            #expect(answer.status == 200 && answer.text == #"{"refused":"\#(word)"}"#)
        }
    }

    @Test func shouldRefuseAsAnyRouteDoes() async throws {
        try await ServedNode.with { node in
            for path in [
                "0/ask", "x/ask?word=counts", "65536/ask?word=counts", "-1/ask?word=counts",
                "0/ask?word=counts&min_position=x", "0/ask?word=counts&more=1",
            ] {
                let answer = try await node.post("/v1/partitions/" + path, "{}")
                #expect(answer.status == 400, "\(path)")
            }
            #expect(try await node.get("/v1/partitions/0/ask?word=counts").status == 405)
            #expect(try await node.post("/v1/partitions/0", "{}").status == 404)
        }
    }
}
