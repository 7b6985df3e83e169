import Answers
import GraphCore
import IdentityModel
import NodeRuntime
import Testing

/// Questions and answers over a partition in memory.
@Suite("Answers: the desk")
struct DeskTests {
    @Test(arguments: AnswersFixture.Way.allCases)
    func shouldResolveInPages(_ way: AnswersFixture.Way) throws {
        let test = try AnswersFixture(way)
        try test.star(25)
        let hub = try test.question("email:hub")
        let whole = try test.resolve("email:hub")
        #expect(whole.identifierCount == 26 && whole.identifiers?.count == 26)
        #expect(whole.identifiers?.first == "email:hub")
        #expect(whole.nextCursor == nil && whole.requested == nil && whole.error == nil)
        #expect(whole.customerID == hub.key.hexadecimal)
        #expect(whole.position == PositionAnswer(test.partition, 25))
        var (seen, place): ([String], MemberPosition?) = ([], nil)
        for _ in 0..<4 {
            let page = try test.desk.resolve(hub, after: place, limit: 7, reveal: false)
            seen += page.identifiers ?? []
            guard let cursor = page.nextCursor, case .member(let next) = Cursor(cursor) else {
                break
            }
            place = next
        }
        #expect(seen == whole.identifiers)
    }

    @Test(arguments: AnswersFixture.Way.allCases)
    func shouldSayThatThereIsNone(_ way: AnswersFixture.Way) throws {
        let test = try AnswersFixture(way)
        try test.star(2)
        let none = try test.resolve("email:nobody")
        #expect(
            none
                == ResolveAnswer(
                    id: "email:nobody", error: "not_found",
                    position: PositionAnswer(test.partition, 2)))
        let component = try test.desk.component(
            test.question("email:nobody"), from: nil, limit: 10, bridges: true, reveal: false)
        #expect(component.error == "not_found" && component.members == nil)
        #expect(component.position?.offset == 2)
    }

    /// A customer id that was merged away leads to the customer that has it, and says so.
    @Test(arguments: AnswersFixture.Way.allCases)
    func shouldNameTheIDThatWasAskedFor(_ way: AnswersFixture.Way) throws {
        let test = try AnswersFixture(way)
        try test.say(.link, "cookie:1", "cookie:2")
        let old = try #require(try test.resolve("cookie:1").customerID)
        try test.say(.link, "cookie:1", "email:a@x")
        let answer = try test.resolve(old)
        #expect(answer.requested == old)
        #expect(answer.customerID == (try test.question("email:a@x").key.hexadecimal))
        #expect(try test.resolve(#require(answer.customerID)).requested == nil)
    }

    @Test(arguments: AnswersFixture.Way.allCases)
    func shouldFindAnchorsInOrder(_ way: AnswersFixture.Way) throws {
        let test = try AnswersFixture(way)
        try test.star(300)
        try test.chain(5)
        try test.say(.unlink, "email:hub", "cookie:7")
        let texts = ["chain:3", "x:none", "cookie:299", "cookie:7", "email:hub", "chain:3"]
        let keys = try texts.map { try test.question($0).key }
        let anchors = try test.desk.anchors(of: keys)
        for (text, anchor) in zip(texts, anchors) {
            #expect(anchor?.hexadecimal == (try test.resolve(text).customerID), "\(text)")
        }
        #expect(anchors[1] == nil && anchors[0] != nil && anchors[2] != anchors[3])
        #expect(try test.desk.anchors(of: []).isEmpty)
    }

    @Test(arguments: [1, 3, 26, 51, 1_000], AnswersFixture.Way.allCases)
    func shouldShowAComponentInPages(_ limit: Int, _ way: AnswersFixture.Way) throws {
        let test = try AnswersFixture(way)
        try test.star(25)
        let question = try test.question("cookie:3")
        let whole = try test.desk.component(
            question, from: nil, limit: 1_000, bridges: false, reveal: false)
        #expect(whole.members?.count == 26 && whole.links?.count == 25)
        #expect(whole.members?.filter(\.anchor).map(\.id) == ["email:hub"])
        var pages: [ComponentAnswer] = []
        var place: Cursor?
        repeat {
            let page = try test.desk.component(
                question, from: place, limit: limit, bridges: false, reveal: false)
            #expect((page.members?.count ?? 0) + (page.links?.count ?? 0) <= limit)
            pages.append(page)
            place = page.nextCursor.flatMap { Cursor($0) }
        } while place != nil && pages.count < 100
        #expect(pages.count == (51 + limit - 1) / limit)
        #expect(pages.flatMap { $0.members ?? [] } == whole.members)
        #expect(pages.flatMap { $0.links ?? [] } == whole.links)
    }

    @Test(arguments: AnswersFixture.Way.allCases)
    func shouldMarkBridges(_ way: AnswersFixture.Way) throws {
        let test = try AnswersFixture(way)
        for (a, b) in [("a:1", "a:2"), ("a:2", "a:3"), ("a:3", "a:1"), ("a:3", "b:1")] {
            try test.say(.link, a, b)
        }
        let answer = try test.desk.component(
            test.question("a:1"), from: nil, limit: 100, bridges: true, reveal: false)
        #expect(answer.bridgeCount == 1)
        let bridges = (answer.links ?? []).filter { $0.bridge == true }
        #expect(bridges.map { Set([$0.a, $0.b]) } == [["a:3", "b:1"]])
        let unasked = try test.desk.component(
            test.question("a:1"), from: nil, limit: 100, bridges: false, reveal: false)
        #expect(unasked.bridgeCount == nil && unasked.links?.first?.bridge == nil)
    }

    @Test(arguments: AnswersFixture.Way.allCases)
    func shouldExplainInParts(_ way: AnswersFixture.Way) throws {
        let test = try AnswersFixture(way)
        try test.chain(10)
        let (one, other) = (try test.question("chain:0"), try test.question("chain:10"))
        var (path, starts): ([String], [String]) = ([], [])
        var (start, links): (NodeKey?, Int) = (nil, 0)
        for remaining in [6, 2, nil] {
            let part = try test.desk.explain(one, other, from: start, limit: 4)
            #expect(part.same && part.linkCount == 10 && part.customerIDs == nil)
            #expect(part.remainingLinkCount == remaining)
            links += part.links?.count ?? 0
            path += path.isEmpty ? part.path ?? [] : Array((part.path ?? []).dropFirst())
            starts.append(part.path?.first ?? "")
            #expect((part.nextCursor == nil) == (remaining == nil))
            if case .step(let next) = part.nextCursor.flatMap({ Cursor($0) }) { start = next }
        }
        #expect(path == (0...10).map { "chain:\($0)" } && links == 10)
        #expect(starts == ["chain:0", "chain:4", "chain:8"])
    }

    @Test(arguments: AnswersFixture.Way.allCases)
    func shouldRefuseAPathCursorThatPointsNowhere(_ way: AnswersFixture.Way) throws {
        let test = try AnswersFixture(way)
        try test.chain(4)
        let elsewhere = try test.question("chain:4").key
        #expect(throws: AnswerFailure.stalePathCursor) {
            try test.desk.explain(
                test.question("chain:0"), test.question("chain:2"), from: elsewhere, limit: 10)
        }
    }

    @Test(arguments: AnswersFixture.Way.allCases)
    func shouldExplainThatTwoAreNotOne(_ way: AnswersFixture.Way) throws {
        let test = try AnswersFixture(way)
        try test.chain(1)
        try test.say(.link, "b:1", "b:2")
        try test.say(.ban, "chain:0", "b:1", source: "steward", reason: "two people")
        let two = try test.desk.explain(
            test.question("chain:0"), test.question("b:1"), from: nil, limit: 10)
        #expect(!two.same && two.error == nil && two.path == nil)
        #expect(two.customerIDs?.count == 2 && two.customerIDs?[0] != two.customerIDs?[1])
        #expect(two.direct?.evidence.map(\.op) == ["ban"])
        #expect(two.direct?.evidence.first?.reason == "two people")
        let unknown = try test.desk.explain(
            test.question("x:1"), test.question("b:1"), from: nil, limit: 10)
        #expect(!unknown.same && unknown.error == "not_found")
        #expect(unknown.customerIDs?[0] == nil && unknown.customerIDs?[1] != nil)
    }

    @Test(arguments: AnswersFixture.Way.allCases)
    func shouldTellAPairsState(_ way: AnswersFixture.Way) throws {
        let test = try AnswersFixture(way)
        let (a, b) = (try test.question("a:1"), try test.question("b:1"))
        let before = try test.desk.pairState(a, b)
        #expect(before.customers == [nil, nil] && before.path == nil && before.linkedBy.isEmpty)
        try test.say(.link, "a:1", "b:1", source: "web")
        try test.say(.link, "a:1", "b:1", source: "app")
        let linked = try test.desk.pairState(a, b)
        #expect(linked.linkedBy == ["app", "web"] && linked.bannedBy.isEmpty)
        #expect(linked.path?.identifiers == ["a:1", "b:1"] && linked.path?.linkCount == 1)
        #expect(try test.desk.pairState(a, b, withPath: false).path == nil)
        try test.say(.ban, "a:1", "b:1", source: "steward")
        let banned = try test.desk.pairState(a, b)
        #expect(banned.bannedBy == ["steward"] && banned.path == nil)
        #expect(banned.customers[0] != banned.customers[1])
        let answer = HandAnswer(.ban, before: linked, after: banned, isDryRun: false)
        #expect(answer.before[0] == answer.before[1] && !answer.same && answer.op == "ban")
        #expect(answer.position.offset == 3 && answer.linkedBy == ["app", "web"])
    }

    @Test(arguments: AnswersFixture.Way.allCases)
    func shouldCountAndGiveTheDigest(_ way: AnswersFixture.Way) throws {
        let (test, other) = (try AnswersFixture(way), try AnswersFixture(way))
        try test.star(3)
        try other.star(3)
        let stats = try test.desk.stats()
        #expect(stats.customers == 1 && stats.identifiers == 4 && stats.links == 3)
        #expect(stats.events == 3 && stats.tailRecords == 3)
        #expect(stats.positions == ["\(test.partition.rawValue)": 3])
        #expect(stats.digest == test.runtime.digest.hexadecimal)
        #expect(try stats.digest == other.desk.stats().digest)
        try test.say(.unlink, "email:hub", "cookie:1")
        #expect(try test.desk.stats().digest != stats.digest)
    }

    @Test(arguments: AnswersFixture.Way.allCases)
    func shouldSayThatTheStoreFailed(_ way: AnswersFixture.Way) throws {
        let test = try AnswersFixture(way)
        try test.chain(2)
        test.runtime.close()
        #expect(throws: StoreFailure.self) { try test.resolve("chain:0") }
        let (a, b) = (try test.question("chain:0"), try test.question("chain:1"))
        do throws(AnswerFailure) {
            _ = try test.desk.explain(a, b, from: nil, limit: 1)
            Issue.record("a closed partition answers nothing")
        } catch {
            guard case .store(let failure) = error else {
                Issue.record("the store has failed, and no cursor")
                return
            }
            #expect(failure.code == (way == .direct ? .ioError : .held))
            guard way == .encoded else { return }
            // What the other node says of its store is the refusal.
            guard case .store(let other) = test.question?.refusal else {
                Issue.record("the other node's store has failed")
                return
            }
            #expect(other.code == .ioError)
        }
    }
}
