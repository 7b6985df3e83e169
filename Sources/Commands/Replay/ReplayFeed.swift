internal import KafkaEngine
internal import NodeRuntime

/// Feeds a replay's events to the nodes of a store whose logs are in Kafka.
final class ReplayFeed {
    private let feeder: EventFeeder
    private let isToWait: Bool
    /// By group that is not acknowledged: how many frames had been sent with it.
    private var groups: [Int] = []
    private var sentFrames = 0
    private var acknowledgedGroups = 0
    /// Whether the nodes have folded all that was fed.
    private(set) var isFolded = false

    /// Milliseconds that one look waits.
    private static let lookMilliseconds = 20
    /// How long an interrupted replay waits for the brokers to acknowledge what is under way, in
    /// seconds.
    private static let lastWordSeconds = 10.0
    /// How often at most the end of the logs is looked at again while they grow.
    private static let roundsAtMost = 10
    /// Seconds between two such looks.
    private static let restSeconds = 0.5
    /// Seconds between two lines that say what is waited for.
    private static let tellingSeconds = 10.0

    /// A feed that waits at its end until the nodes have folded all, or does not.
    init(_ feeder: EventFeeder, isToWait: Bool) {
        self.feeder = feeder
        self.isToWait = isToWait
    }

    /// How many groups the brokers have acknowledged, each with all before it.
    var acknowledged: Int {
        while let end = groups.first, end <= feeder.acknowledged {
            groups.removeFirst()
            acknowledgedGroups += 1
        }
        return acknowledgedGroups
    }

    /// Sends a group of so many events, which is a frame or, where all lines were refused, none.
    func send(_ group: ReplayTarget.RecordGroup, events: Int) throws(CommandEnd) {
        for (_, frame) in group {
            feeder.send(frame, events: events)
            sentFrames += 1
        }
        groups.append(sentFrames)
        try look(waiting: 0)
    }

    /// Whether a further frame may be sent; waits a little until it may.
    func hasRoom() throws(CommandEnd) -> Bool {
        if !feeder.hasRoom { try look(waiting: Self.lookMilliseconds) }
        return feeder.hasRoom
    }

    /// Waits until the brokers have acknowledged all; once interrupted, not for long.
    func settle() throws(CommandEnd) {
        var interrupted: Double?
        while feeder.pendingCount > 0 {
            try look(waiting: Self.lookMilliseconds)
            guard Interruption.status != nil else { continue }
            let now = ReplayProgress.seconds()
            interrupted = interrupted ?? now
            if now - (interrupted ?? now) >= Self.lastWordSeconds { return }
        }
    }

    /// Waits, if it is to, until the nodes have folded all, and lets go of the cluster.
    func finish() throws(CommandEnd) {
        defer { feeder.close() }
        guard isToWait, Interruption.status == nil else { return }
        try wait("events are not taken by a router") { () throws(CommandEnd) in
            UInt64(feeder.untakenEvents)
        }
        // What is folded has others fold more; where events go on coming in there is no rest.
        var before: [UInt64] = []
        for _ in 0..<Self.roundsAtMost {
            let ends = try logEnds()
            try wait("records are not folded") { () throws(CommandEnd) in
                feeder.unfolded(before: ends)
            }
            if ends == before { break }
            before = ends
            try rest()
        }
        isFolded = true
    }

    /// Where the logs end, once the brokers say so.
    private func logEnds() throws(CommandEnd) -> [UInt64] {
        var ends: [UInt64]?
        try wait("answer of the brokers is missing") { () throws(CommandEnd) in
            ends = try KafkaPlace.failing { () throws(EngineFailure) in try feeder.logEnds() }
            return ends == nil ? 1 : 0
        }
        return ends ?? []
    }

    /// Lets a beat of the nodes pass: by then is written what records gave rise to.
    private func rest() throws(CommandEnd) {
        let end = ReplayProgress.seconds() + Self.restSeconds
        while ReplayProgress.seconds() < end, Interruption.status == nil {
            try look(waiting: Self.lookMilliseconds)
        }
    }

    /// Returns once nothing is left, and says now and then how much is.
    private func wait(
        _ what: String, _ left: () throws(CommandEnd) -> UInt64
    ) throws(CommandEnd) {
        var told = ReplayProgress.seconds()
        while try left() > 0 {
            if let status = Interruption.status {
                throw CommandEnd(status, "interrupted while \(try left()) \(what)")
            }
            try look(waiting: Self.lookMilliseconds)
            let now = ReplayProgress.seconds()
            guard now - told >= Self.tellingSeconds else { continue }
            told = now
            Diagnostics.line(
                "all is acknowledged; waiting, for \(try left()) \(what) "
                    + "('kindred cluster' shows the nodes; --no-wait goes without)")
        }
    }

    private func look(waiting milliseconds: Int) throws(CommandEnd) {
        try KafkaPlace.failing { () throws(EngineFailure) in
            try feeder.poll(timeoutMilliseconds: milliseconds)
        }
    }
}
