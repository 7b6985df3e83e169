internal import HTTPTypes
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPTypes
internal import NodeRuntime

/// A body took longer than it may.
struct BodyTimeout: Error {}

/// What one connection needs beside its requests: it hurries slow bodies, says `100 Continue`, ends
/// connections whose answer says `Connection: close`, puts a problem document into the empty answer
/// that Hummingbird gives to what is no HTTP, and sees that who follows the change feed is there
/// and reads.
///
///     serving ──answer with "close" is written──▶ lingering ──client is done, or time──▶ closed
///        └──────what is told is not read────────────▲
///
/// A connection with unread input that is closed at once is reset, and the client may lose the
/// answer that tells why. So the way out is closed first, and what still comes is thrown away for a
/// moment.
///
/// Used on the connection's event loop alone.
final class ConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private enum State {
        case serving
        /// The answer that is being written is the last.
        case lastAnswer
        /// Nothing more is read or written.
        case lingering
    }

    private let limits: HTTPLimits
    private let log: RequestLog
    private var state = State.serving
    private var isInBody = false
    /// Requests whose answer has not been written to its end.
    private var unanswered = 0
    private var timer: Scheduled<Void>?
    /// What the parser said that ended the reading.
    private var parserError: HTTPParserError?
    /// Whether the request that was read last wants the connection to end.
    private var isLastRequest = false
    /// Whether the client has said that it sends nothing more.
    private var isInputClosed = false
    /// Who follows the change feed over it; nil: nobody.
    private var follower: FeedFollower?
    /// Ends the connection of a follower that does not read.
    private var followerTimer: Scheduled<Void>?

    init(_ limits: HTTPLimits, _ log: RequestLog) {
        self.limits = limits
        self.log = log
    }

    // MARK: Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard state != .lingering else { return }
        switch unwrapInboundIn(data) {
        case .head(let head): begin(head, context)
        case .body: break
        case .end: endBody()
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        // Whoever reads has stopped: what still comes is read to be thrown away.
        if state == .lingering { context.read() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        endBody()
        if let error = error as? HTTPParserError { parserError = error }
        context.fireErrorCaught(error)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent { endFollowing(context) }
        if case .inputClosed? = event as? ChannelEvent {
            isInputClosed = true
            follower?.end()
            if state == .lingering {
                context.close(promise: nil)
                return
            }
            // A body that ends too early is no body, whatever reads it.
            if isInBody { errorCaught(context: context, error: HTTPParserError.invalidEOFState) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        cancelTimer()
        forgetFollower()
    }

    func channelInactive(context: ChannelHandlerContext) {
        cancelTimer()
        follower?.end()
        forgetFollower()
        context.fireChannelInactive()
    }

    private func begin(_ head: HTTPRequest, _ context: ChannelHandlerContext) {
        isInBody = true
        unanswered += 1
        isLastRequest = Self.isClose(head.headerFields)
        timer = schedule(limits.bodySeconds, context) {
            guard self.isInBody else { return }
            self.errorCaught(context: context, error: BodyTimeout())
        }
        continueIfExpected(head, context)
    }

    /// Tells a client that waits for leave to send its body to go on, unless it is too long anyway
    /// or another answer is on its way out.
    private func continueIfExpected(_ head: HTTPRequest, _ context: ChannelHandlerContext) {
        guard let expected = head.headerFields[.expect], unanswered == 1,
            expected.lowercased() == "100-continue"
        else { return }
        let declared = head.headerFields[.contentLength].flatMap(Int.init) ?? 0
        guard declared <= limits.bodyBytes else { return }
        context.writeAndFlush(
            wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
    }

    private func endBody() {
        isInBody = false
        cancelTimer()
    }

    private func cancelTimer() {
        timer?.cancel()
        timer = nil
    }

    private static func isClose(_ headers: HTTPFields) -> Bool {
        guard let value = headers[.connection] else { return false }
        return value.lowercased().split(separator: ",").contains {
            $0.drop { $0 == " " }.hasPrefix("close")
        }
    }

    // MARK: Writing

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard state != .lingering else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(let head): writeHead(head, context, promise)
        case .body: context.write(data, promise: promise)
        case .end:
            forgetFollower()
            unanswered -= 1
            context.write(data, promise: promise)
            guard state == .lastAnswer else { return }
            state = .lingering
            context.flush()
            linger(context)
        }
    }

    private func writeHead(
        _ head: HTTPResponse, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?
    ) {
        guard head.status.kind != .informational else {
            context.write(wrapOutboundOut(.head(head)), promise: promise)
            return
        }
        if let parserError, head.headerFields[.contentType] == nil {
            state = .lastAnswer
            writeProblem(Self.problem(parserError, limits), context, promise)
            return
        }
        var head = head
        if isLastRequest, unanswered == 1 { head.headerFields[.connection] = "close" }
        if Self.isClose(head.headerFields) { state = .lastAnswer }
        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }

    private func writeProblem(
        _ problem: Problem, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?
    ) {
        log.noteUnreadable(problem)
        let body = ByteBuffer(string: problem.json)
        var headers = problem.headers
        headers[.connection] = "close"
        headers[.contentLength] = "\(body.readableBytes)"
        let head = HTTPResponse(status: problem.status, headerFields: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(body)), promise: promise)
    }

    /// What the parser's error is to a client.
    static func problem(_ error: HTTPParserError, _ limits: HTTPLimits) -> Problem {
        switch error {
        case .headerOverflow:
            Problem(
                .headersTooLarge,
                "at most \(limits.headerFields) headers of \(limits.headerFieldBytes) bytes each "
                    + "and \(limits.headerBytes) bytes together are read")
        case .invalidEOFState, .closedConnection:
            Problem(
                .badRequest, "the request ended before its body did: send it again, all of it")
        default:
            Problem(
                .badRequest,
                "the request cannot be read as HTTP/1.1: check its first line, header names, "
                    + "lengths and chunk sizes")
        }
    }

    // MARK: Following

    /// Tells a follower when its connection ends, and ends that where it does not read.
    static func watch(_ follower: FeedFollower, over channel: any Channel) async throws {
        try await channel.eventLoop.submit {
            let handler = try channel.pipeline.syncOperations.handler(type: ConnectionHandler.self)
            handler.follower = follower
            if !channel.isActive || handler.isInputClosed { follower.end() }
        }.get()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        followerTimer?.cancel()
        followerTimer = nil
        if follower != nil, !context.channel.isWritable {
            followerTimer = schedule(limits.followerSeconds, context) { self.cutOff(context) }
        }
        context.fireChannelWritabilityChanged()
    }

    /// The node stops: the follower is told so, if it reads that soon.
    private func endFollowing(_ context: ChannelHandlerContext) {
        guard let follower else { return }
        follower.end()
        followerTimer?.cancel()
        followerTimer = schedule(limits.lingerSeconds, context) { context.close(promise: nil) }
    }

    /// Ends what is told to a follower that does not read: it learns why if it reads on soon.
    private func cutOff(_ context: ChannelHandlerContext) {
        guard follower != nil, state != .lingering else { return }
        log.noteSlowFollower()
        follower?.end()
        forgetFollower()
        let end = StreamEnd(.slow(seconds: Int(limits.followerSeconds)))
        context.write(wrapOutboundOut(.body(ByteBuffer(string: end.text))), promise: nil)
        context.write(wrapOutboundOut(.end(nil)), promise: nil)
        state = .lingering
        context.flush()
        linger(context)
    }

    private func forgetFollower() {
        followerTimer?.cancel()
        (follower, followerTimer) = (nil, nil)
    }

    private func schedule(
        _ seconds: Double, _ context: ChannelHandlerContext, _ body: @escaping () -> Void
    ) -> Scheduled<Void> {
        context.eventLoop.assumeIsolated().scheduleTask(
            in: .nanoseconds(Int64(seconds * 1e9)), body)
    }

    // MARK: The end

    /// Closes the way out, and the rest when the client has closed its own, or in a moment.
    private func linger(_ context: ChannelHandlerContext) {
        endBody()
        context.close(mode: .output, promise: nil)
        context.read()
        timer = schedule(limits.lingerSeconds, context) { context.close(promise: nil) }
    }
}
