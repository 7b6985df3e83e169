import Foundation
import HTTPAPI
import IdentityModel
import NodeRuntime
import ProfileCore
import TestSupport
import Testing
import WireFormat

/// `GET /v1/changes`: the change feed as server-sent events.
@Suite("Changes")
struct ChangesTests {
    private static func limits(_ change: (inout HTTPLimits) -> Void) -> HTTPLimits {
        var limits = HTTPLimits()
        change(&limits)
        return limits
    }

    /// Links new customers of these names, and has them be told.
    private func tell(_ node: ServedNode, _ names: Range<Int>) async throws {
        let lines = names.map { Events.link("a:\($0)", "b:\($0)") }.joined(separator: "\n")
        #expect(try await node.post("/v1/events", lines).status == 200)
        try node.gate.tell()
    }

    // MARK: What is told

    @Test func shouldTellChangesAsEvents() async throws {
        try await ServedNode.with { node in
            try await tell(node, 0..<2)
            let events = try await node.follow("?from=oldest")
            #expect(events.answer.status == 200)
            #expect(events.answer.headers["content-type"] == "text/event-stream")
            #expect(events.answer.headers["cache-control"] == "no-store")
            #expect(events.answer.headers["transfer-encoding"] == "chunked")
            #expect(events.answer.headers["content-length"] == nil)
            #expect(try await events.next() == .init(id: "0:0"), "where it begins, without data")
            for place in 0..<2 {
                let event = try #require(try await events.next())
                #expect(event.id == "0:\(place + 1)" && event.name == "customer.created")
                #expect(event.object["type"] as? String == "customer.created")
                let identifiers = try #require(event.object["identifiers"] as? [String])
                #expect(identifiers.sorted() == ["a:\(place)", "b:\(place)"])
                let position = event.object["position"] as? [String: Int]
                #expect(position == ["partition": 0, "offset": place])
            }
            // And what comes, soon after it is told.
            let start = Date()
            try await tell(node, 2..<3)
            #expect(try await events.next()?.id == "0:3")
            #expect(Date().timeIntervalSince(start) < 5)
        }
    }

    @Test func shouldBeginNowUnlessToldOtherwise() async throws {
        try await ServedNode.with { node in
            try await tell(node, 0..<3)
            for query in ["", "?from=now", "?from=0:3"] {
                let events = try await node.follow(query)
                #expect(try await events.next()?.id == "0:3")
            }
        }
    }

    /// The header of a browser that comes again stands above the query that it began with.
    @Test func shouldGoOnFromTheLastEvent() async throws {
        try await ServedNode.with { node in
            try await tell(node, 0..<5)
            let again = try await node.follow("?from=oldest", lastEventID: "0:2")
            #expect(try await again.next()?.id == "0:2")
            for offset in 3...5 { #expect(try await again.next()?.id == "0:\(offset)") }
            let empty = try await node.follow("?from=0:4", lastEventID: "")
            #expect(try await empty.next()?.id == "0:4")
        }
    }

    /// Cut off anywhere, and come again with the last id: each change once, in order.
    @Test func shouldLoseNothingOverManyConnections() async throws {
        try await ServedNode.with { node in
            var last = "0:0"
            var seen: [Int] = []
            for round in 0..<20 {
                try await tell(node, round * 7..<round * 7 + 7)
                let events = try await node.follow(lastEventID: last)
                for _ in 0..<1 + round % 9 {
                    let event = try #require(try await events.next())
                    if let position = event.object["position"] as? [String: Int] {
                        seen.append(position["offset"] ?? -1)
                    }
                }
                last = events.lastID
            }
            let rest = try await node.follow("?follow=false", lastEventID: last)
            while let event = try await rest.next() {
                guard let position = event.object["position"] as? [String: Int] else { continue }
                seen.append(position["offset"] ?? -1)
            }
            #expect(seen == Array(0..<140))
        }
    }

    @Test func shouldEndWhereItIsAskedTo() async throws {
        try await ServedNode.with { node in
            try await tell(node, 0..<600)
            for (query, last) in [
                ("from=oldest&follow=false", 600), ("from=oldest&limit=1", 1),
                ("from=0:10&limit=300", 310), ("from=now&follow=false", 600),
                ("from=0:590&follow=false&limit=400", 600),
            ] {
                let events = try await node.follow("?" + query)
                var end = EventClient.Event()
                while let event = try await events.next() { end = event }
                #expect(end.id == "0:\(last)" && end.name == "end", "\(query)")
                #expect(end.object["reason"] as? String == "done")
            }
        }
    }

    /// The connection is as good as any other behind a stream that has ended.
    @Test func shouldGoOnWithTheConnection() async throws {
        try await ServedNode.with { node in
            try await tell(node, 0..<1)
            try await Threads.run {
                Result {
                    let connection = try HTTPConnection(
                        port: node.port, timeoutSeconds: ServedNode.patienceSeconds)
                    for _ in 0..<3 {
                        let answer = try connection.begin("/v1/changes?from=oldest&follow=false")
                        #expect(answer.status == 200)
                        while try connection.chunk() != nil {}
                        #expect(try connection.get("/healthz").status == 200)
                    }
                }
            }.get()
        }
    }

    @Test func shouldSayThatItIsStillThere() async throws {
        try await ServedNode.with(Self.limits { $0.heartbeatSeconds = 0.05 }) { node in
            let events = try await node.follow()
            #expect(try await events.next()?.id == "0:0")
            for _ in 0..<3 { #expect(try await events.next() == .init(comment: "")) }
            try await tell(node, 0..<1)
            #expect(try await events.nextData()?.id == "0:1")
        }
    }

    @Test func shouldMaskSensitiveAttributesUnlessAskedNotTo() async throws {
        try await ServedNode.with { node in
            try node.gate.put(
                SurvivorshipRules(
                    version: 1,
                    attributes: [
                        AttributeRule(
                            name: Array("first_name".utf8), isSensitive: true, rule: .last())
                    ]))
            let event =
                #"{"op":"observe","a":"cookie:1","ts":1,"attributes":"#
                + #"{"first_name":"Ana","country":"ES"}}"#
            #expect(try await node.post("/v1/events", event).status == 200)
            try node.gate.tell()
            for (query, name) in [
                ("", "***"), ("&reveal=false", "***"), ("&reveal=true", "Ana"),
            ] {
                let events = try await node.follow("?from=oldest" + query)
                let profile = try await events.nextData()?.object["profile"] as? [String: String]
                #expect(profile == ["first_name": name, "country": "ES"], "\(query)")
            }
        }
    }

    @Test func shouldAnswerHeadWithoutFollowing() async throws {
        try await ServedNode.with(Self.limits { $0.followers = 1 }) { node in
            for _ in 0..<3 {
                let connection = try node.connect()
                await connection.send("HEAD /v1/changes?from=oldest HTTP/1.1\r\nHost: k\r\n\r\n")
                let answer = try await connection.answer(isHead: true)
                #expect(answer.status == 200)
                #expect(answer.headers["content-type"] == "text/event-stream")
                #expect(answer.headers["content-length"] == nil)
                #expect(answer.headers["connection"] == "close")
                #expect(await connection.secondsToEnd() != nil)
            }
            try await node.wait { node.gate.desk.followerCount == 0 }
        }
    }

    // MARK: What is refused

    @Test func shouldSayWhatHasGone() async throws {
        try await ServedNode.with(retention: 4) { node in
            try await tell(node, 0..<40)
            for events in [
                try await node.follow("?from=0:35"), try await node.follow(lastEventID: "0:0"),
            ] {
                #expect(events.answer.status == 410 && events.answer.problem == "position_gone")
                #expect(events.answer.detail.contains("the first that is has the number 36"))
                #expect(events.answer.detail.contains("export"))
            }
            #expect(try await node.follow("?from=0:36").answer.status == 200)
        }
    }

    @Test(arguments: [
        "0:1", "0", "", ":", "0:0,1:0", "0:0,0:0", "1:0", "oldest ", "0:-1", "latest",
        "0:18446744073709551616",
    ])
    func shouldRefusePositionsThatAreNone(_ text: String) async throws {
        try await ServedNode.with { node in
            let escaped = text.replacing(" ", with: "%20")
            var answers = [try await node.follow("?from=" + escaped).answer]
            if !text.isEmpty { answers.append(try await node.follow(lastEventID: text).answer) }
            if text == "oldest " { answers.removeLast() }  // A header has no spaces at its end.
            for answer in answers {
                #expect(answer.status == 400 && answer.problem == "bad_position", "\(text)")
                #expect(!answer.detail.isEmpty)
            }
        }
    }

    @Test func shouldRefuseParametersThatAreNone() async throws {
        try await ServedNode.with { node in
            for (query, word) in [
                ("limit=0", "bad_parameter"), ("limit=x", "bad_parameter"),
                ("follow=maybe", "bad_parameter"), ("reveal=1", "bad_parameter"),
                ("form=now", "unknown_parameter"), ("from=now&from=now", "repeated_parameter"),
            ] {
                let answer = try await node.get("/v1/changes?" + query)
                #expect(answer.status == 400 && answer.problem == word, "\(query)")
            }
            let post = try await node.post("/v1/changes", "{}")
            #expect(post.status == 405 && post.headers["allow"] == "GET, HEAD")
        }
    }

    @Test func shouldSayWhereThereIsNoFeed() async throws {
        try await ServedNode.with { node in
            node.gate.turn { $0.keepsFeed = false }
            let answer = try await node.get("/v1/changes")
            #expect(answer.status == 409 && answer.problem == "no_feed")
            node.gate.turn { $0.readiness = .opening }
            #expect(try await node.get("/v1/changes").problem == "unavailable")
        }
    }

    // MARK: How many

    @Test func shouldRefuseMoreFollowersThanItHasPlacesFor() async throws {
        try await ServedNode.with(Self.limits { $0.followers = 3 }) { node in
            var followers: [RawEvents] = []
            for _ in 0..<3 { followers.append(try await node.follow()) }
            let refused = try await node.get("/v1/changes")
            #expect(refused.status == 429 && refused.problem == "overloaded")
            #expect(refused.headers["retry-after"] == "1")
            // One that goes is noticed though nothing is told.
            followers.removeLast()
            try await node.wait { node.gate.desk.followerCount == 2 }
            #expect(try await node.follow().answer.status == 200)
        }
    }

    /// Streams take no place among the requests in hand.
    @Test func shouldAnswerRequestsBesideItsFollowers() async throws {
        try await ServedNode.with(Self.limits { $0.requests = 1 }) { node in
            var followers: [RawEvents] = []
            for _ in 0..<5 { followers.append(try await node.follow()) }
            for _ in 0..<3 {
                #expect(try await node.get("/v1/resolve?id=a:1").status == 404)
            }
            #expect(node.server.taken == (0, 0))
            #expect(node.gate.desk.followerCount == followers.count)
        }
    }

    /// A follower that does not read is cut off and told why; who tells goes on.
    @Test func shouldCutOffWhoDoesNotRead() async throws {
        // Long enough for the one that reads, on a busy machine, too.
        try await ServedNode.with(Self.limits { $0.followerSeconds = 4 }) { node in
            let other = try await node.follow("?from=oldest")
            other.beginReading()
            try await node.wait { !other.lastID.isEmpty }
            let slow = try node.connect()
            await slow.send("GET /v1/changes?from=oldest HTTP/1.1\r\nHost: k\r\n\r\n")
            try await node.wait { node.gate.desk.followerCount == 2 }
            // More than the system holds for it.
            let value = String(repeating: "v", count: 1_000)
            for round in 0..<40 where node.gate.desk.followerCount == 2 {
                let lines = (0..<500).map { Events.link("a:\(value)\(round)-\($0)", "b:\($0)") }
                let answer = try await node.post("/v1/events", lines.joined(separator: "\n"))
                #expect(answer.status == 200)
                try node.gate.tell()
                try await node.wait { other.lastID == node.gate.desk.feed.newest.text }
            }
            try await node.wait { node.gate.desk.followerCount == 1 }
            let seconds = try #require(await slow.secondsToEnd())
            #expect(seconds < 20)
            // The other is told all the same.
            try await tell(node, 0..<1)
            try await node.wait { other.lastID == node.gate.desk.feed.newest.text }
            node.gate.desk.close()
            #expect(try await other.readToEnd()?.id == node.gate.desk.feed.newest.text)
        }
    }

    /// Whoever reads on within a moment of being cut off learns why.
    @Test func shouldSayWhyItCutsOff() async throws {
        let limits = Self.limits {
            $0.followerSeconds = 2
            $0.lingerSeconds = 20
        }
        try await ServedNode.with(limits) { node in
            let slow = try await node.follow("?from=oldest")
            let value = String(repeating: "v", count: 1_000)
            for round in 0..<40 where node.gate.desk.followerCount == 1 {
                let lines = (0..<500).map { Events.link("a:\(value)\(round)-\($0)", "b:\($0)") }
                _ = try await node.post("/v1/events", lines.joined(separator: "\n"))
                try node.gate.tell()
            }
            try await node.wait { node.gate.desk.followerCount == 0 }
            slow.beginReading()
            var last = try #require(try await slow.readToEnd())
            #expect(last.name == "end" && last.object["reason"] as? String == "slow")
            // And goes on from there.
            let again = try await node.follow("?follow=false", lastEventID: slow.lastID)
            again.beginReading()
            last = try #require(try await again.readToEnd())
            #expect(last.id == node.gate.desk.feed.newest.text, "\(last)")
        }
    }

    // MARK: Ends

    @Test func shouldTellWhereItCameToWhenTheNodeStops() async throws {
        try await ServedNode.with { node in
            try await tell(node, 0..<3)
            let events = try await node.follow("?from=oldest")
            for _ in 0...3 { _ = try await events.next() }
            let start = Date()
            node.gate.desk.close()
            let last = try #require(try await events.next())
            #expect(last.id == "0:3" && last.name == "end")
            #expect(last.object["reason"] as? String == "stopping")
            #expect(try await events.next() == nil)
            #expect(Date().timeIntervalSince(start) < 5)
            #expect(try await node.get("/v1/changes").problem == "unavailable")
        }
    }

    /// The server's end is a stream's too, also of one that does not read.
    @Test func shouldNotHoldTheServerUp() async throws {
        var start = Date()
        try await ServedNode.with { node in
            let events = try await node.follow("?from=oldest")
            events.beginReading()
            let slow = try await node.follow("?from=oldest")
            let value = String(repeating: "v", count: 1_000)
            for round in 0..<20 {
                let lines = (0..<500).map { Events.link("a:\(value)\(round)-\($0)", "b:\($0)") }
                _ = try await node.post("/v1/events", lines.joined(separator: "\n"))
                try node.gate.tell()
            }
            try await node.wait { events.lastID == node.gate.desk.feed.newest.text }
            start = Date()
            await node.server.stop()
            #expect(try await events.readToEnd()?.object["reason"] as? String == "stopping")
            #expect(slow.answer.status == 200)
        }
        #expect(Date().timeIntervalSince(start) < 10)
    }

    @Test func shouldSayThatItCannotReadOn() async throws {
        try await ServedNode.with(retention: 4) { node in
            try await tell(node, 0..<2)
            let events = try await node.follow("?from=oldest")
            for _ in 0...2 { _ = try await events.next() }
            node.gate.port.failReads(StoreFailure(.damaged, "/secret is broken", remedy: "x"))
            try await tell(node, 2..<3)
            let last = try #require(try await events.next())
            #expect(last.id == "0:2" && last.object["reason"] as? String == "failed")
            #expect(!last.data.contains("secret"))
            #expect(try await events.next() == nil)
        }
    }

    @Test func shouldEndBeforeAChangeThatIsDamaged() async throws {
        try await ServedNode.with { node in
            try await tell(node, 0..<3)
            let partition = PartitionID(0)
            var changes: [[UInt8]] = []
            node.gate.port.base.read(from: 0, of: partition) { _, change in
                changes.append(change.copied)
                return true
            }
            changes[1].removeLast()
            node.gate.port.base.cut(from: 0, of: partition)
            node.gate.port.base.append(changes, from: 0, of: partition)
            let events = try await node.follow("?from=oldest")
            #expect(try await events.nextData()?.id == "0:1")
            let last = try #require(try await events.next())
            #expect(last.id == "0:1" && last.object["reason"] as? String == "failed")
        }
    }
}
