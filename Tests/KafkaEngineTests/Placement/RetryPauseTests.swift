import KafkaEngine
import Testing

/// What fails is tried again, later each time, but never later than so.
@Suite("Retry pause")
struct RetryPauseTests {
    @Test func shouldWaitLongerUpToALimit() throws {
        var settings = ClusterSettings(
            node: try #require(NodeID("a")), address: "x", standbys: 0)
        settings.firstRetryNanoseconds = 3
        settings.longestRetryNanoseconds = 20
        var pause = RetryPause(settings)
        #expect((0..<5).map { _ in pause.next(at: 100) } == [103, 106, 112, 120, 120])
        pause.reset()
        #expect(pause.next(at: 0) == 3)
    }
}
