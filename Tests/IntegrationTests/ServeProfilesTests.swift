import Foundation
import Synchronization
import TestSupport
import Testing

/// The survivorship rules of a store that a node holds.
@Suite("Serving: profiles", .atOneAndThreePartitions)
struct ServeProfilesTests {
    private static let strict = "strict: true\nattributes: []\n"

    /// What `PUT /v1/profiles` asks for.
    private static func bearer(_ store: TestStore) throws -> [String] {
        let serving = try JSONValue(store.read(store.data + "/serving.json"))
        return ["Authorization: Bearer \(try serving["token"].string)"]
    }

    @Test func shouldTakeRulesWhileItServes() throws {
        let store = try TestStore()
        let file = try store.write("p.yaml", ProfilesCommandTests.rules)
        let node = try ServedStore(store)
        let client = try node.client()
        #expect(try client.get("/v1/profiles").json["version"].integer == 0)
        let url = "http://127.0.0.1:\(node.port)"
        // The command beside it has the node do it; one that names its address can ask only.
        let applied = try store.run("profiles", "apply", file)
        #expect(
            applied.status == 0 && applied.text.hasPrefix("version 1 is in force: 2 rules take"))
        #expect(applied.errors.contains("asking \(url)"), "\(applied.errors)")
        let again = try store.run("profiles", "apply", file)
        #expect(again.text == "nothing changes: these rules are in force as version 1\n")
        let shown = try store.run("profiles", "show", "--json", "--server", url)
        #expect(try shown.json == client.get("/v1/profiles").json)
        #expect(try shown.json["rules"].integer == 2)
        let text = try store.run("profiles", "show").text
        #expect(text.contains("from: page_view, window: 30d"))

        let bearer = try Self.bearer(store)
        #expect(try client.put("/v1/profiles", Self.strict).status == 401)
        let put = try client.put("/v1/profiles", Self.strict, bearer)
        #expect(put.status == 200)
        #expect(try put.json["version"].integer == 2 && put.json["changed"] == .bool(true))
        let same = try client.put(
            "/v1/profiles", #"{"strict": true, "attributes": []}"#, bearer)
        #expect(try same.json["changed"] == .bool(false), "\(same.text)")

        // The store keeps them, with and without a node.
        #expect(try node.stop().status == 0)
        #expect(try store.json("profiles", "show")["version"].integer == 2)
        #expect(try store.run("verify").status == 0)
        let next = try ServedStore(store, ["--profiles", file])
        #expect(try next.client().get("/v1/profiles").json["version"].integer == 3)
        try next.kill()
        #expect(try store.json("profiles", "show")["version"].integer == 3)
    }

    /// Events are checked by the rules that were put last, whether changes are kept or not.
    @Test(arguments: [[], ["--feed-retention", "0"]])
    func shouldCheckEventsByTheRulesInForce(_ words: [String]) throws {
        let store = try TestStore()
        let node = try ServedStore(store, words)
        let client = try node.client()
        let bearer = try Self.bearer(store)
        let event = #"{"op":"observe","a":"a:1","ts":1,"attributes":{"page_view":"/"}}"#
        #expect(try client.post("/v1/events", event).json["accepted"].integer == 1)
        let put = try client.put("/v1/profiles", ProfilesCommandTests.rules, bearer)
        #expect(put.status == 200, "\(put.text)")
        let refused = try client.post("/v1/events", event).json
        #expect(refused["accepted"].integer == 0)
        #expect(try refused["rejected"][0]["reason"].string == "missing_id")
        #expect(try client.put("/v1/profiles", "attributes: []", bearer).status == 200)
        #expect(try client.post("/v1/events", event).json["accepted"].integer == 1)
    }

    @Test func shouldRefuseWhatIsNoRules() throws {
        let store = try TestStore()
        let node = try ServedStore(store)
        let client = try node.client()
        let bearer = try Self.bearer(store)
        for (text, detail) in [
            ("attributes: [{name: a, rule: latest}]", "body:1: 'latest' is no rule: give one of"),
            ("strict: true", "body:1: 'attributes' is missing"), ("\u{0}", "body is not YAML"),
            (String(repeating: "#", count: 1 << 20 + 1), "body has 1048577 bytes; make it at"),
        ] {
            let refused = try client.put("/v1/profiles", text, bearer)
            #expect(refused.status == 400 && refused.problem == "bad_body")
            #expect(try refused.json["detail"].string.hasPrefix(detail), "\(refused.text)")
        }
        let wrong = try store.write("w.yaml", "attributes: [{name: a, rule: latest}]")
        let done = try store.run("profiles", "apply", wrong)
        #expect(done.status == 3 && done.errors.hasPrefix("kindred: \(wrong):1: 'latest' is no"))
        #expect(try client.get("/v1/profiles").json["version"].integer == 0)
        _ = try node.stop()
        let failed = try store.run("serve", "--port", "0", "--profiles", wrong)
        #expect(
            failed.status == 3 && failed.errors.hasPrefix("kindred: \(wrong):1: 'latest' is no"))
    }

    /// Whoever asks at once gets one change after the other, and no partition is left behind.
    @Test func shouldEndWithOneSetOfRules() throws {
        let store = try TestStore()
        let node = try ServedStore(store)
        let bearer = try Self.bearer(store)
        let files = [Self.strict, "attributes: []", ProfilesCommandTests.rules]
        // unsafe: each thread asks for a client of its own, and nothing else.
        nonisolated(unsafe) let shared = node
        let changes = Mutex(0)
        onThreads(6) { number in
            guard let client = try? shared.client() else { return }
            for round in 0..<4 {
                guard
                    let changed = Self.put(files[(number + round) % files.count], client, bearer)
                else {
                    Issue.record("no answer")
                    return
                }
                if changed { changes.withLock { $0 += 1 } }
            }
        }
        let told = try node.client().get("/v1/profiles").json
        #expect(told["version"].integer == changes.withLock { $0 } && told["version"].integer > 1)
        #expect(try node.stop().status == 0)
        let log = try store.run("profiles", "show", "--json", "--log-level", "info")
        #expect(try log.json == told)
        #expect(!log.errors.contains("rules changed"), "\(log.errors)")
    }

    /// Puts rules, again where somebody else is at it; whether they changed anything, nil where
    /// that is refused or takes too long.
    private static func put(
        _ rules: String, _ client: HTTPConnection, _ bearer: [String]
    ) -> Bool? {
        let end = Date() + 30
        while Date() < end {
            guard let put = try? client.put("/v1/profiles", rules, bearer) else { return nil }
            if put.status == 200 { return try? put.json["changed"] == .bool(true) }
            guard put.status == 409, put.problem == "busy" else { return nil }
            usleep(2_000)
        }
        return nil
    }
}
