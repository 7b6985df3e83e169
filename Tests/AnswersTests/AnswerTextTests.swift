import Answers
import Foundation
import IdentityModel
import NodeRuntime
import Testing

/// Answers as JSON: the names that programs rely on, and that what is written can be read.
@Suite("Answers: JSON")
struct AnswerTextTests {
    private func expectSame<Answer: Codable & Equatable>(_ answer: Answer) {
        let text = JSONText.encode(answer)
        #expect(!text.contains("\n"))
        #expect(JSONText.decode(Answer.self, from: Data(text.utf8)) == answer, "\(text)")
        #expect(Data(text.utf8) == JSONText.data(answer))
    }

    private func names(_ answer: some Encodable) throws -> Set<String> {
        let object = try JSONSerialization.jsonObject(with: JSONText.data(answer))
        return Set(try #require(object as? [String: Any]).keys)
    }

    private func filled() throws -> AnswersFixture {
        let test = try AnswersFixture()
        try test.star(3)
        try test.say(.link, "a:1", "cookie:é\u{0}\u{7f}/\"\\")
        try test.say(.ban, "email:hub", "a:1", source: "desk", reason: "no, \"never\"\n")
        return test
    }

    @Test func shouldReadResolveAndComponent() throws {
        let test = try filled()
        let page = try test.desk.resolve(
            test.question("email:hub"), after: nil, limit: 2, reveal: false)
        expectSame(page)
        #expect(
            try names(page) == [
                "id", "customer_id", "identifiers", "identifier_count", "next_cursor", "position",
                "anchor", "version", "profile",
            ])
        let none = try test.resolve("x:1")
        expectSame(none)
        let position = #""position":{"offset":5,"partition":3}"#
        #expect(JSONText.encode(none) == #"{"error":"not_found","id":"x:1",\#(position)}"#)
        for (limit, bridges) in [(2, false), (100, true)] {
            let component = try test.desk.component(
                test.question("email:hub"), from: nil, limit: limit, bridges: bridges, reveal: false
            )
            expectSame(component)
            let more: Set<String> = bridges ? ["bridge_count"] : ["next_cursor"]
            let common: Set<String> = [
                "id", "customer_id", "identifier_count", "members", "links", "position",
                "version", "profile",
            ]
            #expect(try names(component) == common.union(more))
        }
        let member = ComponentAnswer.Member(id: "a:1", firstSeen: "t", anchor: true)
        #expect(JSONText.encode(member) == #"{"anchor":true,"first_seen":"t","id":"a:1"}"#)
        expectSame(try test.resolve("cookie:é\u{0}\u{7f}/\"\\"))
    }

    @Test func shouldReadExplainAndByHand() throws {
        let test = try filled()
        let (a, b) = (try test.question("cookie:0"), try test.question("cookie:1"))
        let same = try test.desk.explain(a, b, from: nil, limit: 1)
        expectSame(same)
        #expect(
            try names(same) == [
                "a", "b", "same", "customer_id", "path", "links", "link_count",
                "remaining_link_count", "next_cursor", "position",
            ])
        #expect(
            try names(same.links?.first) == ["a", "b", "live", "first_linked", "evidence"])
        #expect(try names(same.links?.first?.evidence.first) == ["source", "op", "ts"])
        let (hub, other) = (try test.question("email:hub"), try test.question("a:1"))
        let banned = try test.desk.explain(hub, other, from: nil, limit: 1)
        expectSame(banned)
        #expect(
            try names(banned) == ["a", "b", "same", "customer_ids", "direct", "position"])
        let none = try test.desk.explain(hub, test.question("x:1"), from: nil, limit: 1)
        expectSame(none)
        #expect(none.customerIDs?.last == .some(nil), "what is not found is null, and is there")
        let state = try test.desk.pairState(hub, other)
        let before = try test.desk.pairState(hub, test.question("x:1"), withPath: false)
        let hand = HandAnswer(.unban, before: before, after: state, isDryRun: true)
        expectSame(hand)
        #expect(
            try names(hand) == [
                "op", "a", "b", "dry_run", "before", "after", "same", "linked_by", "banned_by",
                "position",
            ])
        let linked = HandAnswer(
            .link, before: before, after: try test.desk.pairState(a, b), isDryRun: false)
        expectSame(linked)
        #expect(try names(linked).isSuperset(of: ["path", "links", "link_count"]))
    }

    @Test func shouldReadStatsAndTop() throws {
        let test = try filled()
        var stats = try test.desk.stats()
        (stats.diskBytes, stats.openingSeconds, stats.keyFingerprint) = (.max, 0.125, "00ff")
        expectSame(stats)
        #expect(
            try names(stats) == [
                "customers", "identifiers", "links", "pairs", "events", "merges", "splits",
                "memory_bytes", "disk_bytes", "tail_records", "opening_seconds",
                "key_fingerprint", "digest", "positions",
            ])
        try test.runtime.checkpoint()
        let top = TopAnswer(
            try LargestComponents(limit: 3, in: test.state), of: PartitionID(3),
            namespaces: AnswersFixture.table, reveal: false)
        expectSame(top)
        #expect(
            try names(top.customers.first)
                == ["customer_id", "identifier_count", "identifier", "masked"])
        #expect(JSONText.encode(top.position) == #"{"offset":5,"partition":3}"#)
    }

    @Test(arguments: ["", "{}", "[]", "null", #"{"partition":0}"#, #"{"partition":0,"offset":-1}"#])
    func shouldNotReadOtherBytes(_ text: String) {
        #expect(JSONText.decode(PositionAnswer.self, from: Data(text.utf8)) == nil)
    }
}
