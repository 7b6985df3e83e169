import Answers
import GraphCore
import IdentityModel
import NodeRuntime
import TestSupport
import Testing

/// The bytes of questions and answers between nodes: what they are, and what others become.
@Suite("Answers: bytes between nodes")
struct WireQuestionTests {
    /// The form is other releases' too: it may grow, and not change.
    @Test func shouldSayQuestionsAndAnswersSo() throws {
        let test = try ClusterFixture(1)
        let key = NodeKey(high: 1, low: 0xf0)
        _ = try PartitionDesk(test.cluster()).anchors(of: [key])
        let position = test.group.runtimes[0].position
        #expect(
            test.loopback.batches.last == [
                PartitionRequest(
                    partition: PartitionID(0), word: "anchors", minimumPosition: 0,
                    body: Array(#"{"keys":["000000000000000100000000000000f0"]}"#.utf8))
            ])
        #expect(
            String(decoding: try #require(test.loopback.answers.last), as: UTF8.self)
                == #"{"answer":{"anchors":[null],"elsewhere":[]},"position":\#(position)}"#)
        _ = try PartitionDesk(test.cluster()).component(
            Question(text: "x", key: key, isCustomer: false), from: nil, limit: 7,
            bridges: false, reveal: true)
        let look = try #require(test.loopback.batches.last?.first)
        #expect(
            String(decoding: look.body, as: UTF8.self)
                == #"{"key":"000000000000000100000000000000f0","#
                + #""page":{"limit":7,"profile":true,"withAnchor":false}}"#)
    }

    @Test func shouldTakeWhatALaterReleaseAdds() throws {
        let test = try ClusterFixture(1)
        test.loopback.onQuestion = { Array("{\"later\":[1],".utf8) + $0.body.dropFirst() }
        test.loopback.onAnswer = { .success(Array("{\"later\":{},".utf8) + $1.dropFirst()) }
        let far = try PartitionDesk(test.cluster()).stats()
        #expect(far == (try test.direct.stats()))
    }

    @Test func shouldRefuseWordsThatItDoesNotKnow() throws {
        for word in ["", "looks", "look.", "Anchors", "look ", "é"] {
            #expect(throws: PartitionRefusal.notSupported) {
                try ReceivedQuestion(word: word, body: Array("{}".utf8))
            }
        }
        let test = try ClusterFixture(3)
        test.loopback.onAnswer = { _, _ in .failure(PartitionRefusal(word: "not_supported")) }
        let question = test.cluster()
        #expect(throws: StoreFailure.self) { try PartitionDesk(question).stats() }
        #expect(question.refusal?.word == "not_supported")
    }

    /// A refusal goes to another node as a word, and is the same one there.
    @Test(arguments: PartitionRefusal.allCases)
    func shouldSayRefusalsByWords(_ refusal: PartitionRefusal) throws {
        #expect(PartitionRefusal(word: refusal.rawValue) == refusal)
        let error = refusal.error(of: PartitionID(3))
        #expect(PartitionRefusal(error) == refusal)
        switch error {
        case .store(let failure):
            #expect(failure.reason.contains("partition 3") && !failure.remedy.isEmpty)
        case .refused(let word, let message):
            #expect(word == refusal.rawValue && !message.isEmpty)
        default: break
        }
        let test = try ClusterFixture(1)
        test.loopback.onAnswer = { _, _ in .failure(refusal) }
        let question = test.cluster()
        #expect(throws: StoreFailure.self) { try PartitionDesk(question).stats() }
        // Where nobody has it open, who asked is told which partition that is.
        let wanted =
            refusal == .closed
            ? .partitionClosed(PartitionID(0)) : refusal.error(of: PartitionID(0))
        #expect(question.refusal == wanted)
    }

    @Test func shouldTakeUnknownRefusalsForNoService() {
        #expect(PartitionRefusal(word: "tired") == .closed)
        #expect(PartitionRefusal(.refused(word: "tired", message: "")) == .closed)
        #expect(PartitionRefusal(.stalePathCursor) == .badQuestion)
        #expect(PartitionRefusal(.malformed(message: "")) == .badQuestion)
    }

    @Test func shouldPassOnWhatTheNearRefuse() throws {
        let test = try ClusterFixture(1)
        let near = NearRuntimes([PartitionID(0): test.group.runtimes[0]])
        near.refusal = .overloaded
        let question = ClusterQuestion(
            partitionCount: 1, near: near, far: test.loopback,
            by: .after(nanoseconds: 1_000_000_000))
        #expect(throws: StoreFailure.self) { try PartitionDesk(question).stats() }
        #expect(question.refusal == .overloaded && near.count == 1)
        #expect(test.loopback.batches.isEmpty)
    }

    // MARK: Bytes that are none

    /// Questions of every kind with their answers.
    private func recorded(_ count: UInt16) throws -> ClusterFixture {
        let test = try ClusterFixture(count)
        _ = try test.everything { PartitionDesk(test.cluster()) }
        _ = try test.cluster().largest(limit: 3)
        try test.cluster().settle()
        return test
    }

    @Test(arguments: [1, 3] as [UInt16])
    func shouldRefuseOrAnswerDamagedQuestions(_ count: UInt16) throws {
        let test = try recorded(count)
        let requests = Array(test.loopback.batches.joined())
        var chance = SeededGenerator(seed: 77)
        var refused = 0
        for _ in 0..<TestBudget.rounds(3_000) {
            let request = chance.pick(requests)
            let body = Mutation.damaged(request.body, &chance)
            do throws(PartitionRefusal) {
                let question = try ReceivedQuestion(word: request.word, body: body)
                guard case .ofPartition(let question) = question else { continue }
                let runtime = test.group.runtimes[chance.below(Int(count))]
                _ = try? question.answer(runtime, lag: nil).encoded()
            } catch {
                #expect(error == .badQuestion)
                refused += 1
            }
        }
        #expect(refused > 1_000)
    }

    @Test(arguments: [1, 3] as [UInt16])
    func shouldRefuseOrTakeDamagedAnswers(_ count: UInt16) throws {
        let test = try recorded(count)
        var chance = SeededGenerator(seed: 78)
        test.loopback.onAnswer = { _, bytes in
            .success(chance.chance(40) ? Mutation.damaged(bytes, &chance) : bytes)
        }
        var refused = 0
        for _ in 0..<TestBudget.rounds(600) {
            // A damaged place may be one that nobody ever reaches: that is waited for.
            let reach = test.cluster(by: .after(nanoseconds: 20_000_000))
            let one = test.question(chance.pick(test.ends))
            let other = test.question(chance.pick(test.ends))
            do {
                try ask(PartitionDesk(reach), chance.below(5), one, other)
            } catch {
                if reach.refusal?.word == "bad_answer" { refused += 1 }
            }
        }
        #expect(refused > 100)
    }

    private func ask(
        _ desk: some AnswerDesk, _ kind: Int, _ one: Question, _ other: Question
    ) throws {
        switch kind {
        case 0: _ = try desk.resolve(one, after: nil, limit: 3, reveal: true)
        case 1: _ = try desk.component(one, from: nil, limit: 50, bridges: true, reveal: true)
        case 2: _ = try desk.explain(one, other, from: nil, limit: 10)
        case 3: _ = try desk.anchors(of: [one.key, other.key])
        default: _ = try desk.stats()
        }
    }

    @Test func shouldRefuseBytesThatEndEarly() throws {
        let test = try recorded(3)
        var words: Set<String> = []
        let recorded = zip(test.loopback.batches.joined(), test.loopback.answers)
        for (request, answer) in recorded where words.insert(request.word).inserted {
            for count in 0..<request.body.count {
                #expect(throws: PartitionRefusal.badQuestion) {
                    try ReceivedQuestion(word: request.word, body: Array(request.body[..<count]))
                }
            }
            guard request.word == "counts" else { continue }
            for count in 0..<answer.count {
                test.loopback.onAnswer = { _, bytes in .success(Array(answer[..<count])) }
                let question = test.cluster()
                #expect(throws: StoreFailure.self) { try PartitionDesk(question).stats() }
                #expect(question.refusal?.word == "bad_answer")
            }
        }
        #expect(words.count == 7)
    }

    /// What has the right form and no sense.
    @Test(arguments: [
        ("look", #"{"key":"00000000000000000000000000000001","page":{"limit":-1}}"#),
        (
            "look",
            #"{"key":"00000000000000000000000000000001","page":{"limit":9223372036854775807}}"#
        ),
        ("look", #"{"key":"00000000000000000000000000000001","links":{"limit":0}}"#),
        ("anchors", #"{"keys":["00000000000000000000000000000001"],"components":[]}"#),
        ("anchors", #"{"keys":["0000000000000000000000000000000G"]}"#),
        ("anchors", #"{"keys":["01"]}"#), ("pairs", #"{"members":[],"limit":0}"#),
        ("largest", #"{"limit":0}"#), ("largest", #"{"limit":1.5}"#), ("counts", "{"),
    ])
    func shouldRefuseSenseless(_ word: String, _ body: String) {
        #expect(throws: PartitionRefusal.badQuestion) {
            try ReceivedQuestion(word: word, body: Array(body.utf8))
        }
    }

    /// Answers that have the right form, and are none to what was asked; of each kind one that is.
    @Test(arguments: [
        (0, found(#""page":{"members":[\#(member(1))]}"#), true),
        (0, found(#""page":{"members":[\#(member(.max))]}"#), false),
        (0, found(#""page":{"members":[\#(member(1)),\#(member(1))]}"#), false),
        (0, found(#""walk":[]"#), false), (0, #"{"elsewhere":-1}"#, false), (0, "[]", false),
        (0, #"{"found":{}}"#, false), (1, #"{"anchors":[null,null],"elsewhere":[]}"#, true),
        (1, #"{"anchors":[],"elsewhere":[]}"#, false),
        (1, #"{"anchors":[null,null],"elsewhere":[{"place":2,"component":9}]}"#, false),
        (1, #"{"anchors":[null,null],"elsewhere":[{"place":-1,"component":9}]}"#, false),
        (1, #"{"anchors":["\#(digits)",null],"elsewhere":[{"place":0,"component":9}]}"#, false),
        (2, path(2, 2, 9, 0), true), (2, path(2, 1, 9, 0), false), (2, path(0, 0, 9, 0), false),
        (2, path(2, 2, 1, 0), false), (2, path(2, 2, 9, -1), false),
        (2, path(4, 4, 9, 0), false), (3, "[null]", true), (3, "[]", false), (3, "[{}]", false),
        (4, #"{"counters":{},"digest":"0"}"#, false),
    ])
    func shouldRefuseSenselessAnswers(_ kind: Int, _ answer: String, _ isRight: Bool) throws {
        let test = try ClusterFixture(1)
        let words = ["look", "anchors", "look", "links", "counts"]
        test.loopback.onAnswer = { request, bytes in
            guard request.word == words[kind] else { return .success(bytes) }
            return .success(Array(#"{"answer":\#(answer),"position":9}"#.utf8))
        }
        let reach = test.cluster()
        let desk = PartitionDesk(reach)
        let (one, other) = try #require(try test.pair())
        _ = try? {
            switch kind {
            case 0: _ = try desk.resolve(one, after: nil, limit: 1, reveal: true)
            case 1: _ = try desk.anchors(of: [one.key, other.key])
            case 2, 3: _ = try desk.explain(one, other, from: nil, limit: 2)
            default: _ = try desk.stats()
            }
        }()
        #expect(reach.refusal?.word == (isRight ? nil : "bad_answer"))
    }

    /// Counts that no partition has would be too many together.
    @Test func shouldRefuseCountsThatNobodyCounts() throws {
        let test = try ClusterFixture(1)
        for name in ["customers", "minted", "events", "memoryBytes", "tailRecords"] {
            test.loopback.onAnswer = { _, bytes in
                let text = String(decoding: bytes, as: UTF8.self)
                let parts = text.split(separator: "\"\(name)\":", maxSplits: 1)
                let rest = parts[1].drop { $0.isNumber }
                return .success(Array("\(parts[0])\"\(name)\":\(UInt64.max)\(rest)".utf8))
            }
            let reach = test.cluster()
            #expect(throws: StoreFailure.self) { try PartitionDesk(reach).stats() }
            #expect(reach.refusal?.word == "bad_answer", "\(name)")
        }
    }

    private static let digits = String(repeating: "0", count: 31) + "1"
    private static let customer = #"{"id":"\#(digits)","component":1,"count":1,"version":0}"#

    /// A member that was first seen at that time.
    private static func member(_ time: Int64) -> String {
        #"{"key":"\#(digits)","namespace":"YQ==","priority":1,"value":"YQ==","#
            + #""first_seen":\#(time)}"#
    }

    private static func found(_ part: String) -> String {
        #"{"found":{"customer":\#(customer),\#(part)}}"#
    }

    private static func path(_ keys: Int, _ texts: Int, _ count: Int, _ rest: Int) -> String {
        let all = [String](repeating: "\"\(digits)\"", count: keys).joined(separator: ",")
        let names = [String](repeating: "\"YQ==\"", count: texts).joined(separator: ",")
        return found(
            #""path":{"isThere":true,"steps":{"keys":[\#(all)],"texts":[\#(names)],"#
                + #""count":\#(count),"remaining":\#(rest)}}"#)
    }

    @Test func shouldKeepToItsLimits() throws {
        let body = Array("{}".utf8)
        let padding = [UInt8](repeating: 0x20, count: WireLimits.questionBytes - body.count)
        _ = try ReceivedQuestion(word: "counts", body: body + padding)
        #expect(throws: PartitionRefusal.tooLarge) {
            try ReceivedQuestion(word: "counts", body: body + padding + [0x20])
        }
        let test = try ClusterFixture(1)
        let most = (WireLimits.questionBytes - #"{"keys":[]}"#.utf8.count + 1) / 35
        let keys = (0...most).map { NodeKey(high: 9, low: UInt64($0)) }
        let anchors = try PartitionDesk(test.cluster()).anchors(of: Array(keys.dropLast()))
        #expect(anchors.count == most)
        let question = test.cluster()
        #expect(throws: StoreFailure.self) { try PartitionDesk(question).anchors(of: keys) }
        #expect(question.refusal?.word == "too_large")
    }

    @Test(arguments: [0, 1])
    func shouldTakeAnswersUpToALimit(_ over: Int) throws {
        let test = try ClusterFixture(1)
        test.loopback.onAnswer = { _, bytes in
            let count = WireLimits.answerBytes - bytes.count + over
            return .success(bytes + [UInt8](repeating: 0x20, count: count))
        }
        let question = test.cluster()
        guard over > 0 else {
            #expect(try PartitionDesk(question).stats() == test.direct.stats())
            return
        }
        #expect(throws: StoreFailure.self) { try PartitionDesk(question).stats() }
        #expect(question.refusal?.word == "too_large")
    }
}
