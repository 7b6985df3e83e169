import HTTPAPI
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import Testing

/// What a scripted node does with a question.
private enum Act: Sendable {
    /// Answers with the question's own body.
    case echo
    /// Answers so, and ends the connection with it.
    case echoAndEnd
    /// Ends the connection without a word.
    case hangUp
    /// Says nothing until `release`.
    case hold
}

/// A node that does with each question what the test says, on a port of its own.
private final class ScriptedNode: Sendable {
    private struct State {
        var acts: [Act]
        var connections = 0
        var questions = 0
        var held: [@Sendable () -> Void] = []
    }

    private let state: Mutex<State>
    private let channel = Mutex<(any Channel)?>(nil)

    /// It does with its questions so, one after the other; `.echo` with those beyond.
    init(_ acts: Act...) { state = Mutex(State(acts: acts)) }

    var connections: Int { state.withLock { $0.connections } }
    var questions: Int { state.withLock { $0.questions } }

    /// Begins to listen.
    func start() async throws -> NodeServer.Address {
        let made = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                self.state.withLock { $0.connections += 1 }
                return channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.configureHTTPServerPipeline()
                    try pipeline.addHandler(
                        NIOHTTPServerRequestAggregator(maxContentLength: 1 << 20))
                    try pipeline.addHandler(ScriptHandler(node: self))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        channel.withLock { $0 = made }
        return NodeServer.Address(
            host: "127.0.0.1", port: try #require(made.localAddress?.port))
    }

    func stop() async throws {
        let open = channel.withLock { held in
            defer { held = nil }
            return held
        }
        try await open?.close()
    }

    /// Answers all that is held.
    func release() {
        let held = state.withLock { state in
            defer { state.held = [] }
            return state.held
        }
        held.forEach { $0() }
    }

    fileprivate func nextAct() -> Act {
        state.withLock { state in
            state.questions += 1
            return state.acts.isEmpty ? .echo : state.acts.removeFirst()
        }
    }

    fileprivate func hold(_ answer: @escaping @Sendable () -> Void) {
        state.withLock { $0.held.append(answer) }
    }
}

/// One connection of it.
private final class ScriptHandler: ChannelInboundHandler {
    typealias InboundIn = NIOHTTPServerRequestFull

    private let node: ScriptedNode

    init(node: ScriptedNode) { self.node = node }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let request = unwrapInboundIn(data)
        let body = request.body.map { Array($0.readableBytesView) } ?? []
        let channel = context.channel
        switch node.nextAct() {
        case .echo: Self.answer(body, on: channel, ends: false)
        case .echoAndEnd: Self.answer(body, on: channel, ends: true)
        case .hangUp: channel.close(promise: nil)
        case .hold: node.hold { Self.answer(body, on: channel, ends: false) }
        }
    }

    private static func answer(_ body: [UInt8], on channel: any Channel, ends: Bool) {
        var headers: HTTPHeaders = ["Content-Length": "\(body.count)"]
        if ends { headers.add(name: "Connection", value: "close") }
        let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: headers)
        channel.write(HTTPServerResponsePart.head(head), promise: nil)
        let buffer = channel.allocator.buffer(bytes: body)
        channel.write(HTTPServerResponsePart.body(.byteBuffer(buffer)), promise: nil)
        channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil)
    }
}

/// Questions to other nodes: how connections are used, and what becomes of those that fail.
@Suite("Connections to nodes")
struct NodeConnectionsTests {
    /// What is long enough for any answer here, in nanoseconds, however long the threads that all
    /// tests share are taken: 10 minutes.
    private static let long: UInt64 = 600_000_000_000
    /// What is too short for one that is held, in nanoseconds: 50 ms.
    private static let short: UInt64 = 50_000_000

    private static func ask(
        _ connections: NodeConnections, _ place: NodeServer.Address, _ text: String,
        within nanoseconds: UInt64 = long
    ) async -> Result<NodeAnswer, NodeSilence> {
        await withCheckedContinuation { continuation in
            connections.ask(
                NodeRequest(to: place, target: "/ask?a=b", body: Array(text.utf8)),
                within: nanoseconds
            ) { continuation.resume(returning: $0) }
        }
    }

    private static func text(_ result: Result<NodeAnswer, NodeSilence>) throws -> String {
        let answer = try result.get()
        #expect(answer.status == 200)
        return String(decoding: answer.body, as: UTF8.self)
    }

    private func wait(until holds: () -> Bool) async throws {
        let end = ContinuousClock.now + .nanoseconds(Int64(Self.long))
        while !holds() {
            try #require(ContinuousClock.now < end)
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    @Test func shouldAskAgainOverTheSameConnection() async throws {
        let node = ScriptedNode()
        let place = try await node.start()
        let connections = NodeConnections()
        for number in 0..<20 {
            let answer = await Self.ask(connections, place, "question \(number)")
            #expect(try Self.text(answer) == "question \(number)")
        }
        #expect(node.connections == 1 && node.questions == 20)
        connections.close()
        try await node.stop()
    }

    @Test func shouldConnectAnewWhereTheNodeSaysThatItEnds() async throws {
        let node = ScriptedNode(.echoAndEnd, .echoAndEnd)
        let place = try await node.start()
        let connections = NodeConnections()
        for number in 1...3 {
            #expect(try Self.text(await Self.ask(connections, place, "x")) == "x")
            #expect(node.connections == number && node.questions == number)
        }
        connections.close()
        try await node.stop()
    }

    /// Connections to a node are bounded; questions beyond that wait, and none is lost.
    @Test func shouldAskSoManyAtOnceAtMost() async throws {
        let node = ScriptedNode(.hold, .hold)
        let place = try await node.start()
        let connections = NodeConnections(perNode: 2)
        try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<9 {
                group.addTask { try Self.text(await Self.ask(connections, place, "\(number)")) }
            }
            try await wait { node.questions == 2 }
            try await Task.sleep(for: .milliseconds(50))
            #expect(node.questions == 2)
            node.release()
            var answers: [String] = []
            for try await answer in group { answers.append(answer) }
            #expect(answers.sorted() == (0..<9).map { "\($0)" })
        }
        #expect(node.connections == 2 && node.questions == 9)
        connections.close()
        try await node.stop()
    }

    /// A late answer is not taken for the next question's, and its place is free again.
    @Test func shouldNotWaitForeverNorMixAnswersUp() async throws {
        let node = ScriptedNode(.hold)
        let place = try await node.start()
        let connections = NodeConnections(perNode: 1)
        let late = await Self.ask(connections, place, "late", within: Self.short)
        #expect(late == .failure(.late))
        node.release()
        #expect(try Self.text(await Self.ask(connections, place, "next")) == "next")
        #expect(node.connections == 2)
        connections.close()
        try await node.stop()
    }

    /// What waits for a connection is late, too, once its time is over.
    @Test func shouldCountTheTimeThatAQuestionWaits() async throws {
        let node = ScriptedNode(.hold)
        let place = try await node.start()
        let connections = NodeConnections(perNode: 1)
        async let first = Self.ask(connections, place, "first")
        try await wait { node.questions == 1 }
        let second = await Self.ask(connections, place, "second", within: Self.short)
        #expect(second == .failure(.late))
        node.release()
        #expect(try Self.text(await first) == "first")
        #expect(try Self.text(await Self.ask(connections, place, "third")) == "third")
        #expect(node.connections == 1 && node.questions == 2)
        connections.close()
        try await node.stop()
    }

    /// A connection that was idle may have ended by the time of the next question.
    @Test func shouldTryAFreshConnectionWhereAUsedOneHasEnded() async throws {
        let node = ScriptedNode(.echo, .hangUp)
        let place = try await node.start()
        let connections = NodeConnections()
        #expect(try Self.text(await Self.ask(connections, place, "one")) == "one")
        #expect(try Self.text(await Self.ask(connections, place, "two")) == "two")
        #expect(node.connections == 2 && node.questions == 3)
        connections.close()
        try await node.stop()
    }

    @Test func shouldTellWhereAFreshConnectionEnds() async throws {
        let node = ScriptedNode(.hangUp)
        let place = try await node.start()
        let connections = NodeConnections()
        #expect(await Self.ask(connections, place, "one") == .failure(.unreachable))
        #expect(node.questions == 1)
        try await node.stop()
        try await wait { node.connections == 1 }
        #expect(await Self.ask(connections, place, "two") == .failure(.unreachable))
        connections.close()
    }

    @Test func shouldTellAllWhoWaitWhenItIsClosed() async throws {
        let node = ScriptedNode(.hold)
        let place = try await node.start()
        let connections = NodeConnections(perNode: 1)
        async let held = Self.ask(connections, place, "held")
        try await wait { node.questions == 1 }
        async let later = Self.ask(connections, place, "later")
        try await Task.sleep(for: .milliseconds(20))
        connections.close()
        #expect(await held == .failure(.closed))
        #expect(await later == .failure(.closed))
        #expect(await Self.ask(connections, place, "after") == .failure(.closed))
        node.release()
        try await node.stop()
    }
}
