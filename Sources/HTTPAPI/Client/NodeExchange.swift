internal import NIOCore
internal import NIOHTTP1

/// A question and what becomes of it. Used on one event loop.
final class NodeExchange {
    let request: NodeRequest
    private var done: NodeConnections.Done?
    private var timer: Scheduled<Void>?
    /// What is to be done where the question ends before it is answered.
    var whenGivenUp: (() -> Void)?

    init(_ request: NodeRequest, _ done: @escaping NodeConnections.Done) {
        self.request = request
        self.done = done
    }

    /// Whether who asked was told.
    var hasEnded: Bool { done == nil }

    /// Ends it after so long, unless it has ended by then.
    func limit(within nanoseconds: Int64, on loop: any EventLoop) {
        timer = loop.assumeIsolated().scheduleTask(in: .nanoseconds(nanoseconds)) {
            let giveUp = self.whenGivenUp
            self.end(.failure(.late))
            giveUp?()
        }
    }

    /// Tells who asked, once.
    func end(_ result: Result<NodeAnswer, NodeSilence>) {
        timer?.cancel()
        (timer, whenGivenUp) = (nil, nil)
        guard let done else { return }
        self.done = nil
        done(result)
    }
}

/// Asks over one connection, one question at a time.
final class NodeExchangeHandler: ChannelInboundHandler {
    typealias InboundIn = NIOHTTPClientResponseFull
    typealias OutboundOut = HTTPClientRequestPart

    /// The connection has ended, or what came is no answer.
    struct Broken: Error {}

    /// The question that is asked now, and who is told whether the connection serves further ones.
    private var current: (exchange: NodeExchange, done: (Result<Bool, Broken>) -> Void)?

    /// Asks; `done` is told whether an answer came, and whether the connection stays.
    func begin(
        _ exchange: NodeExchange, _ channel: any Channel,
        _ done: @escaping (Result<Bool, Broken>) -> Void
    ) {
        precondition(current == nil, "a connection is asked one thing at a time")
        current = (exchange, done)
        // An answer that comes late would be taken for the next one's.
        exchange.whenGivenUp = { channel.close(promise: nil) }
        let request = exchange.request
        var host = request.place.host
        if host.contains(":") { host = "[\(host)]" }
        let head = HTTPRequestHead(
            version: .http1_1, method: .POST, uri: request.target,
            headers: [
                "Host": "\(host):\(request.place.port)", "Content-Type": "application/json",
                "Content-Length": "\(request.body.count)",
            ])
        let pipeline = channel.pipeline.syncOperations
        pipeline.write(NIOAny(OutboundOut.head(head)), promise: nil)
        pipeline.write(
            NIOAny(OutboundOut.body(.byteBuffer(channel.allocator.buffer(bytes: request.body)))),
            promise: nil)
        pipeline.writeAndFlush(NIOAny(OutboundOut.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let response = unwrapInboundIn(data)
        guard let (exchange, done) = current else { return context.close(promise: nil) }
        current = nil
        let isKept = response.head.isKeepAlive && context.channel.isActive
        if !isKept { context.close(promise: nil) }
        var bytes: [UInt8] = []
        if let body = response.body { bytes = Array(body.readableBytesView) }
        exchange.end(.success(NodeAnswer(status: Int(response.head.status.code), body: bytes)))
        done(.success(isKept))
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail()
        context.close(promise: nil)
    }

    private func fail() {
        guard let (_, done) = current else { return }
        current = nil
        done(.failure(Broken()))
    }
}
