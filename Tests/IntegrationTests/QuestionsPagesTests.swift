import Foundation
import Testing

/// Pages of `component`, `resolve` and `explain`, `component --bridges`, and `top`.
@Suite("Questions: pages", .atOneAndThreePartitions)
struct QuestionsPagesTests {
    /// A star of `count` cookies around one e-mail address.
    private func star(_ count: Int) throws -> TestStore {
        let test = try TestStore()
        let lines = (0..<count).map { #"{"a":"email:hub","b":"cookie:c\#($0)","ts":\#($0)}"# }
        try test.json("replay", "-", input: lines.joined(separator: "\n"))
        return test
    }

    private func pages(_ test: TestStore, _ words: [String]) throws -> [JSONValue] {
        var (found, cursor): ([JSONValue], [String]) = ([], [])
        while true {
            let done = try test.run(words + cursor + ["--json"])
            try #require(done.status == 0, "\(done.errors)")
            let page = try done.json
            found.append(page)
            guard page["next_cursor"] != .null else { return found }
            cursor = ["--cursor", try page["next_cursor"].string]
            try #require(found.count < 1_000)
        }
    }

    /// A hub in rows with links among its leaves, words that cut nothing, and pairs that lead out
    /// of the component: pages hold each link of it once, in order, and no other.
    @Test func shouldShowAHubInPages() throws {
        let test = try TestStore()
        var lines = (0..<900).map { #"{"a":"email:hub","b":"cookie:c\#($0)","ts":\#($0)}"# }
        for leaf in stride(from: 0, to: 900, by: 7) {
            lines.append(#"{"a":"cookie:c\#(leaf)","b":"cookie:c\#(leaf + 1)","ts":5}"#)
            let bans = [
                ("cookie:c\(leaf)", "cookie:c\(leaf + 2)"), ("email:hub", "device:\(leaf)"),
            ]
            for (a, b) in bans {
                lines.append(#"{"op":"ban","a":"\#(a)","b":"\#(b)","ts":5}"#)
            }
        }
        for op in ["link", "unlink"] {
            lines.append(#"{"op":"\#(op)","a":"email:hub","b":"device:gone","ts":5}"#)
        }
        try test.json("replay", "-", input: lines.joined(separator: "\n"))
        let whole = try test.json("component", "email:hub", "--limit", "10000")
        #expect(whole["members"].list.count == 901)
        let ends = try whole["links"].list.map { [try $0["a"].string, try $0["b"].string] }
        #expect(Set(ends).count == ends.count && ends.count == 900 + 2 * 129)
        #expect(!ends.joined().contains { $0.hasPrefix("device:") })
        for limit in [97, 400] {
            let pages = try pages(test, ["component", "cookie:c3", "--limit", "\(limit)"])
            #expect(pages.flatMap { $0["links"].list } == whole["links"].list)
            #expect(pages.flatMap { $0["members"].list } == whole["members"].list)
        }
    }

    @Test(arguments: [1, 3, 26, 51, 1_000])
    func shouldShowAComponentInPages(_ limit: Int) throws {
        let test = try star(25)
        let whole = try test.json("component", "email:hub")
        #expect(whole["members"].list.count == 26 && whole["links"].list.count == 25)
        #expect(whole["next_cursor"] == .null)
        let pages = try pages(test, ["component", "cookie:c3", "--limit", "\(limit)"])
        #expect(pages.count == (51 + limit - 1) / limit)
        #expect(pages.flatMap { $0["members"].list } == whole["members"].list)
        #expect(pages.flatMap { $0["links"].list } == whole["links"].list)
        for page in pages {
            #expect(page["members"].list.count + page["links"].list.count <= limit)
            #expect(page["identifier_count"].integer == 26)
        }
    }

    @Test func shouldPrintTheCommandThatGoesOn() throws {
        let test = try star(5)
        var text = try test.run("component", "email:hub", "--limit", "4").text
        var lines: [Substring] = []
        for _ in 0..<20 {
            let shown = text.split(separator: "\n")
            lines += shown.filter { $0.hasPrefix("  ") && !$0.contains("|") }
            guard let more = shown.last, more.hasPrefix("more: ") else { break }
            text = try test.shell(String(more.dropFirst(6))).text
        }
        #expect(lines.count == 11)
        #expect(Set(lines).count == 11)
    }

    @Test func shouldListTheFirstHundredOfAnAnswer() throws {
        let test = try star(250)
        let first = try test.json("resolve", "email:hub")
        #expect(first["identifiers"].list.count == 100)
        #expect(first["identifier_count"].integer == 251)
        let rest = try pages(test, ["resolve", "email:hub"])
        let all = try rest.flatMap { try $0["identifiers"].strings }
        #expect(all.count == 251 && Set(all).count == 251)
        #expect(Array(all.prefix(100)) == (try first["identifiers"].strings))
        // The same place is good for component.
        let cursor = try first["next_cursor"].string
        let page = try test.json("component", "email:hub", "--cursor", cursor, "--limit", "5")
        #expect(try page["members"].list.map { try $0["id"].string } == Array(all[100..<105]))
        let text = try test.run("resolve", "email:hub")
        #expect(text.text.contains("and 151 more: kindred resolve 'email:hub'"))
    }

    @Test func shouldExplainALongChainInPages() throws {
        let test = try TestStore()
        let lines = (0..<2_500).map { #"{"a":"c:\#($0)","b":"c:\#($0 + 1)","ts":\#($0)}"# }
        try test.json("replay", "-", input: lines.joined(separator: "\n"))
        let found = try pages(test, ["explain", "c:0", "c:2500"])
        #expect(found.map { $0["links"].list.count } == [1_000, 1_000, 500])
        #expect(found.allSatisfy { $0["link_count"].integer == 2_500 })
        for (index, page) in found.enumerated() {
            let path = try page["path"].strings
            #expect(path == (0..<path.count).map { "c:\($0 + index * 1_000)" })
        }
        let text = try test.run("explain", "c:0", "c:2500", "--limit", "2")
        #expect(text.text.contains("by 2500 links:"))
        #expect(text.text.contains("and 2498 links more"))
        let cursor = try found[0]["next_cursor"].string
        let elsewhere = try test.run("explain", "c:0", "c:2", "--cursor", cursor)
        #expect(elsewhere.status == 3)
        let hand = try test.run(
            "link", "c:0", "c:2500", "--source", "s", "--dry-run", "--json")
        #expect(try hand.json["links"].list.count == 1)
    }

    @Test(arguments: [
        "", "x", "m", "m00", "l0", "s", "m" + String(repeating: "g", count: 48),
        "m" + String(repeating: "f", count: 48), "é",
    ])
    func shouldRefuseCursorsThatNobodyGave(_ cursor: String) throws {
        let test = try star(2)
        for words in [
            ["component", "email:hub"], ["resolve", "email:hub"],
            ["explain", "email:hub", "cookie:c1"],
        ] {
            let done = try test.run(words + ["--cursor", cursor])
            #expect(done.status == 2, "\(words)")
            #expect(done.output.isEmpty)
        }
        let key = String(repeating: "0", count: 32)
        #expect(try test.run("component", "email:hub", "--cursor", "s" + key).status == 2)
        #expect(try test.run("resolve", "email:hub", "--cursor", "l").status == 2)
        #expect(try test.run("component", "email:hub", "--limit", "0").status == 2)
        #expect(try test.run("component", "email:hub", "--limit", "1000001").status == 2)
        #expect(try test.run("component", "email:hub", "--limit", "1000000").status == 0)
    }

    @Test func shouldMarkBridges() throws {
        let test = try TestStore()
        let pairs = [(1, 2), (2, 3), (3, 1), (3, 4), (4, 5), (5, 6), (6, 4)]
        let lines = pairs.map { #"{"a":"c:\#($0.0)","b":"c:\#($0.1)","ts":1}"# }
        try test.json("replay", "-", input: lines.joined(separator: "\n"))
        let answer = try test.json("component", "c:1", "--bridges")
        #expect(answer["bridge_count"].integer == 1)
        for link in answer["links"].list {
            let ends = try [link["a"].string, link["b"].string].sorted()
            #expect(link["bridge"] == .bool(ends == ["c:3", "c:4"]), "\(ends)")
        }
        let text = try test.run("component", "c:1", "--bridges").text
        #expect(text.split(separator: "\n").count { $0.hasSuffix("(bridge)") } == 1)
        #expect(text.contains("bridges: 1 link whose loss would split it"))
        #expect(try test.json("component", "c:1")["links"][0]["bridge"] == .null)
        // What it promises: without that link there are two.
        try test.json("unlink", "c:3", "c:4", "--source", "default")
        #expect(try test.customer(of: "c:1") != test.customer(of: "c:6"))
    }

    @Test func shouldRankCustomersAndMaskValues() throws {
        let test = try TestStore()
        let namespaces = try test.write(
            "n.yaml",
            "namespaces: [{name: email, priority: 5, sensitive: true}, "
                + "{name: loyalty, priority: 9}]"
        )
        var lines: [String] = []
        for (customer, size) in [3, 5, 3, 2, 700, 1].enumerated() {
            let anchor = customer % 2 == 0 ? "email:e\(customer)@x" : "loyalty:l\(customer)"
            lines.append(#"{"op":"observe","a":"\#(anchor)","ts":1}"#)
            for other in 1..<max(size, 1) {
                lines.append(#"{"a":"\#(anchor)","b":"cookie:c\#(customer)-\#(other)","ts":1}"#)
            }
        }
        try test.json(
            "replay", "-", "--namespaces", namespaces, input: lines.joined(separator: "\n"))
        let all = try test.json("top")["customers"].list
        #expect(all.map { $0["identifier_count"].integer } == [700, 5, 3, 3, 2, 1])
        #expect(try all[0]["identifier"].string == "email:***")
        #expect(all[0]["masked"] == .bool(true))
        #expect(try all[1]["identifier"].string == "loyalty:l1")
        #expect(all[1]["masked"] == .bool(false))
        let ties = try all[2...3].map { try $0["customer_id"].string }
        #expect(ties == ties.sorted())
        for customer in all {
            let id = try customer["customer_id"].string
            let count = try test.json("resolve", id)["identifier_count"].integer
            #expect(count == customer["identifier_count"].integer)
        }
        let revealed = try test.json("top", "--reveal", "--limit", "1")["customers"].list
        #expect(revealed.count == 1)
        #expect(try revealed[0]["identifier"].string == "email:e4@x")
        let text = try test.run("top", "--limit", "2")
        #expect(text.lines.count == 2)
        #expect(text.lines[0].hasPrefix("700  ") && text.lines[1].hasPrefix("  5  "))
        #expect(!text.text.contains("@x"))
        #expect(try test.run("top", "--limit", "0").status == 2)
    }

    @Test func shouldRankNobodyInAnEmptyStore() throws {
        let test = try TestStore()
        #expect(try test.json("top")["customers"].list.isEmpty)
        #expect(try test.run("top").text == "there are no customers yet\n")
    }
}
