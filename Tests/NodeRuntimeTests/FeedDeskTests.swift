import IdentityModel
import NodeRuntime
import TestSupport
import Testing
import WireFormat

/// Following the change feed: woken when something is told, never blocking who tells it.
@Suite("Following changes")
struct FeedDeskTests {
    private static let patience: UInt64 = 600_000_000_000

    private func next(
        _ follower: FeedFollower, within nanoseconds: UInt64 = FeedDeskTests.patience
    ) async -> FeedNews {
        await follower.next(atMost: 100, bytes: 1 << 20, within: nanoseconds)
    }

    private func offsets(_ news: FeedNews) -> [UInt64] {
        guard case .changes(let changes) = news else { return [] }
        return changes.map(\.offset)
    }

    /// A desk that is closed behind a test.
    private func atDesk(
        _ store: FeedFixture, _ body: (FeedDesk) async throws -> Void
    ) async throws {
        let desk = FeedDesk(store.feed)
        do {
            try await body(desk)
        } catch {
            desk.close()
            throw error
        }
        desk.close()
    }

    @Test func shouldTellWhatThereIsAndWhatComes() async throws {
        let store = try FeedFixture()
        try store.tell(0..<3)
        try await atDesk(store) { desk in
            let follower = try desk.follow(from: .oldest, atMost: 9)
            #expect(offsets(await next(follower)) == [0, 1, 2])
            async let news = next(follower)
            try await Task.sleep(for: .milliseconds(20))
            try store.tell(3..<5)
            #expect(offsets(await news) == [3, 4])
            #expect(follower.position.text == "0:5")
        }
    }

    @Test func shouldWakeAllWhoWait() async throws {
        let store = try FeedFixture()
        try await atDesk(store) { desk in
            let followers = try (0..<20).map { _ in try desk.follow(from: .now, atMost: 20) }
            try await withThrowingTaskGroup(of: [UInt64].self) { group in
                for follower in followers {
                    group.addTask { [self] in offsets(await next(follower)) }
                }
                try await Task.sleep(for: .milliseconds(20))
                try store.tell(0..<2)
                for try await one in group { #expect(one == [0, 1]) }
            }
        }
    }

    @Test func shouldSayThatNothingWasToldInItsTime() async throws {
        let store = try FeedFixture()
        try await atDesk(store) { desk in
            let follower = try desk.follow(from: .oldest, atMost: 1)
            #expect(await next(follower, within: 0) == .nothing)
            let start = ContinuousClock.now
            #expect(await next(follower, within: 30_000_000) == .nothing)
            #expect(ContinuousClock.now - start >= .milliseconds(30))
            try store.tell(0..<1)
            #expect(offsets(await next(follower, within: 0)) == [0])
        }
    }

    @Test func shouldRefuseMoreThanAreAllowedUntilOneGoes() async throws {
        let store = try FeedFixture()
        try await atDesk(store) { desk in
            var followers = try (0..<3).map { _ in try desk.follow(from: .now, atMost: 3) }
            #expect(throws: FeedRefusal.full) { try desk.follow(from: .now, atMost: 3) }
            #expect(desk.followerCount == 3)
            _ = await next(followers[0], within: 0)
            followers.removeLast()
            #expect(desk.followerCount == 2)
            followers.append(try desk.follow(from: .now, atMost: 3))
            followers = []
            #expect(desk.followerCount == 0)
        }
    }

    @Test func shouldRefusePlacesThatAreNone() async throws {
        let store = try FeedFixture()
        try await atDesk(store) { desk in
            let ahead = FeedError.ahead(PartitionID(0), next: 1, end: 0)
            #expect(throws: FeedRefusal.feed(ahead)) { try desk.follow(from: .at(1), atMost: 3) }
            #expect(desk.followerCount == 0)
        }
    }

    @Test func shouldEndAllWhenItIsClosed() async throws {
        let store = try FeedFixture()
        try store.tell(0..<1)
        let desk = FeedDesk(store.feed)
        let waiting = try desk.follow(from: .now, atMost: 9)
        let other = try desk.follow(from: .oldest, atMost: 9)
        async let news = next(waiting)
        try await Task.sleep(for: .milliseconds(20))
        desk.close()
        #expect(await news == .ended)
        #expect(await next(waiting) == .ended)
        #expect(await next(other) == .ended)
        #expect(throws: FeedRefusal.closed) { try desk.follow(from: .now, atMost: 9) }
        desk.close()
        try store.tell(1..<2)
        #expect(waiting.position.text == "0:1")
    }

    /// The reader of one that was sent away is answered at once; others go on.
    @Test func shouldSendAwayOneAlone() async throws {
        let store = try FeedFixture()
        try await atDesk(store) { desk in
            let (one, other) = (
                try desk.follow(from: .now, atMost: 9), try desk.follow(from: .now, atMost: 9)
            )
            async let news = next(one)
            async let others = next(other)
            try await Task.sleep(for: .milliseconds(20))
            one.end()
            #expect(await news == .ended)
            #expect(await next(one) == .ended)
            try store.tell(0..<1)
            #expect(offsets(await others) == [0])
        }
    }

    @Test func shouldTellWhyItCannotBeReadOn() async throws {
        let store = try FeedFixture(retention: 2)
        try store.tell(0..<2)
        try await atDesk(store) { desk in
            let late = try desk.follow(from: .oldest, atMost: 9)
            try store.tell(2..<40)
            #expect(
                await next(late) == .failed(.gone(PartitionID(0), next: 0, first: 38)))
            let broken = try desk.follow(from: .now, atMost: 9)
            let failure = StoreFailure(.damaged, "broken", remedy: "mend it")
            store.port.failReads(failure)
            try store.tell(40..<41)
            #expect(await next(broken) == .failed(.store(failure)))
        }
    }

    /// Whoever tells waits for nobody, however long a read takes.
    @Test func shouldNotHoldUpWhoTells() async throws {
        let store = try FeedFixture()
        try await atDesk(store) { desk in
            let follower = try desk.follow(from: .now, atMost: 10)
            async let news = next(follower)
            store.port.reads.shut()
            try store.tell(0..<1)
            await store.port.reads.wait(forArrivals: 1)
            for round in 1..<50 { try store.tell(round..<round + 1) }
            #expect(store.feed.newest.text == "0:50")
            store.port.reads.open()
            #expect(offsets(await news) == [0], "what was told when the read began")
            #expect(offsets(await next(follower)) == Array(1..<50))
        }
    }
}
