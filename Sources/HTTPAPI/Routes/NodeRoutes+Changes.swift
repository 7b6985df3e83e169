internal import HTTPTypes
internal import NodeRuntime
internal import WireFormat

// The change feed.
extension NodeRoutes {
    var changes: [Route] {
        [
            Route(.get, "/v1/changes", .known(["from", "follow", "limit", "reveal"])) {
                call throws(Problem) in try changes(call)
            }
        ]
    }

    private func changes(_ call: Call) throws(Problem) -> Reply {
        try checkOpened()
        let reveal = try call.query.flag("reveal")
        let limit = try call.query.count("limit")
        let follows = try call.query.flag("follow", standard: true)
        let desk: FeedDesk
        do throws(ServingError) { desk = try gate.feedDesk() } catch {
            throw Problem(error, limits: limits)
        }
        let start = try start(call)
        do throws(FeedRefusal) {
            let follower = try desk.follow(from: start, atMost: limits.followers)
            return Reply(
                ChangeStream(
                    follower: follower, reveal: reveal, limit: limit,
                    target: follows ? nil : desk.feed.newest, limits: limits, log: log))
        } catch {
            throw Problem(error, limits)
        }
    }

    /// Where the stream begins: at the last event that the client had, else where the query says,
    /// else now.
    private func start(_ call: Call) throws(Problem) -> FeedStart {
        let last = call.lastEventID.flatMap { $0.isEmpty ? nil : $0 }
        guard let text = last ?? call.query["from"] else { return .now }
        switch FeedStart.parse(text, partitions: Int(gate.partitionCount)) {
        case .start(let start): return start
        case .malformed(let reason):
            throw Problem(
                .badPosition,
                (last == nil ? "from" : "Last-Event-ID")
                    + ": \(reason); give oldest, now, or the id of an event")
        }
    }
}

extension Problem {
    /// Why nobody may follow the change feed from there.
    fileprivate init(_ refusal: FeedRefusal, _ limits: HTTPLimits) {
        switch refusal {
        case .full:
            self.init(
                .overloaded,
                "\(limits.followers) clients follow the change feed, and no more may at once: end "
                    + "one of them, or try again later", retrySeconds: limits.retrySeconds)
        case .closed: self.init(.closed, limits: limits)
        case .feed(.store(let failure)): self.init(.store(failure), limits: limits)
        case .feed(let error):
            var kind = ProblemKind.badPosition
            if case .gone = error { kind = .positionGone }
            self.init(kind, "\(error.reason): \(error.remedy)")
        }
    }
}
