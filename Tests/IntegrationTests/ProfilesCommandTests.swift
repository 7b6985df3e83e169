import Foundation
import TestSupport
import Testing

/// `kindred profiles`, and rules that come with `--profiles`.
@Suite("Profiles: commands", .atOneAndThreePartitions)
struct ProfilesCommandTests {
    static let rules = """
        attributes:
          - {name: plan, rule: last, set_once: [import]}
          - {name: visits, rule: count, from: page_view, window: 720h}

        """

    // MARK: validate

    @Test func shouldSumUpAFile() throws {
        let test = try TestStore()
        let file = FixtureFiles.root + "/Fixtures/Rules/good-every-rule.yaml"
        let done = try test.run("profiles", "validate", file)
        #expect(done.status == 0 && done.errors.isEmpty)
        let sum =
            "14 rules take 62 of 80 units; attributes without a rule are kept by last, up to 18 of "
            + "an identifier"
        #expect(done.lines.first == "\(file) is valid: \(sum)")
        #expect(done.lines.count == 15)
        for line in [
            "  plan        last, set once by import", "  interests   set of at most 20",
            "  city        most-trusted by crm, web, sensitive", "  born        first as time",
            "  revenue     sum of order_total as number within 365d",
        ] {
            #expect(done.lines.contains(line), "\(done.text)")
        }
        let json = try test.json("profiles", "validate", file)
        #expect(json.keys == ["profiles", "rules", "unit_limit", "units"])
        #expect(json["rules"].integer == 14 && json["units"].integer == 62)
        #expect(json["unit_limit"].integer == 80)
        #expect(try json["profiles"]["attributes"][0]["name"].string == "born")
        #expect(!test.exists(test.data))
    }

    @Test func shouldSayThatItCannotReadTheFile() throws {
        let test = try TestStore()
        try test.write("large.yaml", [UInt8](repeating: UInt8(ascii: "#"), count: 1 << 20 + 1))
        for name in ["gone.yaml", ".", "large.yaml"] {
            for command in [["profiles", "validate"], ["profiles", "apply"]] {
                let done = try test.run(command + [name])
                #expect(done.status == 3)
                #expect(
                    done.errors
                        == "kindred: cannot read \(name); name a readable YAML file of at most "
                        + "1 MiB\n")
            }
        }
        let pipe = try test.shell("kindred profiles validate <(echo 'attributes: []')")
        #expect(pipe.status == 0 && pipe.text.contains("0 rules take 0 of 80 units"))
        #expect(!test.exists(test.data))
    }

    /// Bytes that no one means: never a trap, one line, and soon.
    @Test func shouldSurviveHostileFiles() throws {
        let test = try TestStore()
        let many = "[" + (0..<100_000).map { "s\($0)" }.joined(separator: ", ") + "]"
        let texts = [
            String(repeating: "[", count: 300_000), String(repeating: "- ", count: 200_000),
            "attributes: &a [*a]", "attributes: " + String(repeating: "[", count: 500),
            "attributes: [{name: &s " + String(repeating: "x", count: 900_000) + ", rule: last}]",
            "attributes: [{name: a, rule: " + String(repeating: "y", count: 900_000) + "}]",
            "attributes: [{name: a, rule: count, window: " + String(repeating: "9", count: 900_000)
                + "d}]",
            "attributes: [{name: a, rule: set, cap: " + String(repeating: "9", count: 900_000)
                + "}]",
            // Each of many rules names the same many sources, said once.
            "attributes: [&r {name: a, rule: last, set_once: \(many)}"
                + String(repeating: ", *r", count: 50_000) + "]",
            "attributes: [{name: a, rule: last, set_once: \(many)}]",
            "attributes: [{name: \"\\u202e\", rule: \u{202E}}]", "attributes: [{? [a] : b}]",
        ]
        for (index, text) in texts.enumerated() {
            let file = try test.write("hostile.yaml", text)
            let done = try test.run("profiles", "validate", file)
            #expect(done.status == 3, "file \(index): \(done.errors.prefix(300))")
            #expect(done.errors.hasPrefix("kindred: \(file)"), "file \(index)")
            #expect(done.errors.utf8.count < 1_000, "file \(index)")
            #expect(!done.errors.contains("\u{202E}"))
            #expect(done.errors.split(separator: "\n").count == 1, "file \(index)")
        }
    }

    /// The example of the documentation is the one of Deploy, and comes to what is told there.
    @Test func shouldSayWhatTheDocumentationSays() throws {
        let test = try TestStore()
        let text = try #require(FixtureFiles.text(at: FixtureFiles.root + "/docs/profiles.md"))
        let block = try #require(text.firstMatch(of: /```yaml\n(.*?)```/.dotMatchesNewlines())).1
        let file = try test.write("profiles.yaml", String(block))
        let told = try test.run("profiles", "validate", "profiles.yaml")
        #expect(told.status == 0, "\(told.errors)")
        for line in told.lines.prefix(2) { #expect(text.contains("\n\(line)\n"), "\(line)") }
        let deployed = FixtureFiles.root + "/Deploy/profiles.yaml"
        #expect(
            try test.json("profiles", "validate", deployed)
                == test.json("profiles", "validate", file))
        let applied = try test.run("profiles", "apply", "profiles.yaml")
        let sum = try #require(applied.lines.first?.split(separator: ";").first)
        #expect(text.contains("\n\(sum);"), "\(sum)")
    }

    // MARK: show and apply

    @Test func shouldPutRulesInForce() throws {
        let test = try TestStore()
        let file = try test.write("p.yaml", Self.rules)
        let standing = try test.run("profiles", "show")
        #expect(
            standing.lines == [
                "# version 0: 0 rules take 0 of 80 units; attributes without a rule are kept by "
                    + "last, up to 80 of an identifier", "strict: false", "attributes: []",
            ])
        let applied = try test.run("profiles", "apply", file)
        #expect(applied.status == 0, "\(applied.errors)")
        #expect(
            applied.lines.first?.hasPrefix("version 1 is in force: 2 rules take 7 of 80") == true)
        let shown = try test.run("profiles", "show")
        #expect(
            Array(shown.lines.dropFirst()) == [
                "strict: false", "attributes:",
                "  - {name: plan, rule: last, set_once: [import]}",
                "  - {name: visits, rule: count, from: page_view, window: 30d}",
            ])
        let json = try test.json("profiles", "show")
        #expect(json.keys == ["profiles", "rules", "unit_limit", "units", "version"])
        #expect(json["version"].integer == 1 && json["units"].integer == 7)
        let again = try test.run("profiles", "apply", file)
        #expect(
            again.text == "nothing changes: these rules are in force as version 1\n",
            "\(again.errors)")
        let next = try test.json("profiles", "apply", test.write("q.yaml", "attributes: []"))
        #expect(next["version"].integer == 2 && next["changed"] == .bool(true))
        #expect(try test.run("verify").status == 0)
    }

    /// What show prints is a file, in both forms, whatever the names are.
    @Test func shouldPrintWhatCanBeApplied() throws {
        let test = try TestStore()
        let names = [
            "no", "Null", "12", "1.5", "-", "a b", "a: b", "#x", "é", "\u{1F600}", "\\\"'",
            "\u{202E}x", "~", "2026-01-02", "0x1F", "a,b", "]", "\u{FEFF}z", "y", "<<", "=",
            "a.b-c",
        ]
        let entries = names.map { name in
            let text = name.unicodeScalars.map { scalar in
                scalar.value < 0x10000
                    ? "\\u" + String(0x10000 + scalar.value, radix: 16).dropFirst()
                    : String(scalar)
            }
            return
                "{name: \"\(text.joined())\", rule: most-trusted, sources: [\"\(text.joined())\"]}"
        }
        let file = try test.write("p.yaml", "attributes: [\(entries.joined(separator: ", "))]")
        #expect(try test.json("profiles", "apply", file)["changed"] == .bool(true))
        let shown = try test.run("profiles", "show")
        #expect(shown.lines.count == names.count + 3)
        #expect(!shown.text.contains("\u{202E}"))
        let same = try test.json("profiles", "apply", test.write("s.yaml", shown.output))
        #expect(same["changed"] == .bool(false))
        let json = try test.json("profiles", "show")["profiles"]
        #expect(json["attributes"].list.count == names.count)
        let piped = try test.shell(
            """
            kindred profiles show --json | python3 -c '
            import json, sys
            print(json.dumps(json.load(sys.stdin)["profiles"], ensure_ascii=False))' > s.json
            kindred profiles apply s.json --json
            """)
        #expect(try piped.json["changed"] == .bool(false), "\(piped.errors)")
    }

    @Test func shouldChangeNothingWhereTheFileIsWrong() throws {
        let test = try TestStore()
        try test.json("profiles", "apply", test.write("p.yaml", Self.rules))
        let wrong = try test.write("w.yaml", "attributes: [{name: a, rule: latest}]")
        for words in [["profiles", "apply", wrong], ["replay", "-", "--profiles", wrong]] {
            let done = try test.run(words)
            #expect(done.status == 3)
            #expect(done.errors.hasPrefix("kindred: \(wrong):1: 'latest' is no rule"))
        }
        #expect(try test.json("profiles", "show")["version"].integer == 1)
        for words in [
            ["profiles"], ["profiles", "apply"], ["profiles", "show", "x"], ["profiles", "wat"],
            ["profiles", "apply", wrong, "--server", "http://x"],
        ] {
            let done = try test.run(words)
            #expect(done.status == (words.count == 1 ? 0 : 2), "\(words) \(done.errors)")
        }
    }

    // MARK: Profiles

    /// What the example of the documentation is told of, with an id each.
    private static let events = [
        #"{"op":"link","a":"cookie:c-1","b":"email:ana@example.com","ts":1,"source":"web"}"#,
        #"{"op":"link","a":"loyalty:L-1","b":"email:ana@example.com","ts":1,"source":"pos"}"#,
        observe("loyalty:L-1", "2025-11-03", "import", #""plan":"basic","first_name":"Anna""#),
        observe(
            "cookie:c-1", "2026-01-05", "web",
            #""page_view":"/shoes","interests":["running"],"signup":"2026-01-05T09:00:00Z""#),
        observe(
            "email:ana@example.com", "2026-01-09", "web",
            #""first_name":"Ana","plan":"free","interests":["hiking","running"],"#
                + #""page_view":"/tents""#),
        observe("loyalty:L-1", "2026-01-10", "crm", #""city":"Potsdam""#),
        observe("email:ana@example.com", "2026-01-11", "web", #""order_total":59.90"#),
        observe("loyalty:L-1", "2026-01-12", "pos", #""order_total":"40.10""#),
        observe("cookie:c-1", "2026-02-01", "web", #""city":"Hamburg","newsletter":true"#),
    ]

    private static func observe(
        _ id: String, _ day: String, _ source: String, _ attributes: String
    ) -> String {
        #"{"op":"observe","a":"\#(id)","ts":"\#(day)T00:00:00Z","source":"\#(source)","#
            + #""id":"\#(source) \#(day)","attributes":{\#(attributes)}}"#
    }

    private static func profile(_ test: TestStore, _ words: [String] = []) throws -> JSONValue {
        let done = try test.run(["resolve", "cookie:c-1", "--json", "--reveal"] + words)
        try #require(done.status == 0, "\(done.errors)")
        return try done.json["profile"]
    }

    /// The profile of the documentation; it comes too where the rules come later, and the history
    /// is replayed; and a fragment of other rules lacks what they have not kept, nothing else.
    @Test func shouldMakeTheProfileOfTheDocumentation() throws {
        let test = try TestStore()
        let text = try #require(FixtureFiles.text(at: FixtureFiles.root + "/docs/profiles.md"))
        let block = try #require(text.firstMatch(of: /```json\n(.*?)```/.dotMatchesNewlines())).1
        let told = try JSONValue(block.utf8)
        let rules = FixtureFiles.root + "/Deploy/profiles.yaml"
        let history = Self.events.joined(separator: "\n")
        try test.json("replay", "-", "--profiles", rules, input: history)
        #expect(try Self.profile(test) == told)
        let key = test.data + "/node-key"
        let words = ["replay", "-", "--data", "late", "--key-file", key]
        #expect(try test.run(words, input: Array(history.utf8)).status == 0)
        #expect(try test.run("profiles", "apply", rules, "--data", "late").status == 0)
        let early = try Self.profile(test, ["--data", "late"])
        #expect(early["newsletter"] == told["newsletter"])
        #expect(early["first_name"] == told["first_name"])
        #expect(early["signup"] == told["signup"])
        #expect(early["revenue"] == .null && early["visits"] == .null)
        #expect(try test.run(words, input: Array(history.utf8)).status == 0)
        #expect(try Self.profile(test, ["--data", "late"]) == told)
        #expect(try test.digest(of: "late") == test.digest())
        #expect(try test.run("verify", "--data", "late").status == 0)
        // The card is taken away.
        try test.json("unlink", "loyalty:L-1", "email:ana@example.com", "--source", "pos")
        let rest = try Self.profile(test)
        #expect(rest["revenue"] == .number(59.9))
        #expect(try rest["city"].string == "Hamburg")
    }

    /// What the rules cannot use is refused, also where it is a rehearsal under rules to come.
    @Test func shouldRefuseWhatTheRulesCannotUse() throws {
        let test = try TestStore()
        let rules = FixtureFiles.root + "/Deploy/profiles.yaml"
        let lines = [
            Self.observe("a:1", "2026-01-01", "web", #""order_total":"much""#),
            Self.observe("a:1", "2026-01-02", "web", #""signup":"2026-01-02""#),
            #"{"op":"observe","a":"a:1","ts":1,"attributes":{"page_view":"/"}}"#,
            Self.observe("a:1", "2026-01-03", "web", #""order_total":"1e2","page_view":"/""#),
        ]
        let input = Array(lines.joined(separator: "\n").utf8)
        for dry in [["--dry-run"], []] {
            let words = ["replay", "-", "--profiles", rules, "--json"]
            let done = try test.run(words + dry, input: input)
            let reasons = try done.json["rejected_by_reason"]
            #expect(reasons["bad_type"].integer == 2 && reasons["missing_id"].integer == 1)
            #expect(try done.json["accepted"].integer == 1)
        }
        try test.json("profiles", "apply", test.write("n.yaml", "attributes: []"))
        let again = try test.run(["replay", "-", "--dry-run", "--json"], input: input)
        #expect(try again.json["accepted"].integer == 4, "\(again.errors)")
        let to = try test.run(
            ["replay", "-", "--dry-run", "--json", "--profiles", rules], input: input)
        #expect(try to.json["accepted"].integer == 1, "\(to.errors)")
    }

    // MARK: --profiles

    @Test func shouldPutRulesInForceAtTheStartOfAReplay() throws {
        let test = try TestStore()
        let event = #"{"a":"a:1","b":"b:1","ts":1}"#
        let file = try test.write("p.yaml", Self.rules)
        let dry = try test.run(
            ["replay", "-", "--profiles", file, "--dry-run"], input: Array(event.utf8))
        #expect(dry.status == 0 && !test.exists(test.data), "\(dry.errors)")
        try test.json("replay", "-", "--profiles", file, input: event)
        #expect(try test.json("profiles", "show")["version"].integer == 1)
        try test.json("replay", "-", "--profiles", file, input: event)
        try test.json("replay", "-", input: event)
        #expect(try test.json("profiles", "show")["version"].integer == 1, "they are the same")
        try test.write("q.yaml", "strict: true\nattributes: []\n")
        let kept = try test.run(
            ["replay", "-", "--profiles", "q.yaml", "--dry-run"], input: Array(event.utf8))
        #expect(kept.status == 0, "\(kept.errors)")
        #expect(try test.json("profiles", "show")["version"].integer == 1, "it was dry")
        try test.write("k.yaml", "profiles: q.yaml\n")
        // Commands that ask leave the rules as they are, whatever the settings say.
        let asked = try test.run("profiles", "show", "--json", "--config", "k.yaml")
        #expect(try asked.json["version"].integer == 1)
        try test.json("replay", "-", "--config", "k.yaml", input: event)
        #expect(try test.json("profiles", "show")["profiles"]["strict"] == .bool(true))
        // A store that is made by a question is made with them.
        let made = try test.run(
            ["profiles", "show", "--json", "--data", "new"],
            environment: ["KINDRED_PROFILES": file])
        #expect(try made.json["version"].integer == 1 && made.json["rules"].integer == 2)
    }

    /// The command that goes on after a stop puts the same rules in force.
    @Test func shouldNameTheRulesInTheCommandThatGoesOn() throws {
        let test = try TestStore()
        try test.write("p.yaml", Self.rules)
        let done = try test.shell(
            """
            kindred generate --links 2000 | gzip > whole.gz; head -c -20 whole.gz > g.gz
            kindred replay g.gz --profiles p.yaml 2>&1 | grep -o 'go on with: .*'
            """)
        #expect(done.text.contains(" --profiles p.yaml"), "\(done.text)")
    }

    @Test func shouldStayWithACopy() throws {
        let test = try TestStore()
        let file = try test.write("p.yaml", Self.rules)
        for text in ["attributes: []", "strict: true\nattributes: []"] {
            try test.json("profiles", "apply", test.write("o.yaml", text))
        }
        try test.json("profiles", "apply", file)
        let version = try test.json("profiles", "show")["version"].integer
        #expect(version == 2)
        try test.json("link", "a:1", "b:1", "--source", "x")
        try test.json("backup", "copies")
        #expect(try test.run("restore", "copies", "--data", "back").status == 0)
        #expect(try test.run("repartition", "--into", "wide", "--partitions", "5").status == 0)
        let ours = try test.json("profiles", "show")
        for folder in ["back", "wide"] {
            let theirs = try test.run("profiles", "show", "--json", "--data", folder)
            #expect(try theirs.json == ours, "\(folder): \(theirs.errors)")
        }
    }
}
