package import WireFormat

/// What a follower of the change feed is told.
package enum FeedNews: Equatable, Sendable {
    /// What was told behind what it had.
    case changes([FeedChange])
    /// Nothing, in the time for which it would wait.
    case nothing
    /// It is over: the desk is closed, or the follower was sent away.
    case ended
    /// The feed cannot be read on.
    case failed(FeedError)
}

/// Why nobody may follow a feed.
package enum FeedRefusal: Error, Equatable, Sendable {
    /// As many follow it as may.
    case full
    /// The store is being closed.
    case closed
    /// The place that was named is none to begin at.
    case feed(FeedError)
}

/// Reads a change feed for all who follow it, on one thread of its own: what blocks holds none of
/// theirs, and whoever closes the store knows when nobody reads it any more.
///
///     follower: next ──▶ waiting ──more is told, or its time is over──▶ read ──▶ answered
///
/// Partitions only say that they have told something; they wait for nobody. The thread begins with
/// the first follower, and sleeps while nothing is told.
///
/// `@unchecked Sendable`: all that varies is read and written under `mutex` alone.
package final class FeedDesk: @unchecked Sendable {
    /// A follower that waits.
    fileprivate struct Waiting {
        let follower: FeedFollower
        var reader: FeedReader
        let limit: Int
        let bytes: Int
        let end: UInt64
        let answer: @Sendable (FeedReader, FeedNews) -> Void

        func isDue(_ now: UInt64) -> Bool { end <= now || follower.isEnded || reader.hasNews }
    }

    /// The feed.
    package let feed: ChangeFeed
    private let mutex = Mutex()
    private var waiting: [Waiting] = []
    private var followers = 0
    private var thread: SystemThread?
    private var isServing = false
    private var isClosed = false

    /// A desk at a feed that has no other.
    package init(_ feed: ChangeFeed) {
        self.feed = feed
        feed.listen { [weak self] in self?.wake() }
    }

    // MARK: Any thread

    /// Lets somebody follow the feed from a place on, unless as many do already.
    ///
    /// - Throws: `FeedRefusal`.
    package func follow(
        from start: FeedStart, atMost limit: Int
    ) throws(FeedRefusal) -> FeedFollower {
        let reader: FeedReader
        do throws(FeedError) {
            reader = try feed.reader(from: start)
        } catch {
            throw .feed(error)
        }
        try mutex.locked { () throws(FeedRefusal) in
            guard !isClosed else { throw .closed }
            guard followers < limit else { throw .full }
            followers += 1
        }
        return FeedFollower(self, reader)
    }

    /// How many follow the feed.
    package var followerCount: Int { mutex.locked { followers } }

    /// Ends all following, and returns once nothing of the feed is being read.
    package func close() {
        feed.listen(nil)
        let last = mutex.locked {
            isClosed = true
            mutex.signal()
            defer { thread = nil }
            return thread
        }
        last?.join()
        // Somebody else may be joining it.
        mutex.locked { while isServing { mutex.wait() } }
    }

    /// Has the thread look again at who waits.
    fileprivate func wake() { mutex.locked { if !waiting.isEmpty { mutex.signal() } } }

    fileprivate func leave() { mutex.locked { followers -= 1 } }

    fileprivate func offer(_ one: Waiting) {
        let isLate = mutex.locked {
            guard !isClosed else { return true }
            waiting.append(one)
            if !isServing {
                isServing = true
                thread = SystemThread { self.serve() }
            }
            mutex.signal()
            return false
        }
        if isLate { one.answer(one.reader, .ended) }
    }

    // MARK: The thread

    private func serve() {
        while let (due, isEnding) = nextDue() {
            for one in due { Self.answer(one, isEnding: isEnding) }
        }
        mutex.locked {
            isServing = false
            mutex.signal()
        }
    }

    /// Waits for followers that are to be answered; nil once the desk is closed and none is left.
    private func nextDue() -> (due: [Waiting], isEnding: Bool)? {
        mutex.locked {
            while true {
                let now = MonotonicTime.system.nanoseconds()
                let isEnding = isClosed
                let place = waiting.partition { isEnding || $0.isDue(now) }
                let due = Array(waiting[place...])
                waiting.removeSubrange(place...)
                if !due.isEmpty { return (due, isEnding) }
                if isEnding { return nil }
                if let end = waiting.map(\.end).min() {
                    mutex.wait(until: end)
                } else {
                    mutex.wait()
                }
            }
        }
    }

    private static func answer(_ one: Waiting, isEnding: Bool) {
        guard !one.follower.isEnded else { return one.answer(one.reader, .ended) }
        var reader = one.reader
        do throws(FeedError) {
            let changes = try reader.read(atMost: one.limit, bytes: one.bytes)
            let nothing = isEnding ? FeedNews.ended : .nothing
            one.answer(reader, changes.isEmpty ? nothing : .changes(changes))
        } catch {
            one.answer(one.reader, .failed(error))
        }
    }
}

/// One that follows the change feed from a place on. It has its place among the followers until it
/// is sent away, or is no more.
///
/// `@unchecked Sendable`: `reader` is the one task's that asks for `next`; the rest is constant or
/// guarded by `mutex`.
package final class FeedFollower: @unchecked Sendable {
    private let desk: FeedDesk
    private var reader: FeedReader
    private let mutex = Mutex()
    private var wasSentAway = false

    fileprivate init(_ desk: FeedDesk, _ reader: FeedReader) {
        self.desk = desk
        self.reader = reader
    }

    deinit { if !wasSentAway { desk.leave() } }

    /// The feed.
    package var feed: ChangeFeed { desk.feed }

    /// Behind all that it was given. For the task that asks.
    package var position: FeedPosition { reader.position }

    /// What is told next: at most so many changes, and no further one once they have so many bytes.
    /// Waits while there is nothing, so many nanoseconds at most. One task asks at a time.
    package func next(
        atMost limit: Int, bytes: Int, within nanoseconds: UInt64
    ) async -> FeedNews {
        let end = Deadline.after(nanoseconds: nanoseconds).nanoseconds
        let (later, news) = await withCheckedContinuation { continuation in
            desk.offer(
                FeedDesk.Waiting(
                    follower: self, reader: reader, limit: limit, bytes: bytes, end: end
                ) { continuation.resume(returning: ($0, $1)) })
        }
        reader = later
        return news
    }

    /// Sends it away, from any thread: what it waits for is answered at once, and all that it asks
    /// from here on.
    package func end() {
        let isNews = mutex.locked {
            defer { wasSentAway = true }
            return !wasSentAway
        }
        guard isNews else { return }
        desk.leave()
        desk.wake()
    }

    fileprivate var isEnded: Bool { mutex.locked { wasSentAway } }
}
