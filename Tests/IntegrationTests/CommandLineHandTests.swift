import Foundation
import Testing

/// The commands that say one thing by hand: link, unlink, ban, unban.
@Suite("Command line: by hand", .atOneAndThreePartitions)
struct CommandLineHandTests {
    @Test func shouldLinkAndShowBothCustomers() throws {
        let test = try TestStore()
        let answer = try test.json("link", "email:a@x", "cookie:1", "--source", "desk")
        #expect(try answer["op"].string == "link")
        #expect(answer["before"].list == [.null, .null])
        #expect(try answer["after"].strings.count == 2)
        #expect(answer["after"][0] == answer["after"][1])
        #expect(answer["same"] == .bool(true))
        #expect(try answer["path"].strings == ["email:a@x", "cookie:1"])
        #expect(try answer["linked_by"].strings == ["desk"])
        let text = try test.run("link", "email:a@x", "cookie:2", "--source", "desk")
        #expect(text.status == 0)
        #expect(text.text.contains("customer of cookie:2  none -> "))
        #expect(text.text.contains("linked by desk"))
        #expect(text.text.contains("they are one customer, by 1 link"))
    }

    @Test func shouldSayWhoStillLinksAfterAnUnlink() throws {
        let test = try TestStore()
        for source in ["web", "app"] {
            try test.json("link", "a:1", "b:1", "--source", source, "--ts", "1000")
        }
        let first = try test.json("unlink", "a:1", "b:1", "--source", "web", "--ts", "2000")
        #expect(try first["linked_by"].strings == ["app"])
        #expect(first["same"] == .bool(true))
        #expect(try first["path"].strings == ["a:1", "b:1"])
        let text = try test.run("unlink", "a:1", "b:1", "--source", "web", "--ts", "2500")
        #expect(text.text.contains("linked by app"))
        let last = try test.json("unlink", "a:1", "b:1", "--source", "app", "--ts", "3000")
        #expect(last["linked_by"].list.isEmpty)
        #expect(last["same"] == .bool(false))
        #expect(last["before"][0] == last["before"][1])
        #expect(last["after"][0] != last["after"][1])
        let none = try test.run("unlink", "a:1", "b:1", "--source", "app", "--ts", "3000")
        #expect(none.text.contains("no source links them"))
        #expect(none.text.contains("they are not one customer"))
    }

    /// A ban cuts the direct link only: the way round stays, and the answer names it.
    @Test func shouldNameThePathThatABanLeaves() throws {
        let test = try TestStore()
        for (a, b) in [("a:1", "b:1"), ("b:1", "c:1"), ("c:1", "a:1")] {
            try test.json("link", a, b, "--source", "web", "--ts", "1000")
        }
        let ban = try test.json("ban", "a:1", "b:1", "--source", "steward", "--ts", "2000")
        #expect(try ban["banned_by"].strings == ["steward"])
        #expect(try ban["linked_by"].strings == ["web"])
        #expect(ban["same"] == .bool(true))
        #expect(try ban["path"].strings == ["a:1", "c:1", "b:1"])
        let text = try test.run("ban", "b:1", "c:1", "--source", "steward", "--ts", "2000")
        #expect(text.text.contains("banned by steward"))
        #expect(text.text.contains("linked by web"))
        #expect(text.text.contains("they are not one customer"))
        // Only who banned lifts a ban.
        let other = try test.json("unban", "a:1", "b:1", "--source", "web", "--ts", "3000")
        #expect(try other["banned_by"].strings == ["steward"])
        let lifted = try test.json("unban", "a:1", "b:1", "--source", "steward", "--ts", "3000")
        #expect(lifted["banned_by"].list.isEmpty)
        #expect(lifted["same"] == .bool(true))
        #expect(try lifted["path"].strings == ["a:1", "b:1"])
        #expect(try test.run("verify").status == 0)
    }

    @Test func shouldKeepTheReasonForExplain() throws {
        let test = try TestStore()
        let reason = "same card, seen at the till — \"really\""
        try test.json("link", "a:1", "b:1", "--source", "till", "--reason", reason)
        let word = try test.json("explain", "a:1", "b:1")["links"][0]["evidence"][0]
        #expect(try word["reason"].string == reason)
        #expect(try test.run("explain", "a:1", "b:1").text.contains(reason))
        try test.json("unlink", "a:1", "b:1", "--source", "till", "--reason", "it was the other")
        let done = try test.run("explain", "a:1", "b:1", "--json")
        #expect(done.status == 1)
        let last = try done.json["direct"]["evidence"][0]
        #expect(try last["op"].string == "unlink")
        #expect(try last["reason"].string == "it was the other")
    }

    @Test(arguments: ["link", "unlink", "ban", "unban"])
    func shouldShowWithoutChanging(_ operation: String) throws {
        let test = try TestStore()
        try test.json("link", "a:1", "b:1", "--source", "web", "--ts", "1000")
        try test.json("ban", "a:2", "b:2", "--source", "web", "--ts", "1000")
        let before = (try test.digest(), try test.run("export").output)
        let answer = try test.json(
            operation, "a:1", "b:1", "--source", "web", "--ts", "2000", "--dry-run")
        #expect(answer["dry_run"] == .bool(true))
        #expect(answer["same"] == .bool(operation == "link" || operation == "unban"))
        let text = try test.run(operation, "a:1", "b:1", "--source", "web", "--dry-run")
        #expect(text.text.contains("dry run: nothing was changed"))
        #expect(try test.digest() == before.0)
        #expect(try test.run("export").output == before.1)
    }

    @Test(arguments: ["link", "unlink", "ban", "unban"])
    func shouldRehearseWithoutMakingAStore(_ operation: String) throws {
        let test = try TestStore()
        let answer = try test.json(operation, "a:1", "b:1", "--source", "web", "--dry-run")
        #expect(answer["same"] == .bool(operation == "link"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: test.folder).isEmpty)
        try test.write("file", "")
        let wrong = try test.run(
            operation, "a:1", "b:1", "--source", "web", "--dry-run", "--data", "file")
        #expect(wrong.status == 3)
    }

    @Test func shouldTakeTimesAsEventsDo() throws {
        let test = try TestStore()
        for (ts, shown) in [
            ("0", "1970-01-01T00:00:00.000Z"), ("-1", "1969-12-31T23:59:59.999Z"),
            ("2026-01-02T03:04:05+01:00", "2026-01-02T02:04:05.000Z"),
        ] {
            try test.json("link", "a:\(ts)", "b:1", "--source", "x", "--ts=\(ts)")
            let word = try test.json("explain", "a:\(ts)", "b:1")["links"][0]["evidence"][0]
            #expect(try word["ts"].string == shown)
        }
        for ts in ["yesterday", "2026-01-02T03:04:05", "", "10000-01-01T00:00:00Z"] {
            let done = try test.run("link", "a:9", "b:9", "--source", "x", "--ts=\(ts)")
            #expect(done.status == 2, "\(ts)")
        }
        #expect(try test.customer(of: "a:9") == nil)
    }

    @Test(arguments: [
        ["link", "a:1", "b:1"], ["link", "a:1", "--source", "x"],
        ["link", "a:1", "a:1", "--source", "x"], ["link", "a:1", "nocolon", "--source", "x"],
        ["link", "a:1", "b:1", "--source", ""],
        ["link", "a:1", "b:1", "--source", "x", "--reason", ""],
        ["link", "a:1", "b:", "--source", "x"],
        ["ban", "a:1", "00000000000000000000000000000000", "--source", "x"],
    ])
    func shouldRefuseAWrongCommandLine(_ words: [String]) throws {
        let test = try TestStore()
        try test.json("link", "z:1", "z:2", "--source", "x")
        let digest = try test.digest()
        #expect(try test.run(words).status == 2, "\(words)")
        #expect(try test.digest() == digest)
    }

    @Test func shouldHoldToTheLimitsOfEvents() throws {
        let test = try TestStore()
        let (value, source, reason) = (
            String(repeating: "v", count: 1_024), String(repeating: "s", count: 256),
            String(repeating: "r", count: 1_024)
        )
        try test.json("link", "a:" + value, "b:1", "--source", source, "--reason", reason)
        #expect(try test.customer(of: "a:" + value) != nil)
        for words in [
            ["link", "a:v" + value, "b:1", "--source", "x"],
            ["link", "a:1", "b:1", "--source", "s" + source],
            ["link", "a:1", "b:1", "--source", "x", "--reason", "r" + reason],
        ] {
            #expect(try test.run(words).status == 2)
        }
    }
}
