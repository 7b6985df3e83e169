import Foundation
import TestSupport
import Testing

/// `kindred serve` as its users meet it.
@Suite("Serving")
struct ServeTests {
    @Test func shouldTakeEventsAndAnswerFromAnEmptyFolder() throws {
        let node = try ServedStore(try TestStore())
        let client = try node.client()
        #expect(try client.get("/healthz").status == 200)
        #expect(try client.get("/readyz").status == 200)
        let events = [
            ServedStore.link("email:ana@example.com", "cookie:c 1"),
            ServedStore.link("cookie:c 1", "device:d1"), #"{"op":"link","a":"x"}"#,
        ]
        let taken = try client.post("/v1/events", events.joined(separator: "\n"))
        #expect(taken.status == 200)
        #expect(try taken.json["accepted"] == .number(2))
        #expect(try taken.json["rejected"][0]["index"] == .number(2))
        #expect(try taken.json["rejected"][0]["reason"].string == "bad_namespace")
        guard case .number(let position) = try taken.json["positions"]["0"] else {
            Issue.record("no position: \(String(decoding: taken.body, as: UTF8.self))")
            return
        }
        let target = "/v1/resolve?id=cookie:c%201&min_position=0:\(Int(position))"
        let resolved = try client.get(target)
        #expect(resolved.status == 200)
        #expect(try resolved.json["identifier_count"] == .number(3))
        let customer = try resolved.json["customer_id"].string
        let byCustomer = try client.get("/v1/customers/\(customer)")
        #expect(try byCustomer.json["customer_id"].string == customer)
        #expect(try client.get("/v1/resolve?id=cookie:none").problem == "not_found")
        let batch = try client.post(
            "/v1/resolve", #"{"ids":["device:d1","device:none","nonsense"]}"#)
        #expect(try batch.json["results"][0]["customer_id"].string == customer)
        #expect(try batch.json["results"][1]["error"].string == "not_found")
        #expect(try batch.json["results"][2]["error"] != .null)
        let path = try client.get("/v1/explain?from=email:ana%40example.com&to=device:d1")
        #expect(try path.json["link_count"] == .number(2))
        let graph = try client.get("/v1/customers/\(customer)/graph?bridges=true")
        #expect(try graph.json["links"].list.count == 2)
        #expect(try client.get("/v1/top").json["customers"][0]["customer_id"].string == customer)
        #expect(try client.get("/v1/stats").json["identifiers"] == .number(3))
        let finished = try node.stop()
        #expect(finished.status == 0, "\(finished.errors)")
        #expect(!node.store.exists(node.store.data + "/serving.json"))
        // A checkpoint holds everything.
        #expect(try node.store.json("stats")["tail_records"] == .number(0))
        #expect(try node.store.run("verify").status == 0)
    }

    /// The same words give the same answers from a node and from the folder at rest.
    @Test func shouldAnswerCommandsAsTheFolderDoes() throws {
        let store = try TestStore()
        let file = try store.write(
            "namespaces.yaml",
            "namespaces: [{name: email, priority: 10, "
                + "normalize: [trim, lowercase], sensitive: true}]")
        var lines: [String] = []
        for number in 0..<60 {
            lines.append(
                ServedStore.link("email:Ana\(number / 7)@example.com", "cookie:c-\(number)é+&"))
        }
        let node = try ServedStore(store, ["--namespaces", file])
        let url = "http://127.0.0.1:\(node.port)"
        #expect(try node.client().post("/v1/events", lines.joined(separator: "\n")).status == 200)
        let id = "email:ana1@example.com"
        let customer = try store.json("resolve", id)["customer_id"].string
        let ids = (0..<70).map { "cookie:c-\($0)é+&" } + ["nonsense", customer]
        let idFile = try store.write("ids", ids.joined(separator: "\n"))
        let questions: [[String]] = [
            ["resolve", id, "--limit", "2"], ["resolve", id, "cookie:none", customer],
            ["resolve", "--file", idFile], ["explain", id, "cookie:c-8é+&"],
            ["explain", id, "cookie:c-1é+&"], ["explain", id, "cookie:none"],
            ["component", "cookie:c-8é+&", "--bridges"], ["component", id, "--limit", "3"],
            ["component", "cookie:none"], ["top", "--limit", "3"], ["top", "--reveal"],
        ]
        func answers(_ more: [String]) throws -> [String] {
            try questions.flatMap { words in
                try [[], ["--json"]].map { format in
                    let finished = try store.run(words + format + more)
                    return "\(words) \(finished.status) \(finished.text)"
                }
            }
        }
        let beside = try store.run("resolve", id)
        #expect(beside.errors.contains("held by a running node; asking \(url)"), "\(beside.errors)")
        #expect(try store.run("resolve", id, "--server", url).errors.isEmpty)
        let asked = try answers(["--server", url])
        let found = try answers([])
        #expect(try node.stop().status == 0)
        let atRest = try answers([])
        for (place, answer) in atRest.enumerated() {
            #expect(asked[place] == answer)
            #expect(found[place] == answer)
        }
    }

    @Test(.atOneAndThreePartitions)
    func shouldTakeEventsByHandBesideTheNode() throws {
        let node = try ServedStore(try TestStore())
        let store = node.store
        func hand(_ words: String...) throws -> JSONValue {
            let finished = try store.run(words + ["--source", "steward", "--json"])
            try #require(finished.status == 0, "\(words): \(finished.errors)")
            return try finished.json
        }
        let dry = try hand("link", "email:a@x", "cookie:1", "--dry-run")
        #expect(dry["same"] == .bool(true) && dry["dry_run"] == .bool(true))
        #expect(try store.run("resolve", "cookie:1").status == 1, "nothing was changed")
        let linked = try hand("link", "email:a@x", "cookie:1", "--reason", "seen together")
        #expect(linked["same"] == .bool(true) && linked["before"] == .list([.null, .null]))
        #expect(linked["linked_by"][0] == .text("steward"))
        let cut = try hand("unlink", "email:a@x", "cookie:1", "--dry-run")
        #expect(cut["same"] == .bool(false))
        #expect(try store.run("explain", "email:a@x", "cookie:1").status == 0)
        let banned = try hand("ban", "email:a@x", "cookie:1")
        #expect(banned["same"] == .bool(false) && banned["banned_by"][0] == .text("steward"))
        let lifted = try hand("unban", "email:a@x", "cookie:1")
        #expect(lifted["same"] == .bool(true))
        #expect(try store.run("link", "email:a@x", "a", "--source", "s").status == 2)
        let explained = try store.run("explain", "email:a@x", "cookie:1").text
        #expect(explained.contains("seen together"))
        #expect(try node.stop().status == 0)
        #expect(try store.run("explain", "email:a@x", "cookie:1").text == explained)
    }

    @Test func shouldRefuseASecondNodeAndAPortThatIsTaken() throws {
        let node = try ServedStore(try TestStore())
        let second = try node.store.run("serve", "--port", "0")
        #expect(second.status == 3)
        #expect(second.errors.contains("held by another process (\(node.child.identifier))"))
        let other = try TestStore()
        let taken = try other.run("serve", "--port", "\(node.port)")
        #expect(taken.status == 3)
        #expect(taken.errors.contains("cannot listen at 127.0.0.1, port \(node.port)"))
        #expect(!taken.errors.contains("Fatal"))
        // What cannot ask a node says so.
        for words in [["export"], ["digest"], ["verify"], ["replay", "/dev/null"]] {
            let finished = try node.store.run(words)
            #expect(finished.status == 3, "\(words)")
            #expect(finished.errors.contains("held by"), "\(words): \(finished.errors)")
        }
        #expect(try node.client().get("/readyz").status == 200)
    }

    @Test(.atOneAndThreePartitions)
    func shouldTellNothingOfIdentifiersInItsLog() throws {
        let node = try ServedStore(try TestStore(), ["--log-level", "trace"])
        let client = try node.client()
        let secret = "verysecret"
        _ = try client.post("/v1/events", ServedStore.link("email:\(secret)@x", "cookie:\(secret)"))
        _ = try client.post("/v1/events", #"{"op":"link","a":"\#(secret)"}"#)
        _ = try client.post("/v1/events", "{\(secret)")
        _ = try client.get("/v1/resolve?id=email:\(secret)@x")
        _ = try client.get("/v1/resolve?id=email:\(secret)")
        _ = try client.get("/v1/\(secret)")
        _ = try client.get("/v1/resolve?\(secret)=1")
        _ = try client.post("/v1/resolve", #"{"ids":["\#(secret)"#)
        try client.send(Array("\(secret) bad\r\n\r\n".utf8))
        _ = try? client.answer()
        let finished = try node.stop()
        #expect(finished.status == 0)
        #expect(!finished.errors.contains(secret), "\(finished.errors)")
        #expect(finished.errors.contains("stopped"))
    }

    @Test(.atOneAndThreePartitions)
    func shouldBackUpBesideTheNode() throws {
        let node = try ServedStore(try TestStore())
        let store = node.store
        let isDone = NSLock()
        isDone.lock()
        let port = node.port
        // unsafe: the writer's alone.
        nonisolated(unsafe) var written = 0
        let writer = Thread {
            guard let client = try? HTTPConnection(port: port) else { return }
            while !isDone.try(), written < 5_000 {
                let lines = (0..<20).map {
                    ServedStore.link("email:\(written)-\($0)", "cookie:\(written)-\($0)")
                }
                let body = lines.joined(separator: "\n")
                guard let answer = try? client.post("/v1/events", body), answer.status == 200
                else { return }
                written += 1
            }
        }
        writer.start()
        #expect(try node.client().post("/v1/events", ServedStore.link("a:1", "b:1")).status == 200)
        for number in 1...2 {
            let backup = try store.json("backup", store.folder + "/copies")
            #expect(backup["id"] == .number(Double(number)))
        }
        isDone.unlock()
        while !writer.isFinished { usleep(1_000) }
        let serving = try JSONValue(store.read(store.data + "/serving.json"))
        let token = try serving["token"].string
        #expect(try store.mode(store.data + "/serving.json") == 0o600)
        let body = #"{"destination":"\#(store.folder)/other"}"#
        let client = try node.client()
        #expect(try client.post("/v1/backup", body).status == 401)
        let wrong = ["Authorization: Bearer x" + token.dropFirst()]
        #expect(try client.post("/v1/backup", body, wrong).status == 401)
        #expect(!store.exists(store.folder + "/other"))
        #expect(try node.stop().status == 0)
        let restored = store.folder + "/restored"
        #expect(try store.run("restore", store.folder + "/copies", "--data", restored).status == 0)
        #expect(try store.run("verify", "--data", restored).status == 0)
        #expect(try store.run("resolve", "a:1", "--data", restored).status == 0)
    }
}
