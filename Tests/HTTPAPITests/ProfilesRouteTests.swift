import Foundation
import HTTPAPI
import NodeRuntime
import ProfileCore
import TestSupport
import Testing

/// The survivorship rules over HTTP.
@Suite("Routes: profiles")
struct ProfilesRouteTests {
    private let bearer = "Authorization: Bearer \(ServedNode.token)\r\n"

    @Test func shouldTellAndTakeRules() async throws {
        try await ServedNode.with { node in
            let standing = try await node.get("/v1/profiles")
            #expect(standing.status == 200)
            #expect(
                standing.text == #"{"profiles":{"attributes":[],"strict":false},"rules":0,"#
                    + #""unit_limit":80,"units":0,"version":0}"#)
            let put = try await node.put("/v1/profiles", "strict", bearer)
            #expect(put.status == 200)
            #expect(
                put.text == #"{"changed":true,"profiles":{"attributes":[],"strict":true},"#
                    + #""rules":0,"unit_limit":80,"units":0,"version":1}"#)
            let again = try await node.put("/v1/profiles", "strict", bearer)
            #expect(again.object["changed"] as? Bool == false)
            #expect(again.object["version"] as? Int == 1)
            let told = try await node.get("/v1/profiles")
            #expect((told.object["profiles"] as? [String: Any])?["strict"] as? Bool == true)
            #expect(told.object["changed"] == nil)
        }
    }

    @Test func shouldAskForTheTokenBeforeRulesChange() async throws {
        try await ServedNode.with { node in
            for header in ["", "Authorization: Bearer 00\r\n", "Authorization: x\r\n"] {
                let refused = try await node.put("/v1/profiles", "strict", header)
                #expect(refused.status == 401 && refused.problem == "unauthorized")
                #expect(refused.headers["www-authenticate"] == "Bearer")
            }
            let foreign = try await node.put(
                "/v1/profiles", "strict", bearer + "Origin: http://elsewhere\r\n")
            #expect(foreign.status == 403 && foreign.problem == "foreign_origin")
            #expect(node.gate.state.rules == .standing)
        }
    }

    @Test func shouldRefuseWhatIsNoRules() async throws {
        try await ServedNode.with { node in
            #expect(try await node.put("/v1/profiles", "", bearer).problem == "empty_body")
            let wrong = try await node.put("/v1/profiles", "wrong", bearer)
            #expect(wrong.status == 400 && wrong.problem == "bad_body")
            #expect(wrong.detail == "body:1: it is no rules; correct the file")
            #expect(try await node.put("/v1/profiles?x=1", "strict", bearer).status == 400)
            let other = try await node.post("/v1/profiles", "strict", bearer)
            #expect(other.status == 405 && other.headers["allow"] == "GET, HEAD, PUT")
            node.gate.turn { $0.failure = .refused(word: "busy", message: "others come") }
            let busy = try await node.put("/v1/profiles", "strict", bearer)
            #expect(busy.status == 409 && busy.problem == "busy")
            node.gate.turn { $0.failure = .closed }
            #expect(try await node.get("/v1/profiles").problem == "unavailable")
            #expect(node.gate.state.rules == .standing)
        }
    }
}
