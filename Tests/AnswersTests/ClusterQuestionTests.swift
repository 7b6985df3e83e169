import Answers
import GraphCore
import IdentityModel
import NodeRuntime
import TestSupport
import Testing
import WireFormat

/// Questions to partitions of other nodes: what comes through bytes is what comes directly.
@Suite("Answers: other nodes")
struct ClusterQuestionTests {
    @Test(arguments: [1, 3] as [UInt16])
    func differentialSameAnswersThroughBytes(_ count: UInt16) throws {
        for seed in 0..<UInt64(TestBudget.rounds(3)) {
            let test = try ClusterFixture(count, seed: 900 + seed)
            let wanted = try test.everything { test.direct }
            let far = try test.everything { PartitionDesk(test.cluster()) }
            try #require(far == wanted, "seed \(seed)")
            let mixed = try test.everything { PartitionDesk(test.cluster(near: [0, count - 1])) }
            try #require(mixed == wanted, "seed \(seed)")
        }
    }

    /// Partitions that serve, each on a thread of its own, answer as they do at rest.
    @Test func differentialSameAnswersOfACrew() async throws {
        let test = try ClusterFixture(3)
        let wanted = try test.everything { test.direct }
        var limits = ServingLimits()
        limits.tickNanoseconds = .max / 2
        let crew = PartitionCrew<MemoryLog, MemoryState>(partitionCount: 3, limits: limits)
        // unsafe: the partitions are the crew's threads' alone until those have ended.
        nonisolated(unsafe) let fixture = test
        let thread = SystemThread { _ = crew.serve(fixture.group) }
        let found = await SystemThread.run {
            try? fixture.everything {
                PartitionDesk(CrewQuestion(crew.hosts, by: .after(nanoseconds: 600_000_000_000)))
            }
        }
        crew.close()
        thread.join()
        #expect(found == wanted)
    }

    /// Each kind of question is among those that the comparison above asks.
    @Test func shouldAskEveryKind() throws {
        let (one, three) = (try ClusterFixture(1), try ClusterFixture(3))
        for test in [one, three] {
            _ = try test.everything { PartitionDesk(test.cluster()) }
            _ = try test.cluster().largest(limit: 3)
        }
        let words = Set((one.loopback.batches + three.loopback.batches).joined().map(\.word))
        #expect(
            words == ["look", "anchors", "pairs", "links", "counts", "largest"])
    }

    @Test(arguments: [1, 3] as [UInt16])
    func differentialSameLargestThroughBytes(_ count: UInt16) throws {
        let test = try ClusterFixture(count)
        for place in 0..<30 {
            let (one, other) = (TestEnd("device", "\(place)"), TestEnd("phone", "\(place)"))
            try test.say(TestEvent(.link, one, other, at: 1))
        }
        try test.group.checkpoint()
        let wanted = try test.states.map { try LargestComponents(limit: 5, in: $0) }
        for near in [[], [0]] as [Set<UInt16>] {
            let found = try test.cluster(near: near).largest(limit: 5)
            #expect(found.map(\.components) == wanted.map(\.components))
            #expect(found.map(\.position) == wanted.map(\.position))
        }
        #expect(wanted.allSatisfy { $0.components.count == 5 })
    }

    /// However many links a page or a path has, each partition is asked once for all of them.
    @Test func shouldAskEachPartitionOnce() throws {
        let test = try ClusterFixture(3)
        let hub = TestEnd("email", "hub")
        for place in 0..<40 {
            try test.say(TestEvent(.link, hub, TestEnd("device", "d\(place)"), at: 1))
            let next = TestEnd("phone", "\(place + 1)")
            try test.say(TestEvent(.link, TestEnd("phone", "\(place)"), next, at: 1))
        }
        let star = test.cluster()
        let page = try PartitionDesk(star).component(
            test.question(hub), from: nil, limit: 1_000, bridges: true, reveal: false)
        #expect(page.links?.count == 40)
        let asked = test.loopback.batches.joined().map(\.word)
        #expect(asked.count { $0 == "pairs" } <= 3, "\(asked)")
        #expect(test.loopback.batches.count { $0.first?.word == "pairs" } == 1)
        let before = test.loopback.batches.count
        let path = try PartitionDesk(test.cluster()).explain(
            test.question(TestEnd("phone", "0")), test.question(TestEnd("phone", "40")),
            from: nil, limit: 100)
        #expect(path.links?.count == 40)
        // The pair, both customers at their homes and then at their hosts, the path at one
        // partition or two, and its evidence.
        let batches = test.loopback.batches.dropFirst(before)
        #expect(batches.count <= 6, "\(batches.map { $0.map(\.word) })")
        #expect(batches.last?.map(\.word).allSatisfy { $0 == "links" } == true)
    }

    @Test func shouldSayWhatItReflects() throws {
        let test = try ClusterFixture(3)
        let nobody = test.cluster()
        #expect(nobody.reflected == PositionAnswer(PartitionID(0), 0))
        let question = test.cluster()
        _ = try PartitionDesk(question).stats()
        let all = PositionAnswer(test.group.runtimes.map { ($0.partition, $0.position) })
        #expect(question.reflected == all && all.stale == nil)
        #expect(!JSONText.encode(all).contains("stale"))
    }

    @Test func shouldSayWhoStandsBy() throws {
        let test = try ClusterFixture(3)
        let question = test.cluster(near: [1])
        test.loopback.lag = 17
        let stats = try PartitionDesk(question).stats()
        #expect(question.reflected.stale == ["0": 17, "2": 17])
        test.loopback.lag = 5
        _ = try PartitionDesk(question).stats()
        #expect(question.reflected.stale == ["0": 17, "2": 17], "the most of them counts")
        let offsets = (0..<3).map { stats.positions["\($0)"] ?? 0 }
        let positions = (0..<3).map { "\"\($0)\":\(offsets[$0])" }.joined(separator: ",")
        #expect(
            JSONText.encode(question.reflected)
                == #"{"offset":\#(offsets[0]),"partition":0,"positions":{\#(positions)},"#
                + #""stale":{"0":17,"2":17}}"#)
    }

    @Test func shouldWaitForPositions() throws {
        let test = try ClusterFixture(3)
        let here = test.group.runtimes.map(\.position)
        let reached = test.cluster(minimum: [PartitionID(1): here[1], PartitionID(2): here[2]])
        try reached.reachMinimum()
        // What those have said is heard by all, and nobody has said more since.
        #expect(
            test.loopback.batches.map { $0.map(\.partition.rawValue) }
                == [[1, 2], [0, 1, 2], [0, 1, 2]])
        let least = [0, here[1], here[2]]
        for request in test.loopback.batches.joined() {
            #expect(request.minimumPosition == least[Int(request.partition.rawValue)])
        }
        for near in [[], [2]] as [Set<UInt16>] {
            let ahead = test.cluster(near: near, minimum: [PartitionID(2): here[2] + 1])
            #expect(throws: StoreFailure.self) { try ahead.reachMinimum() }
            #expect(ahead.refusal == .pending)
        }
        // One that says that it has, and has not, is not believed.
        let lying = test.cluster(minimum: [PartitionID(2): here[2]])
        test.loopback.onAnswer = { _, bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            let position = #""position":\#(here[2])"#
            return .success(
                Array(text.replacing(position, with: #""position":\#(here[2] - 1)"#).utf8))
        }
        #expect(throws: StoreFailure.self) { try lying.reachMinimum() }
        #expect(lying.refusal?.word == "bad_answer")
    }

    /// What a record has said to other partitions is waited for until it is folded there.
    @Test func shouldWaitForEffects() throws {
        let test = try ClusterFixture(3)
        var deafness = 5
        test.loopback.onAnswer = { request, bytes in
            guard request.partition.rawValue == 2, deafness > 0 else { return .success(bytes) }
            deafness -= 1
            let text = String(decoding: bytes, as: UTF8.self)
            return .success(
                Array(text.replacing(/"seen":\[[0-9,]*\]/, with: #""seen":[0,0,0]"#).utf8))
        }
        try test.cluster().settle()
        #expect(deafness == 0 && test.loopback.batches.count == 1 + 4 + 1)
        let here = test.group.runtimes.map(\.position)
        deafness = .max
        let waiting = test.cluster(minimum: [PartitionID(1): here[1]])
        #expect(throws: StoreFailure.self) { try waiting.reachMinimum() }
        #expect(waiting.refusal == .pending)
    }

    /// Where more is said all the while, as much is waited for as one record can give rise to.
    @Test func shouldNotWaitForWhatOthersSay() throws {
        let test = try ClusterFixture(3)
        var said = 1_000_000
        test.loopback.onAnswer = { _, bytes in
            said += 1
            let text = String(decoding: bytes, as: UTF8.self)
            let numbers = "[\(said),\(said),\(said)]"
            return .success(
                Array(
                    text.replacing(/"seen":\[[0-9,]*\]/, with: "\"seen\":\(numbers)")
                        .replacing(/"sent":\[[0-9,]*\]/, with: "\"sent\":\(numbers)").utf8))
        }
        try test.cluster().settle()
        #expect(test.loopback.batches.count == 1 + 8)
        #expect(throws: Never.self) { try ClusterFixture(1).cluster().settle() }
    }

    /// A partition that is just moving to another node is open nowhere for a moment.
    @Test func shouldAskAgainWhereAPartitionIsOpenNowhere() throws {
        let test = try ClusterFixture(3)
        var refusals = 3
        test.loopback.onAnswer = { request, bytes in
            guard request.partition.rawValue == 1, refusals > 0 else { return .success(bytes) }
            refusals -= 1
            return .failure(.closed)
        }
        let wanted = try test.direct.stats()
        #expect(try PartitionDesk(test.cluster()).stats().digest == wanted.digest)
        #expect(
            test.loopback.batches.map { $0.map(\.partition.rawValue) }
                == [[0, 1, 2], [1], [1], [1]])
        refusals = .max
        let waiting = test.cluster()
        #expect(throws: StoreFailure.self) { try PartitionDesk(waiting).stats() }
        #expect(waiting.refusal == .partitionClosed(PartitionID(1)))
    }

    /// A dead owner counts as living for a while: by then what stands by here has answered.
    @Test func shouldAskWhatStandsByHereWhereNobodyElseAnswers() throws {
        let test = try ClusterFixture(3)
        let wanted = try test.direct.stats()
        let asked = { test.loopback.batches.map { $0.map(\.partition.rawValue) } }
        let first = try PartitionDesk(test.cluster(near: [1], standsBy: true)).stats()
        #expect(first.digest == wanted.digest && asked() == [[0, 1, 2]])
        test.loopback.onAnswer = { request, bytes in
            request.partition.rawValue == 1 ? .failure(.closed) : .success(bytes)
        }
        let second = try PartitionDesk(test.cluster(near: [1], standsBy: true)).stats()
        #expect(second.digest == wanted.digest && asked() == [[0, 1, 2], [0, 1, 2]])
    }

    @Test func shouldEndAtItsDeadline() throws {
        let test = try ClusterFixture(3)
        let late = test.cluster(by: Deadline(nanoseconds: 0))
        #expect(throws: StoreFailure.self) { try PartitionDesk(late).stats() }
        #expect(late.refusal == .deadlinePassed && test.loopback.batches.isEmpty)
        let deadline = Deadline.after(nanoseconds: 600_000_000_000)
        _ = try PartitionDesk(test.cluster(by: deadline)).stats()
        #expect(test.loopback.deadline == deadline)
    }

    /// What is under way is waited for, and no longer than that is of use.
    @Test func shouldWaitForWhatIsUnderWay() throws {
        let test = try ClusterFixture(3)
        var absences = 3
        test.loopback.onAnswer = { request, bytes in
            let asksHost = String(decoding: request.body, as: UTF8.self).contains("component")
            guard asksHost, request.word == "look" || request.word == "anchors", absences > 0
            else { return .success(bytes) }
            absences -= 1
            return .success(Array(Self.absent(request).utf8))
        }
        let away = try #require(test.ends.first { try isAway($0, test) })
        let wanted = try test.direct.resolve(
            test.question(away), after: nil, limit: 10, reveal: false)
        let found = try PartitionDesk(test.cluster()).resolve(
            test.question(away), after: nil, limit: 10, reveal: false)
        #expect(found.customerID == wanted.customerID && absences == 0)
        absences = 3
        let anchors = try PartitionDesk(test.cluster()).anchors(of: [away.key, test.ends[0].key])
        #expect(anchors[0]?.hexadecimal == wanted.customerID && absences == 0)
        absences = .max
        for ask in [Self.resolve, Self.anchors] {
            let question = test.cluster(by: .after(nanoseconds: 30_000_000))
            #expect(throws: StoreFailure.self) { try ask(question, test.question(away)) }
            #expect(question.refusal == .pending || question.refusal == .deadlinePassed)
        }
    }

    private static func resolve(
        _ reach: ClusterQuestion<NearRuntimes>, _ question: Question
    ) throws {
        _ = try PartitionDesk(reach).resolve(question, after: nil, limit: 1, reveal: false)
    }

    private static func anchors(
        _ reach: ClusterQuestion<NearRuntimes>, _ question: Question
    ) throws {
        _ = try PartitionDesk(reach).anchors(of: [question.key])
    }

    /// What a partition says that knows none of what it was asked for.
    private static func absent(_ request: PartitionRequest) -> String {
        guard request.word == "anchors" else { return #"{"answer":{},"position":9}"# }
        let keys = String(decoding: request.body, as: UTF8.self).split(separator: "\"")
            .count { $0.utf8.count == 32 }
        let nulls = [String](repeating: "null", count: keys).joined(separator: ",")
        return #"{"answer":{"anchors":[\#(nulls)],"elsewhere":[]},"position":9}"#
    }

    /// Whether an identifier's customer is hosted elsewhere than at its home.
    private func isAway(_ end: TestEnd, _ test: ClusterFixture) throws -> Bool {
        let home = test.group.home(of: end.key)
        return try home.ask { (graph, reader) throws(StateError) in
            guard case .elsewhere = try graph.whereabouts(of: end.key, reader: reader) else {
                return false
            }
            return true
        }
    }

    /// An answer of partitions that serve, of which none was asked, has a position, too.
    @Test func regressionAnswerWithoutAnyQuestion() throws {
        let crew = PartitionCrew<MemoryLog, MemoryState>(partitionCount: 2)
        let desk = PartitionDesk(CrewQuestion(crew.hosts, by: .after(nanoseconds: 1_000_000_000)))
        #expect(try desk.anchors(of: []).isEmpty)
        #expect(desk.position == PositionAnswer(PartitionID(0), 0))
    }
}

extension ServingError {
    /// The word of a refusal that has one.
    var word: String? {
        guard case .refused(let word, _) = self else { return nil }
        return word
    }
}
