import Foundation
import HTTPAPI
import TestSupport
import Testing

/// What each route answers where nothing is wrong.
@Suite("Routes")
struct RouteTests {
    private let one = Events.link("email:Ana@example.com", "cookie:c1")

    @Test func shouldTakeEventsAndResolveThem() async throws {
        try await ServedNode.with { node in
            let taken = try await node.post("/v1/events", one)
            #expect(taken.status == 200)
            #expect(taken.headers["content-type"] == "application/json")
            #expect(taken.text == #"{"accepted":1,"positions":{"0":1},"rejected":[]}"#)
            let answer = try await node.get("/v1/resolve?id=email:ana%40example.com")
            #expect(answer.status == 200)
            #expect(
                answer.object["identifiers"] as? [String] == ["email:ana@example.com", "cookie:c1"])
            #expect(answer.object["identifier_count"] as? Int == 2)
            let id = try #require(answer.object["customer_id"] as? String)
            let same = try await node.get("/v1/customers/\(id)")
            #expect(same.object["customer_id"] as? String == id)
            #expect(answer.headers["cache-control"] == "no-store")
        }
    }

    @Test func shouldTakeArraysAndLines() async throws {
        try await ServedNode.with { node in
            let array = try await node.post(
                "/v1/events",
                "[" + one + ",{\"a\":\"x\"}," + Events.link("email:b@x", "email:B@x") + "]")
            #expect(array.object["accepted"] as? Int == 1)
            let rejected = try #require(array.object["rejected"] as? [[String: Any]])
            #expect(rejected.map { $0["index"] as? Int } == [1, 2])
            #expect(rejected.map { $0["reason"] as? String } == ["bad_namespace", "self_link"])
            let lines = try await node.post("/v1/events", Events.lines(3) + "\nnot json\n")
            #expect(lines.object["accepted"] as? Int == 3)
            #expect((lines.object["rejected"] as? [[String: Any]])?.count == 1)
        }
    }

    @Test func shouldTakeAttributesOfObserves() async throws {
        func observe(_ attributes: String) -> String {
            #"{"op":"observe","a":"cookie:1","id":"e-1","attributes":\#(attributes)}"#
        }
        try await ServedNode.with { node in
            let said = observe(#"{"first_name":"Ana","points":12.5,"tags":["a",true],"none":null}"#)
            let one = try await node.post("/v1/events", said)
            #expect(one.text == #"{"accepted":1,"positions":{"0":1},"rejected":[]}"#)
            let long = String(repeating: "v", count: 1_022)
            let many = (0..<65).map { #""n\#($0)":1"# }.joined(separator: ",")
            let bodies = [
                said, observe(#"{"plan":{"name":"gold"}}"#), observe(#"{"plan":"\#(long)"}"#),
                observe("{\(many)}"), observe(#"{"plan":1,"pl\u0061n":2}"#), said,
            ]
            let several = try await node.post("/v1/events", "[\(bodies.joined(separator: ","))]")
            #expect(several.object["accepted"] as? Int == 2)
            let rejected = try #require(several.object["rejected"] as? [[String: Any]])
            #expect(rejected.map { $0["index"] as? Int } == [1, 2, 3, 4])
            #expect(
                rejected.map { $0["reason"] as? String }
                    == ["bad_type", "value_too_long", "too_many_attributes", "duplicate_key"])
            #expect((rejected[0]["message"] as? String)?.contains("attributes.plan") == true)
        }
    }

    @Test func shouldGiveEventsWithoutATimeTheTimeOfReceiptAndRefuseTheFuture() async throws {
        try await ServedNode.with { node in
            let now = try await node.post("/v1/events", #"{"a":"cookie:1","b":"cookie:2"}"#)
            #expect(now.object["accepted"] as? Int == 1)
            let graph = try await node.get("/v1/customers/cookie%3A1/graph")
            let members = try #require(graph.object["members"] as? [[String: Any]])
            let year = Calendar(identifier: .gregorian).component(.year, from: Date())
            #expect((members[0]["first_seen"] as? String)?.hasPrefix("\(year)") == true)
            let ahead = Int(Date().timeIntervalSince1970 * 1_000) + 86_400_000
            let late = try await node.post(
                "/v1/events", #"{"a":"cookie:1","b":"cookie:2","ts":\#(ahead + 60_000)}"#)
            #expect(late.text.contains("future_ts"))
            let soon = try await node.post(
                "/v1/events", #"{"a":"cookie:1","b":"cookie:2","ts":\#(ahead - 60_000)}"#)
            #expect(soon.object["accepted"] as? Int == 1)
        }
    }

    @Test func shouldReadOnesOwnWrites() async throws {
        try await ServedNode.with { node in
            _ = try await node.post("/v1/events", one)
            let seen = try await node.get("/v1/resolve?id=cookie:c1&min_position=0:1")
            #expect(seen.status == 200)
            let pending = try await node.get("/v1/resolve?id=cookie:c1&min_position=0:2")
            #expect(pending.status == 503)
            #expect(pending.problem == "pending")
            #expect(pending.headers["retry-after"] == "1")
        }
    }

    @Test func shouldPageIdentifiersAndGraphs() async throws {
        try await ServedNode.with { node in
            _ = try await node.post("/v1/events", Events.lines(5))
            var found: [String] = []
            var path = "/v1/resolve?id=cookie:c1&limit=4"
            while true {
                let page = try await node.get(path)
                found += page.object["identifiers"] as? [String] ?? []
                guard let next = page.object["next_cursor"] as? String else { break }
                path = "/v1/resolve?id=cookie:c1&limit=4&cursor=\(next)"
            }
            #expect(found.count == 6 && Set(found).count == 6)
            let first = try await node.get("/v1/customers/cookie:c1/graph?limit=7&bridges=true")
            #expect((first.object["members"] as? [Any])?.count == 6)
            #expect((first.object["links"] as? [[String: Any]])?.first?["bridge"] as? Bool == true)
            #expect(first.object["bridge_count"] as? Int == 5)
            let next = try #require(first.object["next_cursor"] as? String)
            let second = try await node.get("/v1/customers/cookie:c1/graph?cursor=\(next)")
            #expect((second.object["links"] as? [Any])?.count == 4)
        }
    }

    @Test func shouldExplain() async throws {
        try await ServedNode.with { node in
            _ = try await node.post("/v1/events", Events.lines(2))
            let path = try await node.get("/v1/explain?from=cookie:c0&to=cookie:c1")
            #expect(path.object["same"] as? Bool == true)
            #expect(
                path.object["path"] as? [String] == [
                    "cookie:c0", "email:hub@example.com", "cookie:c1",
                ])
            let none = try await node.get("/v1/explain?from=cookie:c0&to=cookie:zz")
            #expect(none.status == 200)
            #expect(none.object["same"] as? Bool == false)
            #expect(none.object["error"] as? String == "not_found")
        }
    }

    @Test func shouldTellTheEffectOfOneEvent() async throws {
        try await ServedNode.with { node in
            let dry = try await node.post("/v1/events?dry_run=true", one)
            #expect(dry.object["accepted"] as? Int == 0)
            #expect((dry.object["positions"] as? [String: Any])?.isEmpty == true)
            #expect((dry.object["effect"] as? [String: Any])?["dry_run"] as? Bool == true)
            #expect(node.gate.position == 0)
            let real = try await node.post("/v1/events?effect=true", one)
            #expect(real.object["accepted"] as? Int == 1)
            let effect = try #require(real.object["effect"] as? [String: Any])
            #expect(effect["same"] as? Bool == true)
            #expect(effect["linked_by"] as? [String] == ["test"])
            #expect(effect["a"] as? String == "email:ana@example.com")
            #expect(effect["before"] is [Any] && effect["dry_run"] as? Bool == false)
            let refused = try await node.post("/v1/events?effect=true", #"{"a":"cookie:1"}"#)
            #expect(refused.status == 200 && refused.text.contains("missing_end"))
            for body in [one + "\n" + one, #"{"op":"observe","a":"cookie:1"}"#] {
                let many = try await node.post("/v1/events?effect=true", body)
                #expect(many.problem == "bad_body")
            }
            #expect(node.gate.position == 1)
        }
    }

    @Test func shouldTellHowItIs() async throws {
        try await ServedNode.with { node in
            #expect(try await node.get("/healthz").text == #"{"status":"alive"}"#)
            #expect(try await node.get("/readyz").text == #"{"status":"ready"}"#)
            for (state, word) in [
                (Readiness.opening, "opening"), (.draining, "draining"), (.failed, "failed"),
            ] {
                node.gate.turn { $0.readiness = state }
                let ready = try await node.get("/readyz")
                #expect(ready.status == 503 && ready.problem != nil)
                #expect(ready.detail.hasPrefix(word))
                let health = try await node.get("/healthz")
                #expect(health.status == (state == .failed ? 503 : 200))
            }
            node.gate.turn { $0.readiness = .opening }
            #expect(try await node.get("/v1/resolve?id=cookie:1").problem == "unavailable")
        }
    }

    @Test func shouldServeOperators() async throws {
        try await ServedNode.with { node in
            _ = try await node.post("/v1/events", one)
            let stats = try await node.get("/v1/stats")
            #expect(stats.object["customers"] as? Int == 1)
            #expect((stats.object["positions"] as? [String: Int]) == ["0": 1])
            let top = try await node.get("/v1/top?limit=3&reveal=true")
            let customer = try #require((top.object["customers"] as? [[String: Any]])?.first)
            #expect(customer["identifier_count"] as? Int == 3)
            #expect(customer["masked"] as? Bool == false)
        }
    }

    @Test func shouldAskForTheTokenBeforeABackup() async throws {
        try await ServedNode.with { node in
            let body = #"{"destination":"/srv/backup","keep":3}"#
            for header in ["", "Authorization: Bearer 00\r\n", "Authorization: x\r\n"] {
                let refused = try await node.post("/v1/backup", body, header)
                #expect(refused.status == 401 && refused.problem == "unauthorized")
                #expect(refused.headers["www-authenticate"] == "Bearer")
            }
            let bearer = "Authorization: Bearer \(ServedNode.token)\r\n"
            for wrong in [
                #"{"destination":"backup"}"#, "{}", #"{"destination":"/b","keep":0}"#, "[]",
            ] {
                #expect(try await node.post("/v1/backup", wrong, bearer).problem == "bad_body")
            }
            #expect(try await node.post("/v1/backup", "", bearer).problem == "empty_body")
            #expect(node.gate.state.backups.isEmpty)
            let made = try await node.post("/v1/backup", body, bearer)
            #expect(made.status == 200 && made.text == #"{"backup":1}"#)
            #expect(node.gate.state.backups == ["/srv/backup 3"])
        }
    }
}
