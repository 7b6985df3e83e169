internal import Answers
internal import DequeModule
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// Connections to other nodes, which stay open between questions: HTTP/1.1, one question at a time
/// on each, so many to a node at most, and what is beyond that waits.
///
/// URLSession of Foundation was tried before: under a hundred questions a second it kept up to 400
/// threads of Dispatch and two thirds of a node's processor time busy.
///
/// `@unchecked Sendable`: all that varies is read and written on `loop` alone.
package final class NodeConnections: @unchecked Sendable {
    /// Connections to one node at most, unless told otherwise.
    package static let standardPerNode = 64
    /// What is told once a question is answered, or will not be.
    package typealias Done = @Sendable (Result<NodeAnswer, NodeSilence>) -> Void

    /// A node's connections, and what waits for one.
    private struct Pool {
        /// All that there are, and of these the ones that nobody asks over.
        var open: [any Channel] = []
        var idle: [any Channel] = []
        /// How many are being made.
        var connecting = 0
        var waiting: Deque<NodeExchange> = []
    }

    private let loop: any EventLoop
    private let perNode: Int
    private var pools: [NodeServer.Address: Pool] = [:]
    private var isClosed = false

    /// No connection yet; `perNode`: how many to a node at most.
    package init(perNode: Int = NodeConnections.standardPerNode) {
        precondition(perNode > 0, "a node is asked over a connection")
        self.perNode = perNode
        loop = MultiThreadedEventLoopGroup.singleton.next()
    }

    /// Asks; `done` is told once, on the connections' thread, which it must not hold up.
    ///
    /// - Parameter nanoseconds: how long an answer may take, waiting and connecting included.
    package func ask(_ request: NodeRequest, within nanoseconds: UInt64, _ done: @escaping Done) {
        loop.execute { self.begin(request, nanoseconds, done) }
    }

    /// Ends all connections; what waits for an answer is told so, and all that is asked later.
    package func close() {
        loop.execute {
            self.isClosed = true
            for pool in self.pools.values {
                pool.open.forEach { $0.close(promise: nil) }
                pool.waiting.forEach { $0.end(.failure(.closed)) }
            }
            self.pools = [:]
        }
    }

    // MARK: On the loop

    private func begin(_ request: NodeRequest, _ nanoseconds: UInt64, _ done: @escaping Done) {
        guard !isClosed else { return done(.failure(.closed)) }
        let exchange = NodeExchange(request, done)
        exchange.limit(within: Int64(clamping: nanoseconds), on: loop)
        give(exchange)
    }

    /// Has a question asked over a connection that is idle, over a new one, or once there is one.
    private func give(_ exchange: NodeExchange) {
        let place = exchange.request.place
        var pool = pools[place] ?? Pool()
        while let channel = pool.idle.popLast() {
            guard channel.isActive else { continue }
            pools[place] = pool
            return ask(exchange, over: channel, isUsed: true)
        }
        let mayConnect = pool.open.count + pool.connecting < perNode
        if mayConnect { pool.connecting += 1 } else { pool.waiting.append(exchange) }
        pools[place] = pool
        if mayConnect { connect(exchange) }
    }

    private func connect(_ exchange: NodeExchange) {
        let place = exchange.request.place
        ClientBootstrap(group: loop)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandler(
                        NIOHTTPClientResponseAggregator(maxContentLength: WireLimits.answerBytes))
                    try pipeline.addHandler(NodeExchangeHandler())
                }
            }
            .connect(host: place.host, port: place.port)
            .hop(to: loop).assumeIsolated().whenComplete { result in
                self.pools[place]?.connecting -= 1
                switch result {
                case .success(let channel): self.use(channel, for: exchange)
                case .failure:
                    exchange.end(.failure(.unreachable))
                    self.goOn(place)
                }
            }
    }

    private func use(_ channel: any Channel, for exchange: NodeExchange) {
        guard !isClosed else {
            channel.close(promise: nil)
            return exchange.end(.failure(.closed))
        }
        let place = exchange.request.place
        pools[place]?.open.append(channel)
        channel.closeFuture.hop(to: loop).assumeIsolated().whenComplete { _ in
            self.noteEnd(of: channel, at: place)
        }
        ask(exchange, over: channel, isUsed: false)
    }

    /// A connection that was used before may have been ended by the node meanwhile: then a new one
    /// is tried.
    private func ask(_ exchange: NodeExchange, over channel: any Channel, isUsed: Bool) {
        guard !exchange.hasEnded else { return giveBack(channel, exchange.request.place) }
        do {
            let handler = try channel.pipeline.syncOperations
                .handler(type: NodeExchangeHandler.self)
            handler.begin(exchange, channel) { result in
                switch result {
                case .success(let isKept):
                    if isKept { self.giveBack(channel, exchange.request.place) }
                case .failure:
                    guard isUsed, !exchange.hasEnded, !self.isClosed else {
                        return exchange.end(.failure(self.isClosed ? .closed : .unreachable))
                    }
                    self.give(exchange)
                }
            }
        } catch {
            exchange.end(.failure(.unreachable))
            channel.close(promise: nil)
        }
    }

    private func giveBack(_ channel: any Channel, _ place: NodeServer.Address) {
        guard !isClosed else { return channel.close(promise: nil) }
        pools[place]?.idle.append(channel)
        goOn(place)
    }

    private func noteEnd(of channel: any Channel, at place: NodeServer.Address) {
        pools[place]?.open.removeAll { $0 === channel }
        pools[place]?.idle.removeAll { $0 === channel }
        goOn(place)
    }

    /// A connection, or room for one, has become free.
    private func goOn(_ place: NodeServer.Address) {
        while let next = pools[place]?.waiting.popFirst() {
            if !next.hasEnded { return give(next) }
        }
    }
}
