import Answers
import GraphCore
import IdentityModel
import NodeRuntime
import ProfileCore
import TestSupport
import WireFormat

/// A store of some partitions at rest, full of random events, asked directly and through bytes.
final class ClusterFixture {
    typealias Group = PartitionGroup<MemoryLog, MemoryState>

    let group: Group
    let states: [MemoryState]
    let loopback: LoopbackTransport
    /// All identifiers, and one that nobody has named.
    let ends: [TestEnd]

    var count: UInt16 { UInt16(states.count) }
    /// Asked directly.
    var direct: PartitionDesk<Group> { PartitionDesk(group) }

    init(_ count: UInt16, seed: UInt64 = 1) throws {
        states = (0..<count).map { _ in MemoryState() }
        var settings = NodeSettings(
            namespaces: RandomEvents.namespaces, configurationDigest: 0x5eed)
        settings.partitionCount = count
        group = try Group(log: MemoryLog(), states: states, settings: settings)
        loopback = LoopbackTransport(group.runtimes, states)
        let random = RandomEvents(seed: seed, nodes: 8...24, count: 40...120)
        ends = random.ends + [TestEnd("cookie", "é\u{0}\u{7f}/\"\\"), TestEnd("email", "nobody")]
        _ = try group.put(
            rules: SurvivorshipRules(
                version: 0,
                attributes: [
                    AttributeRule(name: Array("plan".utf8), isSensitive: true, rule: .last()),
                    AttributeRule(
                        name: Array("all".utf8), from: Array("plan".utf8), rule: .set(cap: 4)),
                ]))
        for event in random.events { try say(event) }
        let odd = ends[ends.count - 2]
        try say(TestEvent(.link, ends[0], odd, at: 7, source: "s\u{1}", reason: "\"\n"))
        for (place, end) in [ends[0], ends[1], odd].enumerated() {
            try say(
                TestEvent(
                    .observe, end, at: Int64(place), source: "web",
                    attributes: Self.block("p\u{2}é\(place)", FixedNumber(Int64.max - 1))))
        }
    }

    func say(_ event: TestEvent) throws {
        try group.append([
            (
                PartitionID.home(of: event.ends[0].key, among: count),
                EventRecords.record([event], group.recordHead)
            )
        ])
    }

    private static func block(_ plan: String, _ number: FixedNumber) -> [UInt8] {
        var builder = AttributeBlockBuilder()
        var block: [UInt8] = []
        _ = builder.begin(Array("plan".utf8).span)
        _ = builder.add(string: Array(plan.utf8).span)
        _ = builder.begin(Array("sum".utf8).span)
        _ = builder.add(number)
        _ = builder.finish(to: &block)
        return block
    }

    /// One question that goes through bytes, but for partitions that are `near`: there they are
    /// asked first, or where they only stand by, last.
    func cluster(
        near: Set<UInt16> = [], standsBy: Bool = false,
        by deadline: Deadline = .after(nanoseconds: 600_000_000_000),
        minimum: [PartitionID: UInt64] = [:]
    ) -> ClusterQuestion<NearRuntimes> {
        var runtimes: [PartitionID: LoopbackTransport.Runtime] = [:]
        var stored: [PartitionID: MemoryState] = [:]
        for place in near {
            runtimes[PartitionID(place)] = group.runtimes[Int(place)]
            stored[PartitionID(place)] = states[Int(place)]
        }
        let here = NearRuntimes(runtimes, stored)
        here.standsBy = standsBy
        return ClusterQuestion(
            partitionCount: count, near: here, far: loopback, by: deadline, minimum: minimum)
    }

    func question(_ end: TestEnd) -> Question {
        Question(text: "\(end.namespace):\(end.value)", key: end.key, isCustomer: false)
    }

    /// Two identifiers of one customer.
    func pair() throws -> (Question, Question)? {
        let anchors = try direct.anchors(of: ends.map(\.key))
        for (place, anchor) in anchors.enumerated() where anchor != nil {
            let other = anchors.lastIndex(of: anchor) ?? place
            if other != place { return (question(ends[place]), question(ends[other])) }
        }
        return nil
    }

    /// All that a desk can be asked, as the JSON of its answers without their positions: a group
    /// names all partitions, and a cluster those that were asked.
    func everything(_ desk: () -> any AnswerDesk) throws -> [String] {
        var texts: [String] = []
        for (place, end) in ends.enumerated() {
            let (one, other) = (question(end), question(ends[(place * 7 + 3) % ends.count]))
            for limit in [3, 100] {
                var answer = try desk().resolve(one, after: nil, limit: limit, reveal: limit == 3)
                answer.position = nil
                texts.append(JSONText.encode(answer))
                if limit == 100 || place % 8 == 0 {
                    texts += try pages(desk, one, limit: limit)
                }
                var path = try desk().explain(one, other, from: nil, limit: limit)
                path.position = nil
                texts.append(JSONText.encode(path))
            }
            let state = try desk().pairState(one, other)
            texts.append("\(state.customers) \(state.linkedBy) \(state.bannedBy)")
            texts.append("\(String(describing: state.path))")
        }
        texts.append("\(try desk().anchors(of: ends.map(\.key)))")
        texts.append(JSONText.encode(try desk().stats()))
        return texts
    }

    private func pages(
        _ desk: () -> any AnswerDesk, _ question: Question, limit: Int
    ) throws -> [String] {
        var texts: [String] = []
        var place: Cursor?
        repeat {
            var page = try desk().component(
                question, from: place, limit: limit, bridges: limit > 3 || place == nil,
                reveal: false)
            page.position = nil
            texts.append(JSONText.encode(page))
            place = page.nextCursor.flatMap { Cursor($0) }
        } while place != nil
        return texts
    }
}
